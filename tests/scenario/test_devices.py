"""A unit's devices: asked whether one is certified, one followed by another, and what stays of the first."""

import re
import sqlite3

import pytest

from office import FINGERPRINT
from waiting import wait_for
from world import World


@pytest.fixture(scope="module")
def world():
    world = World()
    with world:
        yield world


def publish(world, number, receivers=1):
    file = world.file(f"周报{number}.txt", f"第 {number} 期".encode())
    return world.office.publish("weekly", number, f"周报 {number}", [file], receivers)


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
