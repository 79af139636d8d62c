"""Every way in which a run breaks the system. Each fault is a function of the breaker and its step; `heal` mends at the end of a
round what must not last, and counts what died at a fault point meanwhile.
"""

import collections
import errno
import os
import random
import shutil
import signal

from faults import died
from field import persist
from lines import LineBreaker
from plan import UNITS
from process import start_time
from recalling import Recaller
from restoring import Restorer
from waiting import DeadlinePassed, wait_for

PHASE_S = 8  # a phase that other faults keep from coming is not waited for longer than this
DEATH_S = 4
DOWN_S = 30

PHASE_SQL = {
    "asked": "SELECT true",
    "issued": "SELECT state <> 'approved' FROM certwire.publication WHERE id = :'p'",
    "signed": "SELECT EXISTS (SELECT FROM certwire.entry WHERE publication = :'p' AND digest IS NOT NULL)",
    "sealed": "SELECT EXISTS (SELECT FROM certwire.delivery_grant WHERE publication = :'p')",
    "offered": "SELECT EXISTS (SELECT FROM certwire.delivery WHERE publication = :'p' AND offers > 0)",
    "stored": "SELECT EXISTS (SELECT FROM certwire.receipt r WHERE r.judged_at IS NULL) OR "
              "EXISTS (SELECT FROM certwire.receipt_item WHERE publication = :'p')",
    "settled": "SELECT EXISTS (SELECT FROM certwire.delivery WHERE publication = :'p' AND state = 'settled')",
}


