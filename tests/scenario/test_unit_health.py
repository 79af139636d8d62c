"""How a unit says that it is: each word of `certwire-unit status` and each step of `certwire-unit doctor`, on real
servers that are broken one after the other. (`refused` is told in test_forged_content, where somebody forges.)"""

import contextlib
import glob
import json
import os

import pytest

from waiting import wait_for
from world import World

CONTENT = os.urandom(200_000)
STEPS = ["keys", "disk", "name lookup", "tcp", "tls", "token", "subscription", "keyset", "clock", "standing",
         "last head", "gaps"]
AHEAD_S = 7200


@pytest.fixture(scope="module")
def world():
    with World(tls_host="127.0.0.1") as world:
        unit = world.admit("huaan", "华安网络", channels=("weekly", "monthly"), sync_interval="1s",
                           brokers=[world.broker.tls_address], broker_ca=world.folder / "tls/ca.crt")
        unit.start().connected()
        yield world


@pytest.fixture()
def unit(world):
    """In order before each test, whatever the one before has broken."""
    unit = world.units["huaan.d1"]
    if not unit.process.running():
        unit.start().connected()
    says(unit, "ok", "idle")
    return unit


def publish(world, number, receivers=1):
    return world.office.publish("monthly", number, f"月报 {number}", [world.file(f"{number}.bin", CONTENT)], receivers)


def says(unit, *words):
    """What status says when it says one of these words; its exit status is the same call's."""
    def said():
        done = unit.try_tool("status", "--json")
        fields = json.loads(done.stdout)
        return (fields, done) if fields["state"] in words else None
    fields, done = wait_for(said, lambda: f"status to say {words}: {unit.status()}\n{unit.process.log_tail()}")
    assert done.returncode == (0 if words[0] in ("ok", "idle") else 1), done.stderr
    return fields


def doctor(unit, env=None):
    done = unit.world.programs.call("certwire-unit", "doctor", "--json", "--config", unit.conf,
                                    env={**os.environ, **(env or {})})
    said = json.loads(done.stdout)
    assert [step["step"] for step in said["steps"]] == STEPS
    assert done.returncode == (1 if said["breaks_at"] else 0), done.stderr
    return said["breaks_at"], {step["step"]: step for step in said["steps"]}


def breaks_at(unit, step, text="", env=None, found=None):
    place, steps = found or doctor(unit, env)
    assert place == step, steps
    assert text in steps[step]["detail"] and steps[step]["what_to_do"], steps[step]
    return steps


@contextlib.contextmanager
def stopped(unit, **settings):
    """The daemon stopped, its configuration changed meanwhile."""
    unit.process.stop()
    before = dict(unit.settings)
    unit.reconfigure(**settings)
    yield
    if unit.process.running():
        unit.process.stop()
    unit.settings = before
    unit.reconfigure()


def ahead():
    """An environment in which a program's clock is wrong."""
    (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    asan = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": library, "FAKETIME": f"+{AHEAD_S}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"]))}


def test_idle_then_ok_and_nothing_breaks(world, unit):
    assert unit.status()["state"] == "idle"
    unit.has(publish(world, "2026-01"))
    says(unit, "ok")
    place, steps = doctor(unit)
    assert place is None and {step["result"] for step in steps.values()} == {"ok"}, steps


def test_stopped_and_each_step_that_a_stopped_unit_can_walk_alone(world, unit):
    unit.process.stop()
    says(unit, "stopped")
    assert doctor(unit)[0] is None
    unit.key.chmod(0o644)
    assert breaks_at(unit, "keys", "device.key")["token"]["result"] == "unknown"
    unit.key.chmod(0o600)
    with stopped(unit, broker=["mqtts://nobody.invalid:8883"]):
        breaks_at(unit, "name lookup", "nobody.invalid")
    with stopped(unit, broker=[f"mqtts://127.0.0.1:{world.broker.port}"]):
        breaks_at(unit, "tls", "no TLS")
    with stopped(unit, broker_ca="/etc/ssl/certs/ca-certificates.crt"):
        breaks_at(unit, "tls", "certificate")


def test_late(world, unit):
    unit.process.stop()
    unit.start(CERTWIRE_FAULT_STOP="unit-after-entry").connected()
    publication = publish(world, "2026-02")
    wait_for(unit.process.stopped, "the offer to be kept")
    assert "还缺 1 件文件" in says(unit, "late")["why"]
    breaks_at(unit, "gaps", "1 件文件")
    unit.process.resume()
    unit.has(publication)
    says(unit, "ok")


def test_disk(world, unit):
    with stopped(unit, quota="300K"):
        unit.start().connected()
        publication = publish(world, "2026-03")
        assert "401" in says(unit, "disk")["why"]
        breaks_at(unit, "disk", "quota")
    # What was refused is asked for again by itself; here at once.
    unit.start()
    unit.tool("resync")
    unit.has(publication)


def test_gap(world, unit):
    world.dispatcher.process.pause()
    try:
        says(unit, "gap")
        # It leaves the broker that does not answer and comes back; in between its token is what is missing.
        found = wait_for(lambda: (found := doctor(unit))[0] == "last head" and found, "the doctor to come to the last head")
        assert breaks_at(unit, "last head", found=found)["standing"]["result"] == "ok"
    finally:
        world.dispatcher.process.resume()
    says(unit, "ok")


def test_offline(world, unit):
    world.broker.process.stop()
    says(unit, "offline")
    breaks_at(unit, "tcp", f"127.0.0.1:{world.broker.tls_port}")
    world.broker.start()


def test_suspended(world, unit):
    world.office.admin("suspend_unit", "huaan", "未按时报送半年报告")
    assert "未按时报送半年报告" in says(unit, "suspended")["why"]
    # It comes back into the lobby, and hears there that its subscriptions are refused.
    wait_for(lambda: doctor(unit, None)[0] == "subscription", "the doctor to come as far as the subscriptions")
    steps = breaks_at(unit, "subscription")
    assert "未按时报送半年报告" in steps["standing"]["detail"] and steps["standing"]["result"] == "bad"
    world.office.admin("reinstate_unit", "huaan", "已补报")


def test_clock(unit):
    unit.process.stop()
    unit.start(**ahead())
    status = says(unit, "clock")
    assert abs(status["clock_offset"] + AHEAD_S) < 120, status
    steps = doctor(unit, ahead())[1]
    assert steps["clock"]["result"] == "bad" and "快了" in steps["clock"]["detail"]
    unit.process.stop()
    # Whom nobody asks any more is judged by the clock alone: the keyset is of this century.
    future = {**ahead(), "FAKETIME": "@2100-06-01 00:00:00"}
    assert doctor(unit, future)[1]["keyset"]["result"] == "bad"


def test_token(world, unit):
    """The last: a revoked device stays so."""
    world.office.admin("revoke_device", "huaan", "d1", "丢失")
    says(unit, "offline")
    breaks_at(unit, "token")
    unit.process.stop()
    breaks_at(unit, "token")
