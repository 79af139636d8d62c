"""Keys in the long run: units that missed keysets, editors who retired, a dispatcher's key that was stolen,
people who came later; and a unit that asks again for what it has lost."""

import random
import shutil

import pytest

from dispatcher import Dispatcher
from ledger import assert_once
from programs import write_conf
from waiting import wait_for
from world import World

CONTENT = random.Random(11).randbytes(90_000)


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.cluster.sql("SELECT certwire.set_policy('monthly', 'x', backlog => 'days', "
                          "backlog_days => 30)", "admin_li")
        for unit, name in (("huaan", "华安网络"), ("beichen", "北辰科技")):
            world.admit(unit, name, channels=["monthly"]).start().connected()
        yield world


def publish(world, number, units, by="editor_wang"):
    publication = world.office.draft("monthly", number, f"月报 {number}",
                                     [world.file(f"{number}.bin", CONTENT)], by=by)
    world.office.issue(publication, units, by=by)
    return publication


def wait_ok(unit, last):
    wait_for(lambda: unit.status()["state"] == "ok" and unit.status()["last"] == last,
             lambda: f"{unit.id} to be well: {unit.status()}\n{unit.process.log_tail()}\n"
             + unit.world.dispatcher.process.log_tail())


def kid(world, login):
    return world.office.holders[login].kid


def test_a_unit_that_was_away_for_many_keysets_catches_up(world):
    huaan, beichen = world.units.values()
    first = publish(world, "2026-01", 2)
    assert_once(world, first, world.units.values(), CONTENT)
    beichen.process.stop()
    for _ in range(12):
        world.office.make_keyset()
    second = publish(world, "2026-02", 2)
    huaan.has(second)
    beichen.start()
    assert_once(world, second, world.units.values(), CONTENT)
    # An offer may come before the keysets that its sync asked for; nothing else was refused.
    assert world.cluster.rows("SELECT code FROM certwire.incident WHERE code <> 208") == []


def test_a_retired_editor_changes_nothing_for_what_was_issued_before(world):
    """A newcomer gets what she signed, entered long after her key was retired."""
    world.office.make_keyset("--retire", kid(world, "editor_wang"))
    luoxing = world.admit("luoxing", "络星信息", channels=["monthly"]).start().connected()
    wait_ok(luoxing, 2)
    assert len(luoxing.documents()) == 2
    luoxing.tool("inbox", "verify")
    assert world.cluster.rows("SELECT 1 FROM certwire.receipt_item WHERE state = 'refused'") == []
    third = publish(world, "2026-03", 3, by="editor_chen")
    assert_once(world, third, world.units.values(), CONTENT)


def test_who_comes_later_can_open_what_was_published_before(world):
    office = world.office
    key = office.take_in("editor_gao", "editor", "高原").key
    lacking = "SELECT 1 FROM certwire.content_keys_lacking WHERE login = 'editor_gao'"
    assert len(world.cluster.rows(lacking)) == 3
    office.make_keyset("--key", key)
    wait_for(lambda: not world.cluster.rows(lacking), "every content key to be sealed to her")
    publication = world.cluster.value("SELECT id FROM certwire.publication WHERE number = '2026-01'")
    said = office.certwire("editor_gao", "show", publication)
    assert "月报 2026-01" in said


def test_a_stolen_dispatcher_key_is_replaced_and_its_entries_are_signed_again(world):
    huaan = world.units["huaan.d1"]
    huaan.process.stop()
    world.dispatcher.process.stop()
    world.dispatcher = Dispatcher(world, "dispatch_b")
    world.office.make_keyset("--compromised", kid(world, "dispatch_a"))
    world.dispatcher.start()
    unproven = ("SELECT 1 FROM certwire.entry e WHERE NOT EXISTS (SELECT FROM certwire.entry_signature s "
                "WHERE (s.unit, s.epoch, s.number) = (e.unit, e.epoch, e.number) AND s.kid <> :'k')")
    wait_for(lambda: not world.cluster.rows(unproven, k=kid(world, "dispatch_a")),
             lambda: "entries to be signed again\n" + world.dispatcher.process.log_tail())
    # Who was there, who was away, and a new device: each holds the mailbox, signed by the other key.
    huaan.start()
    second = world.add_device("huaan", "华安网络", "d2").start().connected()
    for unit in world.units.values():
        wait_ok(unit, 3)
    # What the other device has settled is sealed to this one once it asks.
    wait_for(lambda: second.documents() == huaan.documents() != {},
             lambda: f"the second device to get what it lacks\n{second.process.log_tail()}")
    fourth = publish(world, "2026-04", 3, by="editor_chen")
    for unit in world.units.values():
        wait_ok(unit, 4)
        unit.tool("inbox", "verify")
        assert len(unit.documents()) == 4
    assert world.stored_at(fourth, "luoxing")
    assert "signed by a lost key" in world.units["beichen.d1"].log()
    assert world.cluster.rows("SELECT 1 FROM certwire.incident WHERE code = 207") == []