class Breaker:
    def __init__(self, field):
        self.field = field
        self.world = field.world
        self.restorer = Restorer(field)
        self.recaller = Recaller(self)
        self.kills = collections.Counter()  # by what died
        self.faults = collections.Counter()  # by kind of step
        self.liner = LineBreaker(field.lines, self.faults, self._pass_time)
        self.undone = collections.Counter()  # by kind of step: this machine cannot
        self.late = 0  # phases that did not come in time
        self.disk_was_full = False  # in this round
        self.armed = []  # processes that should die at a fault point
        self.cuts = {}  # armed device: the dice of the power cut that goes with its death
        self.copies = {}  # client id: folder with an old copy of its state
        self.waiting = []  # publications that are drafted and not asked to be issued

    def run(self, step, publication):
        if publication:
            self._await(step["phase"], publication)
        if step["fault"] in self.field.missing():
            self.undone[step["fault"]] += 1
            return
        self.faults[step["fault"]] += 1
        act = step["fault"].replace("-", "_")
        getattr(self.liner if hasattr(self.liner, act) else self, act)(step)

    def _await(self, phase, publication):
        def reached():
            done = self.field.cluster.psql(PHASE_SQL[phase], p=publication)
            return done.returncode == 0 and done.stdout.strip() == "t"
        try:
            wait_for(reached, phase, PHASE_S)
        except DeadlinePassed:
            self.late += 1

    def issue_next(self):
        """Have the next drafted publication issued; its id, None when all are."""
        if not self.waiting:
            return None
        publication = self.waiting.pop(0)
        self.field.ask_issue(publication)
        self.recaller.issued(publication)
        return publication

    # Kills

    def _kill(self, process, kind):
        if process.running():
            process.kill()
            self.kills[kind] += 1
        else:
            self._bury(process, kind)

    def _bury(self, process, kind):
        """Count who died at a fault point; that a program ended in any other way is a bug of its own."""
        if process.child and process.child.poll() is not None and not process.killed:
            if self.disk_was_full and process.child.returncode == 1:
                process.killed = True  # started on a full disk: it says so and ends, as its service manager expects
                self.faults["started on the full disk"] += 1
                return
            died(process)
            self.kills[f"{kind} at a fault point"] += 1

    def _kill_and_start(self, thing, kind, **env):
        self._kill(thing.process, kind)
        thing.start(**env)

    def kill_unit(self, step):
        for device in self.field.devices(step["unit"])[:1]:
            self._kill_and_start(device, "unit")

    def kill_units(self, _step):
        for device in self.world.units.values():
            self._kill(device.process, "unit")
        self._start_all()

    def kill_broker(self, step):
        broker = self.field.brokers[step["broker"]]
        self._kill(broker.process, "broker")
        if not step["stays_down"]:
            broker.start()

    def kill_brokers(self, _step):
        for broker in self.field.brokers:
            self._kill(broker.process, "broker")
        self._start_all()

    def kill_leader(self, step):
        leader = self.field.leader()
        self._kill(leader.process, "dispatcher")
        if not step["stays_down"]:
            leader.start()

    def kill_dispatchers(self, _step):
        for dispatcher in self.field.dispatchers:
            self._kill(dispatcher.process, "dispatcher")
        self._start_all()

    def kill_backend(self, step):
        """Any backend that is killed takes all others with it: PostgreSQL starts its recovery."""
        for row in self.field.cluster.rows(
                "SELECT pid FROM pg_stat_activity WHERE usename = :'who' ORDER BY backend_start LIMIT 1",
                who=step["login"]):
            os.kill(row["pid"], signal.SIGKILL)
            self.kills["backend"] += 1
        self.field.start_postgres()

    def kill_postmaster(self, step):
        cluster = self.field.cluster
        children = [(row["pid"], start_time(row["pid"])) for row in cluster.rows(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")]
        self._kill(cluster.process, "postmaster")
        wait_for(lambda: all(start_time(pid) != began for pid, began in children),
                 "the children of the killed postmaster to end", DOWN_S)
        self._pass_time(step["seconds"])
        self.field.start_postgres()

    def unit_dies_at(self, step):
        device = self.field.devices(step["unit"])[0]
        self._kill(device.process, "unit")
        device.start(CERTWIRE_FAULT=step["unit_point"])
        self.armed.append(device)

    def cut_power(self, step):
        device = self.field.devices(step["unit"])[0]
        self._kill(device.process, "unit")
        self._lose_what_was_not_synced(device, step["dice"])
        device.start()

    def cut_power_at(self, step):
        """Power goes when the unit comes to a step of its work; it is back when the round ends."""
        self.unit_dies_at(step)
        self.cuts[self.armed[-1]] = step["dice"]

    def _lose_what_was_not_synced(self, device, dice):
        """Of the small disk, on a file system of its own, all survives."""
        if device.power and device.state.exists():
            device.power.cut(random.Random(dice) if dice else None)
            self.faults["power cut"] += 1

    def dispatchers_die_at(self, step):
        """Both: whoever leads dies there, and so does the one that takes over."""
        for dispatcher in self.field.dispatchers:
            self._kill(dispatcher.process, "dispatcher")
        for dispatcher in self.field.dispatchers:
            dispatcher.start(CERTWIRE_FAULT=step["dispatch_point"])
            self.armed.append(dispatcher)

    # Stops

    def _pause(self, process, seconds):
        if process.running():
            process.pause()
            self._pass_time(seconds)
            process.resume()

    @staticmethod
    def _pass_time(seconds):
        """An outage lasts: this is no waiting for something to be true."""
        signal.sigtimedwait((), seconds)

    def stop_unit(self, step):
        self._pause(self.field.devices(step["unit"])[0].process, step["seconds"])

    def stop_broker(self, step):
        self._pause(self.field.brokers[step["broker"]].process, step["seconds"])

    def stop_leader(self, step):
        self._pause(self.field.leader().process, step["seconds"])

    def _lead(self, first, second, **env):
        """Have `first` lead, started with `env`, and `second` away."""
        for dispatcher in (first, second):
            self._kill(dispatcher.process, "dispatcher")
        first.start(**env)

    def _leads(self, dispatcher):
        return self.field.leader() is dispatcher and dispatcher.process.running() and persist(
            lambda: self.field.cluster.value("SELECT expires_at > clock_timestamp() FROM certwire.lease"))

    def stop_leader_past_lease(self, step):
        """Stopped in the middle of its work until the other one leads, and woken then."""
        first, second = self.field.dispatchers
        self._lead(first, second, CERTWIRE_FAULT_STOP=step["dispatch_point"])
        self.issue_next()
        if self._stops(first.process):
            second.start()
            wait_for(lambda: self._leads(second), "the second dispatcher to lead", DOWN_S)
            first.process.resume()
        self._start_all()

    def suspend_while_sealing(self, step):
        """The dispatcher is stopped with grants written and not committed; meanwhile the unit, or one that is still in good
        standing, is suspended; then it goes on."""
        first, second = self.field.dispatchers
        self._lead(first, second, CERTWIRE_FAULT_STOP="dispatch-before-grants-commit")
        self.issue_next()
        if self._stops(first.process):
            units = [step["unit"], *sorted({name.partition(".")[0] for name in self.world.units})]
            self.field.suspend(next((unit for unit in units if self.field.standing(unit) == "good"), step["unit"]))
            first.process.resume()
        self._start_all()

    def _stops(self, process):
        try:
            return wait_for(lambda: not process.running() or process.stopped(), "it to stop", PHASE_S) and \
                process.running()
        except DeadlinePassed:
            self.late += 1
            return False

    # Disks and state

    def disk_full(self, _step):
        """The rest of the small disk is taken, until the round ends."""
        self.disk_was_full = True
        with open(self.field.disk / "ballast", "ab") as ballast:
            step = shutil.disk_usage(self.field.disk).free
            while step >= 4096:
                try:
                    os.posix_fallocate(ballast.fileno(), ballast.seek(0, os.SEEK_END), step)
                except OSError as error:  # somebody else took of it meanwhile: as much as there is, then
                    if error.errno != errno.ENOSPC:
                        raise
                    step //= 2

    def lose_state(self, step):
        self.kills["unit"] += 1
        self.field.replace_device(self.field.devices(step["unit"])[-1], step["with_inbox"])

    def restore_state(self, step):
        """Put back what was copied the last time, if that was; and copy what there is now for the next time."""
        device = self.field.devices(step["unit"])[0]
        self._kill(device.process, "unit")
        copy = self.world.folder / "copies" / device.client_id
        if copy.exists():
            shutil.rmtree(device.state)
            shutil.copytree(copy, device.state)
            self.field.restored.add(device.client_id)
            self.field.undone |= {d for d in self.field.done if f"{d.unit}.{d.device}" == device.client_id}
            shutil.rmtree(copy)
            if device.power:
                device.power.all_is_durable()
        else:
            shutil.copytree(device.state, copy)
        device.start()

    def restore_postgres(self, step):
        """Lost at that phase of a publication that the copy has not issued; units and brokers are not told."""
        self.restorer.back_up()
        publication = self.issue_next()
        if publication:
            self._await(step["phase"], publication)
        for dispatcher in self.field.dispatchers:
            self._kill(dispatcher.process, "dispatcher")
        before = self.restorer.lose()
        self.kills["postmaster"] += 1
        self.restorer.put_back(before)
        if publication:
            self.field.ask_issue(publication)
        self._start_all()

    # Rights

    def suspend(self, step):
        self.field.suspend(step["unit"])

    def deny(self, step):
        if step["channel"] in UNITS[step["unit"]]:
            self.field.deny(step["unit"], step["channel"])

    def revoke_device(self, step):
        """It goes on trying, until the round ends; another takes its place."""
        field, old = self.field, self.field.devices(step["unit"])[-1]
        field.revoke(old)
        field.replaced += 1
        field.add_device(old.id, f"r{field.replaced}").start()

    # People

    def recall(self, step):
        self._die_while_putting_away(step)
        self.recaller.recall(step)

    def supersede(self, step):
        self._die_while_putting_away(step)
        self.recaller.supersede(step)

    def _die_while_putting_away(self, step):
        if step["move_point"]:
            self.unit_dies_at({"unit": step["unit"], "unit_point": step["move_point"]})

    def reply(self, step):
        """A person opens a document and answers it, while the unit runs, while it is down, or just before power goes."""
        device = self.field.devices(step["answering"])[0]
        if step["meanwhile"] != "runs":
            self._kill(device.process, "unit")
        if self.field.answer(device, step["answer"]):
            self.faults["replied"] += 1
        if step["meanwhile"] == "loses power":
            self._lose_what_was_not_synced(device, step["dice"])
        if step["meanwhile"] != "runs":
            device.start()

    # Mending

    def heal(self):
        self.liner.heal()
        (self.field.disk / "ballast").unlink(missing_ok=True)
        self._await_deaths()
        for thing in self.armed:
            self._disarm(thing)
        self.armed.clear()
        self._start_all()
        self.disk_was_full = False

    def _await_deaths(self):
        """Give who is to die at a fault point the time to come there."""
        try:
            wait_for(lambda: not any(thing.process.running() for thing in self.armed), "deaths", DEATH_S)
        except DeadlinePassed:
            self.late += 1

    def _disarm(self, thing):
        """It died where it should; or it never came there, and is killed like any other."""
        self._kill(thing.process, self._kind(thing))
        if thing in self.cuts:
            self._lose_what_was_not_synced(thing, self.cuts.pop(thing))

    def restore_rights(self):
        for unit, channel in sorted(self.field.lost, key=str):
            self.field.allow(unit, channel) if channel else self.field.reinstate(unit)

    def _start_all(self):
        for thing in (*self.field.brokers, *self.field.dispatchers, *self.world.units.values()):
            if not thing.process.running() and thing not in self.armed:
                self._bury(thing.process, self._kind(thing))
                thing.start()

    def _kind(self, thing):
        return ("dispatcher" if thing in self.field.dispatchers else
                "broker" if thing in self.field.brokers else "unit")
