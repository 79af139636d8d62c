"""The world that is broken: units of one and two devices, two brokers behind lines that can be meddled with, two dispatchers,
and publications of all sizes; and the acts of CNCERT's people in it, noted so that the checker can hold the system to them.
"""

import hashlib
import os
import random
import secrets
import shutil
import subprocess
import time

import nacl.bindings as sodium

import forge
from acts import Act, Done, Loss, Published
from admission import ADMIT, grants
from broker import Broker
from dispatcher import Dispatcher
from lines import DISPATCHERS, Lines
from office import ADMIN
from plan import ON_WIRES, SECOND_DEVICES, SMALL_DISK, UNITS
from power import Power
from programs import write_conf, write_private
from unit import Unit
from waiting import wait_for
from world import World

NAMES = {"huaan": "华安网络", "beichen": "北辰科技", "donghai": "东海安全", "kunlun": "昆仑数安"}
APPROVALS = ("weekly=2", "monthly=1", "opportunity=1")
SMALL_DISK_BYTES = 256 << 20
PATIENCE_S = 60
EXPIRES_S = 6

# Who writes the ledger while another holds the lease is noted here, in the writer's own transaction. Every function of a
# dispatcher holds the lease's row until its transaction ends, so a sound one is never noted.
WITNESS = """CREATE SCHEMA chaos;
CREATE TABLE chaos.witness (at timestamptz DEFAULT clock_timestamp(), relation text, login text, holder text);
CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO chaos.witness (relation, login, holder)
        SELECT TG_TABLE_NAME, session_user, l.holder FROM certwire.lease l
        WHERE session_user IN ('dispatch_a', 'dispatch_b') AND l.holder <> replace(session_user, '_', '-');
    RETURN NULL;
END $$;
""" + "".join(f"CREATE TRIGGER chaos_note AFTER INSERT OR UPDATE ON certwire.{table} "
              "FOR EACH STATEMENT EXECUTE FUNCTION chaos.note();\n"
              for table in ("publication", "entry_signature", "delivery", "delivery_grant",
                            "receipt_item"))


