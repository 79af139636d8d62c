"""The packaged services under a systemd that is PID 1, with all of their hardening: a Weekly from an editor to the
unit's inbox, a reload, and each of them killed. PostgreSQL is this machine's own, private one."""

import os
import re
import shutil
import tempfile

import pytest

from admission import ADMIT, grants
from booted import Booted
from clean_root import ROOT, CleanRoot, run
from office import ADMIN, FINGERPRINT
from waiting import wait_for
from world import World

BROKER, DISPATCH, UNIT = SERVICES = ("certwire-broker", "certwire-dispatch", "certwire-unit")
HOST = "broker-a.example.org"
LEDGER = "host=/run/ledger port=5432 dbname=certwire user="


class Machine(World):
    """CNCERT's and the unit's in one: everything but PostgreSQL and the office is in the booted root."""

    def open(self):
        self.prepare()
        self.cluster.folder.chmod(0o711)
        run(ROOT / "scripts/ca.sh", self.folder / "tls", "root")
        run(ROOT / "scripts/ca.sh", self.folder / "tls", "server", "broker-a", HOST)
        return self

    def install(self, root, packages):
        for name in ("certwire-broker", "certwire-publisher", "certwire-unit"):
            shutil.copy(packages[name], root / f"{name}.deb")
        root.apt("install", "systemd", *(f"/{name}.deb" for name in ("certwire-broker", "certwire-publisher", "certwire-unit")))
        with open(root / "etc/hosts", "w", encoding="ascii") as hosts:
            hosts.write(f"127.0.0.1 localhost {HOST}\n")
        for timer in (root / "lib/systemd/system").glob("apt-daily*.timer"):
            (root / "etc/systemd/system" / timer.name).symlink_to("/dev/null")
        self.configure(root)

    def configure(self, root):
        """The conffiles, with what is marked or commented out in them filled in, and what is put beside them by hand."""
        etc = root / "etc/certwire"
        conf = (etc / "mosquitto.conf").read_text(encoding="utf-8")
        for line, ours in {"plugin_opt_dsn": LEDGER + "broker", "plugin_opt_root_fingerprint": self.office.root}.items():
            conf, count = re.subn(f"^{line} .*$", f"{line} {ours}", conf, flags=re.M)
            assert count == 2, line
        (etc / "mosquitto.conf").write_text(conf, encoding="utf-8")
        with open(etc / "dispatch.conf", "a", encoding="utf-8") as conf:
            conf.write(f"dsn = {LEDGER}dispatch_a\nname = dispatch-a\nroot_fingerprint = {self.office.root}\n"
                       f"broker = mqtts://{HOST}:8883\nbroker_ca = /etc/certwire/broker-ca.crt\n"
                       "metrics = 127.0.0.1:9464\npoll_interval = 1s\n")
        with open(etc / "unit.conf", "a", encoding="utf-8") as conf:
            conf.write(f"sync_interval = {self.sync_interval}\n")
        for source, place in ((self.folder / "tls/ca.crt", "broker-ca.crt"),
                              (self.folder / "tls/broker-a.crt", "broker/tls.crt"),
                              (self.folder / "tls/broker-a.key", "broker/tls.key"),
                              (self.office.holders["dispatch_a"].key, "dispatch/dispatch.key")):
            shutil.copy(source, etc / place)
        for owner, place in (("certwire-broker", "broker"), ("certwire-dispatch", "dispatch")):
            root.run("chown", "-R", f"{owner}:", f"/etc/certwire/{place}")

    def enroll(self, booted):
        """As docs/units.md says."""
        self.cluster.sql(ADMIT + grants(("weekly",)), ADMIN, unit="huaan", name="华安网络")
        said = booted.run("certwire-unit", "enroll", "--config", "/etc/certwire/unit.conf", "--unit", "huaan", "--device", "d1",
                          "--broker", f"mqtts://{HOST}:8883", "--broker-ca", "/etc/certwire/broker-ca.crt",
                          "--root", self.office.root)
        request = booted.run("cat", "/var/lib/certwire/request.jws").strip()
        self.office.admin("request_device", "huaan", "d1", request)
        self.office.certify("huaan", "d1", FINGERPRINT.search(said).group())

    def send(self, number):
        file = self.file(f"{number}.txt", f"第 {number} 期".encode() * 5000)
        return self.office.publish("weekly", number, f"周报 {number}", [file], 1)


