"""What other people and programs do while the administrator of the page works, in the page's order."""

import shutil
import subprocess

from office import FINGERPRINT
from programs import write_conf
from unit import Unit
from waiting import wait_for

BEIJING = "+08:00"


class Backstage:
    def __init__(self, world, clock, desk):
        self.world = world
        self.clock = clock
        self.desk = desk  # the administrator's folder
        self.other = None

    def act(self, words):
        verb, *rest = words.split()
        getattr(self, verb)(*rest)

    def enroll(self, unit, device):
        """The unit makes a key and mails its request, and reads its fingerprint over the phone."""
        world = self.world
        # Not confined: a confined one could not read the file that this world's clock lies in.
        made = Unit(world, unit, unit, device, confine="no")
        said = made.tool("enroll", "--unit", unit, "--device", device, "--broker",
                         world.broker.address, "--root", world.office.root)
        made.fingerprint = FINGERPRINT.search(said).group()
        shutil.copy(made.state / "request.jws", self.desk / f"{unit}-{device}.jws")
        world.units[made.client_id] = made

    def certify(self, unit, device):
        """The registrar certifies; the unit starts its program."""
        made = self.world.units[f"{unit}.{device}"]
        self.world.office.certify(unit, device, made.fingerprint)
        made.start().connected()

    def publish(self, channel, number):
        """An editor drafts, another approves, it is issued, and every connected unit has it."""
        world = self.world
        receives = world.cluster.rows("SELECT unit, devices FROM certwire.audience(:'c') "
                                      "WHERE receives AND NOT waits", c=channel)
        file = world.file(f"{number}.txt", f"{channel} {number}\n".encode() * 2000)
        publication = world.office.draft(channel, number, number, [file])
        needed = world.cluster.value("SELECT approvals_needed FROM certwire.publication "
                                     "WHERE id = :'p'", p=publication)
        if needed > 1:
            world.office.approve(publication)
        world.office.issue(publication, len(receives))
        world.issued(publication)
        reached = {row["unit"] for row in receives}
        for made in world.units.values():
            if made.id in reached and made.process.running():
                made.has(publication)

    def cut(self, unit, device):
        """The broker has cut the connection of a device that lost its right, and said so."""
        wait_for(lambda: self.world.denials(125, f"{unit}.{device}"), f"{unit} to be cut")

    def lock(self, login):
        """Another administrator has begun a transaction, and went to lunch."""
        # pylint: disable-next=consider-using-with
        self.other = subprocess.Popen(
            ["psql", "-Xq", self.world.cluster.dsn(login)], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True, encoding="utf-8", start_new_session=True)
        self.other.stdin.write("BEGIN; SELECT FROM certwire.grant_channel('huaan', 'seminar', "
                               "reason => '试讲');\n")
        self.other.stdin.flush()
        wait_for(lambda: self.world.cluster.rows(
            "SELECT 1 FROM pg_stat_activity WHERE usename = :'l' AND state = 'idle in transaction' "
            "AND query LIKE '%grant_channel%'", l=login), f"{login} to hold the lock")

    def unlock(self):
        """That transaction was undone."""
        self.other.stdin.close()
        assert self.other.wait(60) == 0

    def today(self, day):
        """It is nine in the morning of that day, and every unit that runs has been heard of."""
        self.clock.set(f"{day}T09:00:00{BEIJING}")
        running = sum(made.process.running() for made in self.world.units.values())
        wait_for(lambda: self.world.cluster.value(
            "SELECT count(*) FROM certwire.device WHERE certwire.local_date(last_seen_at) = :'d'",
            d=day) == running, f"{running} devices to be seen on {day}")

    def stop(self, unit, device):
        """The unit's program ends."""
        self.world.units[f"{unit}.{device}"].process.stop()

    def audit(self, login, unit, device):
        """An auditor has a configuration, and a file with a unit's anchors, up to the last act."""
        conf, anchors = self.desk / "auditor.conf", self.desk / f"{unit}.txt"
        write_conf(conf, {"dsn": self.world.cluster.dsn(login),
                          "root_fingerprint": self.world.office.root})

        def is_anchored_wholly():
            anchors.unlink(missing_ok=True)
            self.world.units[f"{unit}.{device}"].tool("anchor", anchors)
            return "; 0 newer" in self.world.programs.run(
                "certwire", "audit", "verify", "--config", conf, "--anchor", anchors)

        wait_for(is_anchored_wholly, f"{unit} to hold the last act")

    def has(self, unit, device, channel, number):
        """The unit has stored that publication, and its receipt is settled."""
        publication = self.world.cluster.value(
            "SELECT id FROM certwire.publication WHERE channel = :'c' AND number = :'n'",
            c=channel, n=number)
        self.world.units[f"{unit}.{device}"].has(publication)