class Field:
    def __init__(self, seed, programs=None):
        self.seed = seed
        self.world = world = World(programs=programs, sync_interval="2s")
        self.brokers = [world.broker, Broker(world, "broker-2")]
        self.lines = Lines(seed, self.brokers)
        self.dispatchers = [world.dispatcher, Dispatcher(world, "dispatch_b")]
        for dispatcher in self.dispatchers:
            dispatcher.settings["broker"] = ",".join(self.lines.addresses(DISPATCHERS))
            self.lines.connect(dispatcher.process, DISPATCHERS)
        world.others += [self.brokers[1].process, self.dispatchers[1].process]
        self.published = {}
        self.drafted = 0
        self.losses = []
        self.forbidden = []  # grants that a loss forbade, found when the right was regained
        self.lost = set()  # (unit, channel or None) without the right now
        self.acts = []
        self.replaced = 0
        self.restored = set()  # client ids whose state came from an old copy
        # By a restore of PostgreSQL: (unit, device, number, sha256), (publication, unit), (recall, what it takes back).
        self.taken = {"receipts": set(), "deliveries": set(), "recalls": set()}
        self.done = []  # by people at units: Done
        self.undone = set()  # those of them that went with a state that was put back from an old copy
        self.power_ignores = None  # what is synced in vain (powercut.c)
        self.restores_are_told = True  # `certwire-db restored` is run
        self.disk = world.folder / "disk"
        self.mounted = False  # without a disk of its own, that of the machine is never filled

    @property
    def cluster(self):
        return self.world.cluster

    def open(self):
        world = self.world
        self.disk.mkdir()
        self.mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES},mode=700", "certwire-chaos", self.disk],
            check=False, capture_output=True).returncode == 0
        world.open()
        self.cluster.sql(WITNESS)
        for login in ("editor_wang", "editor_chen", "registrar_zhao"):
            soften(world.office.holders[login])
        world.office.make_keyset(approvals=APPROVALS)
        self.brokers[1].start()
        self.dispatchers[1].start()
        write_conf(world.folder / "auditor.conf", {"dsn": self.cluster.dsn("auditor_sun"),
                                                   "root_fingerprint": world.office.root})
        for unit, channels in UNITS.items():
            self.cluster.sql(ADMIT + grants(channels), ADMIN, unit=unit, name=NAMES[unit])
            for device in ("d1", "d2") if unit in SECOND_DEVICES else ("d1",):
                self.add_device(unit, device).start()
        for unit in list(world.units.values()):
            unit.connected()
        return self

    def close(self):
        """End everything, each program in its own way."""
        try:
            self.world.close()
        finally:
            self.destroy()

    def destroy(self, keep=False):
        """Kill everything; `keep`: leave the folder, for people to look at."""
        for process in self.world._processes():
            process.kill()
        self.lines.close()
        if keep:
            os.environ["CERTWIRE_KEEP_WORLD"] = "1"
            shutil.copytree(self.disk, self.world.folder / "small-disk", ignore=shutil.ignore_patterns("ballast"))
        if self.mounted:
            subprocess.run(["umount", "-l", self.disk], check=False, capture_output=True)

    def missing(self):
        """Faults that cannot be done on this machine: {fault: why}."""
        found = dict.fromkeys(ON_WIRES, self.lines.missing) if self.lines.missing else {}
        return found if self.mounted else {**found, "disk-full": "no file system could be mounted"}

    # Devices

    def add_device(self, unit, device, inbox=None):
        """Enroll and certify; `inbox`: that of the device whose place it takes."""
        brokers = self.lines.addresses(unit)
        if hash_of(f"{unit}.{device}") % 2:
            brokers.reverse()
        # What notes the synced bytes writes beside the device's folders, which a confined one may not.
        places = {"confine": "yes" if unit == SMALL_DISK else "no"}
        if unit == SMALL_DISK:
            places["state"] = self.disk / f"{device}-state"
            places["inbox"] = self.disk / f"{device}-inbox"
        if inbox:
            places["inbox"] = inbox
        made = Unit(self.world, unit, NAMES[unit], device, brokers=[",".join(brokers)], **places)
        made.state, made.inbox = made.settings["state"], made.settings["inbox"]
        self.lines.connect(made.process, unit)
        persist(made.enroll)
        self.world.units[made.client_id] = made
        made.power = None
        if unit != SMALL_DISK:
            self.wire(made)
        return made

    def wire(self, device):
        """From its next start on its power can be cut."""
        device.power = Power(self.world.programs.plugin("certwire_powercut"), device.folder, self.power_ignores)
        device.power.all_is_durable()
        device.process.env = device.power.environment()

    def devices(self, unit):
        return [device for device in self.world.units.values() if device.id == unit]

    def replace_device(self, old, with_inbox):
        """The unit's people lost a device's state: CNCERT revokes it, and certifies another in its place."""
        old.process.kill()
        self.revoke(old)
        shutil.rmtree(old.state)
        if not with_inbox:
            shutil.rmtree(old.inbox, ignore_errors=True)
        self.replaced += 1
        self.add_device(old.id, f"r{self.replaced}", old.inbox if with_inbox else None).start()

    # Publications

    def draft(self, channel, size, expires):
        """Drafted and approved as far as the channel demands; the id. `expires`: soon, perhaps before it is stored."""
        self.drafted += 1
        return self._draft(channel, f"2026-{self.drafted}", size, lambda: (
            ("--expires", time.strftime("%FT%TZ", time.gmtime(time.time() + EXPIRES_S))) if expires else ()))

    def supersede(self, publication, size):
        """What replaces it, under its number; the id."""
        about = self.published[publication]
        return self._draft(about.channel, about.number, size, lambda: (
            "--supersedes", publication, "--yes", str(self.entitled(about.channel))), publication)

    def _draft(self, channel, number, size, more, supersedes=None):
        content = random.Random(f"{self.seed} {number} {supersedes and len(self.published)}").randbytes(size)
        path = self.world.file(f"{number}.bin", content)
        made = persist(lambda: self.world.office.draft(channel, number, f"第 {number} 期", [path], *more()))
        self._approve(made, channel)
        path.unlink()
        self.published[made] = Published(channel, number, forge.digest(content).hex(), size, supersedes=supersedes)
        return made

    def _approve(self, publication, channel):
        """Unless its time is over by now: then it is withdrawn."""
        if channel == "weekly":
            persist(lambda: self.cluster.value("SELECT state = 'withdrawn' FROM certwire.publication WHERE id = :'p'",
                                               p=publication) or self.world.office.approve(publication))

    def recall(self, publication):
        """Its recall, drafted and approved as far as the channel demands; the id."""
        about = self.published[publication]
        made = persist(lambda: self.world.office.certwire("editor_wang", "recall", publication, "--reason", "核查中", "--yes",
                                                          str(self.concerned(publication))).strip())
        self._approve(made, about.channel)
        self.published[made] = Published(about.channel, about.number, None, 0, publication)
        return made

    def concerned(self, publication):
        """How many units a recall of it reaches now, as the editor says it."""
        return self.cluster.value("SELECT count(*) AS n FROM certwire.recall_audience(:'p') WHERE receives", "editor_wang",
                                  p=publication)

    def entitled(self, channel):
        """How many units receive what is issued in it now."""
        return self.cluster.value("SELECT count(*) AS n FROM certwire.audience(:'c') WHERE receives", "editor_wang", c=channel)

    def ask_issue(self, publication):
        """Unless it is issued already, or its time is over."""
        persist(lambda: self.cluster.value("SELECT state <> 'approved' OR coalesce(expires_at <= clock_timestamp(), false) "
                                           "FROM certwire.publication WHERE id = :'p'", p=publication) or
                self.cluster.sql("SELECT certwire.request_issue(:'id')", "editor_wang", id=publication))

    # Rights

    def suspend(self, unit):
        if self.standing(unit) == "good":
            self._act(unit, None, False, lambda: self.standing(unit) != "good",
                      "suspend_unit", unit, "核查中")
        self._note_loss(Loss(unit))
        self.lost.add((unit, None))

    def reinstate(self, unit):
        self._end_losses(unit, None)
        if self.standing(unit) == "suspended":
            self._act(unit, None, True, lambda: self.standing(unit) == "good",
                      "reinstate_unit", unit, "核查完毕")
        self.lost.discard((unit, None))

    def deny(self, unit, channel):
        if (unit, channel) in self.lost:
            return
        self._act(unit, channel, False, lambda: self.denied(unit, channel), "deny_channel", unit,
                  channel, "暂停")
        self._note_loss(Loss(unit, channel))
        self.lost.add((unit, channel))

    def allow(self, unit, channel):
        self._end_losses(unit, channel)
        self._act(unit, channel, True, lambda: not self.denied(unit, channel),
                  "withdraw_denial", unit, channel, "恢复")
        self.lost.discard((unit, channel))

    def revoke(self, device):
        persist(lambda: self.revoked(device) or self.world.office.admin(
            "revoke_device", device.id, device.device, "设备停用"))
        self._note_loss(Loss(device.id, device=device.device))
        del self.world.units[device.client_id]
        self.world.others.append(device.process)

    def standing(self, unit):
        return persist(lambda: self.cluster.value(
            "SELECT standing FROM certwire.standing_at(now()) WHERE unit = :'u'", u=unit))

    def denied(self, unit, channel):
        return persist(lambda: self.cluster.rows(
            "SELECT 1 FROM certwire.entitlement WHERE unit = :'u' AND channel = :'c' AND effect = 'deny' "
            "AND since <= clock_timestamp() AND (until IS NULL OR until > clock_timestamp())", u=unit, c=channel)) != []

    def revoked(self, device):
        return persist(lambda: self.cluster.value(
            "SELECT revoked_at IS NOT NULL FROM certwire.device WHERE unit = :'u' AND device = :'d'",
            u=device.id, d=device.device))

    def _act(self, unit, channel, gives, done, *call):
        """An administrator who got no answer looks whether it was done before trying again."""
        before = self.now()
        persist(lambda: done() or self.world.office.admin(*call))
        self.acts.append(Act(unit, channel, gives, before, self.now()))

    def now(self):
        return persist(lambda: self.cluster.value("SELECT extract(epoch FROM clock_timestamp())::float8"))

    def sealed(self):
        return {tuple(row.values()) for row in persist(lambda: self.cluster.rows(
            "SELECT publication, unit, device FROM certwire.delivery_grant"))}

    def channels(self):
        return {publication: it.right() for publication, it in self.published.items()}

    def _note_loss(self, loss):
        loss.seen = self.sealed()
        self.losses.append(loss)

    def _end_losses(self, unit, channel):
        ending = [x for x in self.losses if x.unit == unit and x.channel == channel and not x.device]
        sealed = self.sealed()
        for loss in ending:
            self.forbidden += loss.broken_by(sealed, self.channels())
            self.losses.remove(loss)

    # People at units

    def answer(self, device, what):
        """One opens the newest opportunity that the device holds, and answers it; whether there was one."""
        held = {folder.name[-8:] for folder in device.inbox.glob("opportunity/*")}
        found = [made for made, it in self.published.items() if made[:8] in held and not it.recalls]
        if not found:
            return False
        note = f"{self.seed}-{len(self.done)}-{secrets.token_hex(8)}"
        for kind, act in (("opened", ("inbox", "open", found[-1])), (what, ("reply", found[-1], f"--{what}", "--note", note))):
            said = device.try_tool(*act, env={**os.environ, **device.process.env})
            if said.returncode == 0:
                self.done.append(Done(device.id, device.device, found[-1], kind, note if kind == what else ""))
        return True

    # Processes

    def leader(self):
        """The dispatcher that holds the lease, or the first one when none does."""
        holder = persist(lambda: self.cluster.value(
            "SELECT coalesce((SELECT holder FROM certwire.lease WHERE expires_at > clock_timestamp()), '')"))
        return next((d for d in self.dispatchers if d.name == holder), self.dispatchers[0])

    def start_postgres(self):
        """Start it again; what a killed postmaster left behind goes first."""
        def started():
            if not self.cluster.process.running():
                self.cluster.process.start()
            return self.cluster.answers()
        wait_for(started, lambda: "PostgreSQL to be back:\n" + self.cluster.process.log_tail())


def persist(act, deadline=PATIENCE_S):
    """What people do while the system is broken under them: try again until it is done."""
    failure = []

    def tried():
        try:
            return [act()]
        except (AssertionError, subprocess.CalledProcessError) as error:
            failure[:] = [error]
            return None
    return wait_for(tried, lambda: failure[0], deadline)[0]


def hash_of(text):
    return hashlib.blake2b(text.encode(), digest_size=1).digest()[0]


def soften(holder):
    """The same key under the same passphrase, stretched as little as is allowed: a run drafts hundreds of times."""
    key = forge.load_key(holder.key, holder.passphrase)
    passphrase = holder.passphrase.read_bytes().split(b"\n")[0]
    lines = holder.key.read_bytes().split(b"\n")[:4]
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(24)
    lines.append(f"protection: argon2id 1 8388608 {forge.b64(salt)}".encode())
    header = b"\n".join(lines) + b"\n"
    stretched = sodium.crypto_pwhash_alg(32, passphrase, salt, 1, 8388608,
                                         sodium.crypto_pwhash_ALG_ARGON2ID13)
    secret = nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(key.seed, header, nonce, stretched)
    holder.key.unlink()
    write_private(holder.key, (header + f"secret: {forge.b64(secret)}\n".encode()).decode())