@pytest.fixture(scope="module")
def machine(packages):
    with Machine() as world, tempfile.TemporaryDirectory(prefix="certwire-root-") as folder:
        os.chmod(folder, 0o755)
        root = CleanRoot(folder)
        world.install(root, packages)
        world.booted = Booted(root, world.cluster.folder, world.logs / "systemd.log")
        try:
            world.enroll(world.booted)
            yield world
        finally:
            world.booted.end()


def said(machine):
    return "\n".join(f"-- {name}\n{machine.booted.call('systemctl', 'status', '--full', '--no-pager', name).stdout}"
                     f"{machine.booted.journal(name)}" for name in SERVICES)


def stored(machine, publication):
    wait_for(lambda: machine.stored_at(publication, "huaan"), lambda: f"huaan to store it\n{said(machine)}")


def main_pid(machine, service):
    return int(machine.booted.show(service, "MainPID"))


def inside(machine, service, *args):
    """A program of root's in the service's own view of the files."""
    return machine.booted.call("nsenter", "--target", main_pid(machine, service), "--mount", *args)


def test_each_service_starts_and_a_weekly_comes_to_the_inbox(machine):
    for service in SERVICES:
        started = machine.booted.call("systemctl", "start", service)  # Type=notify: once it is ready
        assert started.returncode == 0, f"{service}: {started.stderr}{said(machine)}"
    publication = machine.send("2026-40")
    stored(machine, publication)
    kept = machine.booted.run("find", "/var/lib/certwire/inbox", "-name", "2026-40.txt", "-user", "certwire")
    assert kept.count("2026-40") >= 1, said(machine)


def test_each_is_confined_as_its_file_says(machine):
    for service, user in zip(SERVICES, ("certwire-broker", "certwire-dispatch", "certwire")):
        pid = main_pid(machine, service)
        status = machine.booted.run("cat", f"/proc/{pid}/status")
        fields = dict(re.findall(r"^(\w+):\s+(.*)$", status, re.M))
        assert machine.booted.run("stat", "-c", "%U", f"/proc/{pid}").strip() == user
        assert (fields["NoNewPrivs"], fields["Seccomp"], int(fields["CapEff"], 16)) == ("1", "2", 0), (service, status)
        # Who needs to write nothing may not below /var either; the unit's hooks may.
        places = ["/usr/here", "/etc/here", *(["/var/lib/here"] if service != UNIT else [])]
        written = inside(machine, service, "touch", *places)
        assert written.stderr.count("Read-only file system") == len(places), (service, written.stderr)


def test_a_reload_of_the_broker_cuts_nobody(machine):
    pid = main_pid(machine, BROKER)
    machine.booted.run("systemctl", "reload", BROKER)
    stored(machine, machine.send("2026-41"))
    assert main_pid(machine, BROKER) == pid and machine.booted.show(UNIT, "NRestarts") == "0"


def test_a_configuration_that_breaks_a_promise_starts_nothing(machine):
    conf = machine.booted.root / "etc/certwire/mosquitto.conf"
    right = conf.read_text(encoding="utf-8")
    machine.booted.run("systemctl", "stop", BROKER)
    conf.write_text(right.replace("allow_anonymous false", "allow_anonymous true"), encoding="utf-8")
    refused = machine.booted.call("systemctl", "start", BROKER)
    conf.write_text(right, encoding="utf-8")
    assert refused.returncode != 0 and "allow_anonymous" in machine.booted.journal(BROKER), said(machine)
    machine.booted.run("systemctl", "restart", BROKER)


def test_each_that_is_killed_is_started_again(machine):
    before = {service: main_pid(machine, service) for service in SERVICES}
    for pid in before.values():
        machine.booted.run("sh", "-c", f"kill -9 {pid}")
    for service, pid in before.items():
        wait_for(lambda s=service, p=pid: machine.booted.show(s, "ActiveState") == "active" and main_pid(machine, s) not in (0, p),
                 lambda: said(machine))
    stored(machine, machine.send("2026-42"))


def test_each_ends_well_when_it_is_stopped(machine):
    machine.booted.run("systemctl", "stop", *SERVICES)
    for service in SERVICES:
        assert machine.booted.show(service, "Result") == "success", said(machine)