def test_resync_brings_back_what_the_disk_lost(world):
    beichen = world.units["beichen.d1"]
    before = beichen.documents()
    receipts = beichen.status()["receipts"]["newest"]
    folders = sorted((beichen.inbox / "monthly").iterdir())
    shutil.rmtree(folders[0])
    (damaged,) = folders[1].glob("*.bin")
    damaged.chmod(0o640)
    damaged.write_bytes(b"x")
    assert "0 asked" in beichen.tool("resync", "--since", "2099-01-01")
    assert "2 whole, 2 asked for again" in beichen.tool("resync")
    wait_for(lambda: {p: d for p, d in beichen.documents().items() if "damaged" not in p} == before,
             lambda: f"what was lost to come back: {beichen.status()}\n{beichen.process.log_tail()}")
    wait_ok(beichen, 4)
    beichen.tool("inbox", "verify")
    assert beichen.status()["receipts"]["newest"] == receipts, "a receipt was made a second time"
    assert beichen.try_tool("resync", "--since", "gestern").returncode == 2


def test_resync_gives_nothing_beyond_the_right_of_that_moment(world):
    luoxing = world.units["luoxing.d1"]
    shutil.rmtree(sorted((luoxing.inbox / "monthly").iterdir())[0])
    world.office.admin("suspend_unit", "luoxing", "未履行义务")
    luoxing.tool("resync")
    wait_for(lambda: luoxing.status()["state"] == "suspended", "luoxing to be told")
    assert len(luoxing.documents()) == 3
    world.office.admin("reinstate_unit", "luoxing", "已补报")
    wait_ok(luoxing, 4)
    assert len(luoxing.documents()) == 4


def verified(world, publication):
    """Its story, from the database, as somebody checks it who knows the root's fingerprint alone."""
    conf = write_conf(world.folder / "auditor.conf", {"dsn": world.cluster.dsn("auditor_sun"),
                                                      "root_fingerprint": world.office.root})
    story = world.folder / f"{publication[:8]}-{world.office.keyset.stem}.story"
    world.programs.run("certwire", "audit", publication, "--out", story, "--config", conf)
    return world.programs.run("certwire", "verify", story, "--root", world.office.root)


def test_a_compromised_editor_is_refused_from_then_on_and_believed_before(world):
    office = world.office
    before = publish(world, "2026-05", 3, by="editor_gao")
    for unit in world.units.values():
        wait_ok(unit, 5)
    waiting = office.draft("monthly", "2026-06", "月报 2026-06", [world.file("2026-06.bin", CONTENT)], by="editor_gao")
    office.make_keyset("--compromised", kid(world, "editor_gao"))
    world.cluster.sql("SELECT certwire.request_issue(:'p')", "editor_gao", p=waiting)
    wait_for(lambda: world.cluster.rows("SELECT 1 FROM certwire.publication WHERE id = :'p' AND issue_refused_code = 213",
                                        p=waiting), lambda: "it to be refused\n" + world.dispatcher.process.log_tail())
    for unit in world.units.values():
        unit.tool("inbox", "verify")
    assert "高原" in verified(world, before)


def test_a_rotated_device_and_registrar_change_nothing_for_what_was_sent_before(world):
    """huaan gets another device and gives up the first; then who certified them all is followed by somebody else."""
    office, first = world.office, world.cluster.value("SELECT id FROM certwire.publication WHERE number = '2026-01'")
    old = world.units["huaan.d1"]
    items = world.receipt_items(first)
    new = world.add_device("huaan", "华安网络", "d3").start().connected()
    wait_for(lambda: new.documents() == old.documents() != {},
             lambda: f"the new device to get what it lacks\n{new.process.log_tail()}")
    old.process.stop()
    office.admin("revoke_device", "huaan", "d1", "设备更换")
    office.make_keyset("--key", office.take_in("registrar_qian", "registrar", "钱文").key,
                       "--retire", kid(world, "registrar_zhao"))
    office.registrar = "registrar_qian"
    world.broker.process.stop()
    world.broker.start()
    fourth = publish(world, "2026-10", 3, by="editor_chen")
    wait_for(lambda: [r for r in world.receipt_items(fourth) if (r["unit"], r["device"]) == ("huaan", "d3")],
             lambda: f"the new device to store it\n{new.process.log_tail()}")
    for unit in ("beichen", "luoxing"):
        world.units[f"{unit}.d1"].has(fourth)
    assert [r for r in world.receipt_items(first) if r in items] == items, "a receipt of before counts no more"
    verified(world, first)
    verified(world, fourth)
    # The successor certifies.
    sister = world.add_device("luoxing", "络星信息", "d2").start().connected()
    wait_for(lambda: sister.documents() == world.units["luoxing.d1"].documents() != {},
             lambda: f"who was certified by the new registrar to get all\n{sister.process.log_tail()}")
