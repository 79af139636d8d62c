"""Keys replaced in good order: root, dispatcher, recovery, this one lost. What was sent before stays proven, and
nobody has to do anything at the units."""

import socket

import pytest

from dispatcher import Dispatcher
from office import Holder
from programs import write_conf
from waiting import wait_for
from world import World


# As docs/keys.md has it, for an auditor.
LACKING = ("SELECT id, channel, number FROM certwire.publication "
           "WHERE state <> 'withdrawn' AND certwire.content_key_for(id, :'k') IS NULL")


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.admit("huaan", "华安网络").start().connected()
        yield world


def publish(world, number, receivers=1):
    return world.office.publish("weekly", number, f"周报 {number}", [world.file(f"{number}.txt", number.encode())],
                                receivers)


def verified(world, publication, root):
    conf = write_conf(world.folder / "auditor.conf", {"dsn": world.cluster.dsn("auditor_sun"),
                                                      "root_fingerprint": root})
    story = world.folder / f"{publication[:8]}-{world.office.keyset.stem}.story"
    world.programs.run("certwire", "audit", publication, "--out", story, "--config", conf)
    return world.programs.run("certwire", "verify", story, "--root", root)


@pytest.fixture(scope="module")
def before(world):
    """What was sent while the first keys were in force, to a unit that has it."""
    publication = publish(world, "2026-01")
    world.units["huaan.d1"].has(publication)
    return publication


def test_a_root_hands_over_and_units_and_brokers_follow(world, before):
    office, huaan = world.office, world.units["huaan.d1"]
    first = office.holders["root"]
    second = office.new_key("root2", "root", "新根密钥")
    office.make_keyset("--next-root", second.key)
    office.holders["root"] = second
    office.make_keyset()
    office.holders["root"] = Holder("root", "root", first.name, second.key, second.passphrase, second.kid,
                                    first.fingerprint)
    # The pinned fingerprint stays everywhere the first root's, in what is started anew as well.
    world.broker.process.stop()
    world.broker.start()
    sister = world.add_device("huaan", "华安网络", "d2").start().connected()
    after = publish(world, "2026-02")
    huaan.has(after)
    wait_for(lambda: sister.documents() == huaan.documents() != {}, "a new device to have both")
    for unit in (huaan, sister):
        unit.tool("inbox", "verify")
        assert unit.status()["state"] == "ok"
    for publication in (before, after):
        verified(world, publication, first.fingerprint)
    assert world.cluster.rows("SELECT code FROM certwire.incident WHERE code BETWEEN 511 AND 514") == []


def test_a_dispatcher_hands_over_and_its_entries_are_believed_still(world, before):
    office, huaan = world.office, world.units["huaan.d1"]
    world.others.append(world.dispatcher.process)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(world.folder / "notify"))
        systemd.settimeout(60)
        successor = Dispatcher(world, "dispatch_b").start(NOTIFY_SOCKET=str(world.folder / "notify"),
                                                          WATCHDOG_USEC="400000")
        assert systemd.recv(4096) == b"READY=1", "it stands by, and is ready"
        world.dispatcher.process.stop()
        world.dispatcher = successor
        awaited = {b"STATUS=this dispatcher leads", b"WATCHDOG=1"}
        while awaited:
            awaited.discard(systemd.recv(4096))
    office.make_keyset("--retire", office.holders["dispatch_a"].kid)
    after = publish(world, "2026-03")
    huaan.has(after)
    huaan.tool("inbox", "verify")
    third = world.add_device("huaan", "华安网络", "d3").start().connected()
    wait_for(lambda: third.documents() == huaan.documents(), "a new device to have what the first dispatcher signed")
    third.tool("inbox", "verify")
    for publication in (before, after):
        verified(world, publication, office.root)
    signed = world.cluster.rows("SELECT DISTINCT kid FROM certwire.entry_signature")
    assert {row["kid"] for row in signed} == {office.holders[d].kid for d in ("dispatch_a", "dispatch_b")}


def opened_by(office, holder, publication, folder):
    """What is in the publication, by the tool with this key, at the desk of an editor."""
    office.certwire("editor_wang", "show", publication, "--key", holder.key, "--passphrase-file", holder.passphrase,
                    "--out", folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_recovery_key_opens_what_was_published_before(world, before):
    """Though the old one is lost."""
    office = world.office
    office.holders["recovery"].key.unlink()
    recovery = office.new_key("recovery2", "recovery", "恢复密钥二")
    office.make_keyset("--key", recovery.key, "--retire", office.holders["recovery"].kid)
    wait_for(lambda: not world.cluster.rows(LACKING, "auditor_sun", k=recovery.kid),
             lambda: "every content key to be sealed to it\n" + world.dispatcher.process.log_tail())
    assert opened_by(office, recovery, before, world.folder / "before") == {"2026-01.txt": b"2026-01"}
    after = publish(world, "2026-04")
    world.units["huaan.d1"].has(after)
    assert opened_by(office, recovery, after, world.folder / "after") == {"2026-04.txt": b"2026-04"}
    sealed = "SELECT 1 FROM certwire.content_key WHERE publication = :'p' AND kid = :'k'"
    assert not world.cluster.rows(sealed, p=after, k=office.holders["recovery"].kid)
