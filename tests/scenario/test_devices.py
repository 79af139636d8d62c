"""A unit's devices: asked whether one is certified, one followed by another, and what stays of the first; and one
that presents a TLS certificate where the broker asks for it."""

import json
import re
import shutil
import sqlite3

import pytest

from office import FINGERPRINT
from tls import make_client, openssl
from waiting import wait_for
from world import World

WRONG_CERTIFICATE = 113


@pytest.fixture(scope="module")
def world():
    world = World(tls_host="127.0.0.1")
    world.broker.ask_for_certificates()
    with world:
        yield world


def publish(world, number):
    file = world.file(f"周报{number}.txt", f"第 {number} 期".encode())
    return world.office.publish("weekly", number, f"周报 {number}", [file], len({u.id for u in world.units.values()}))


def test_a_device_is_told_when_it_is_certified_and_followed_by_another(world):
    unit = world.admit("huaan", "华安网络")
    assert "certified 已获 CNCERT 认证" in unit.tool("enroll", "--check")
    unit.start().connected()
    first = publish(world, "2026-40")
    unit.has(first)
    assert "certified" in unit.tool("enroll", "--check"), "the daemon is asked while it runs"

    said = unit.tool("device", "rotate", "d2")
    fingerprint = FINGERPRINT.search(said).group()
    assert unit.try_tool("device", "rotate", "d3").returncode == 3
    assert re.search(r"^\* d1 .*\n\+ d2 ", unit.tool("device", "list"), re.M)
    running = unit.try_tool("device", "retire")
    assert running.returncode == 3 and "stop it first" in running.stderr
    unit.process.stop()
    early = unit.try_tool("device", "retire")
    assert early.returncode == 3 and "d2 is not certified" in early.stderr.replace("'huaan.d2'", "d2")

    request = (unit.state / "next/request.jws").read_text(encoding="ascii").strip()
    world.office.admin("request_device", "huaan", "d2", request)
    world.office.certify("huaan", "d2", fingerprint)
    # With both certified the first still receives.
    unit.start().connected()
    second = publish(world, "2026-41")
    unit.has(second)
    wait_for(lambda: unit.status()["state"] == "ok", "its receipts to be settled")
    unit.process.stop()
    assert "huaan.d2 已接替 huaan.d1" in unit.tool("device", "retire")
    assert "device = d2\n" in unit.conf.read_text(encoding="utf-8")
    assert not (unit.state / "next").exists()
    world.office.admin("revoke_device", "huaan", "d1", "换用 d2")

    unit.device = "d2"
    unit.start().connected()
    third = publish(world, "2026-42")
    unit.has(third)
    status = unit.status()
    assert status["receipts"]["newest"] == status["receipts"]["settled"] == 1
    assert {item["number"] for item in unit.inbox_list()} == {"2026-40", "2026-41", "2026-42"}
    unit.tool("inbox", "verify")
    with sqlite3.connect(unit.state / "unit.db") as db:
        assert db.execute("SELECT count(*) FROM former_receipt WHERE device = 'd1'").fetchone()[0] >= 2
    unit.process.stop()
    again = unit.try_tool("device", "retire")
    assert again.returncode == 2, again.stderr


def test_who_is_not_certified_is_told_so(world):
    unit = world.admit("luoxing", "络星信息")
    world.office.admin("revoke_device", "luoxing", "d1", "丢失")
    said = unit.try_tool("enroll", "--check")
    assert said.returncode == 1 and "尚未获得认证" in said.stderr


class Presenting:
    """A unit that comes by the listener that asks for certificates, and what the office does about it."""

    def __init__(self, world, unit, name):
        self.world, self.tls = world, world.folder / "tls"
        self.unit = world.admit(unit, name, brokers=[world.broker.asking_address], broker_ca=self.tls / "ca.crt")
        self.certificate, self.key = self.unit.state / "tls.crt", self.unit.state / "tls.key"

    def make(self, name):
        make_client(self.tls, name, f"/CN={name}")

    def put(self, name):
        """That certificate and its key where the configuration says."""
        shutil.copy(self.tls / f"{name}.crt", self.certificate)
        shutil.copy(self.tls / f"{name}.key", self.key)
        self.unit.reconfigure(tls_certificate=self.certificate, tls_key=self.key)

    def bind(self, name):
        printed = openssl("x509", "-in", self.tls / f"{name}.crt", "-noout", "-fingerprint", "-sha256")
        self.world.office.admin("bind_certificate", self.unit.id, self.unit.device, printed)

    def breaks_at(self):
        """The step of `doctor` that breaks, and what it says."""
        said = json.loads(self.unit.try_tool("doctor", "--json").stdout)
        return said["breaks_at"], {step["step"]: step["detail"] for step in said["steps"]}[said["breaks_at"]]

    def denials(self):
        return sum(row["count"] for row in self.world.denials(WRONG_CERTIFICATE, self.unit.client_id))

    def check_denied(self, before):
        step, detail = self.breaks_at()
        assert step == "token" and "refused us" in detail, (step, detail)
        wait_for(lambda: self.denials() > before, "the denial to be recorded")


@pytest.fixture(scope="module")
def presenting(world):
    made = Presenting(world, "beichen", "北辰科技")
    for name in ("beichen", "beichen-next", "xinghe"):
        made.make(name)
    return made


def test_a_device_without_its_certificate_or_with_one_that_is_not_bound_to_it_is_refused(world, presenting):
    step, detail = presenting.breaks_at()
    assert step == "tls" and "asks for a certificate of this device" in detail, detail
    presenting.unit.start()
    wait_for(lambda: "is a certificate of this device wanted" in presenting.unit.log(), presenting.unit.process.log_tail)
    presenting.unit.process.stop()
    presenting.put("beichen")
    presenting.check_denied(before=0)
    presenting.bind("beichen")
    Presenting(world, "xinghe", "星河安全").bind("xinghe")
    presenting.put("xinghe")
    presenting.check_denied(before=presenting.denials())


def test_a_device_with_the_certificate_it_is_bound_to_is_served_and_a_renewed_one_follows(world, presenting):
    unit = presenting.unit
    presenting.put("beichen")
    unit.start().connected()
    unit.has(publish(world, "2026-43"))
    # As docs/keys.md says: the new one in place, then bound; the connection of before is cut, and the new one let in.
    presenting.put("beichen-next")
    connects = unit.log().count("connected to")
    presenting.bind("beichen-next")
    wait_for(lambda: unit.log().count("connected to") > connects, unit.process.log_tail)
    unit.has(publish(world, "2026-44"))
    unit.process.stop()


def test_a_certificate_that_cannot_be_presented_is_one_clear_line(presenting):
    presenting.put("beichen-next")
    presenting.key.chmod(0o644)
    refused = presenting.unit.try_tool("run")
    assert refused.returncode == 3 and "chmod 600" in refused.stderr, refused.stderr
    shutil.copy(presenting.tls / "xinghe.crt", presenting.certificate)
    presenting.key.chmod(0o600)
    refused = presenting.unit.try_tool("run")
    assert refused.returncode == 1 and "is not the key of the certificate" in refused.stderr, refused.stderr
