"""A root that is stolen or lost: another root, other keys and a first keyset in another database. A unit is refused with
its old state folder, enrolls anew with another and receives; what it has from before stays, and stays proven under
the old root."""

import pytest

from programs import write_conf
from waiting import wait_for
from world import World


@pytest.fixture(scope="module")
def before():
    with World() as world:
        world.admit("huaan", "华安网络").start().connected()
        yield world


@pytest.fixture(scope="module")
def after():
    with World() as world:
        yield world


def publish(world, number):
    publication = world.office.publish("weekly", number, f"周报 {number}", [world.file(f"{number}.txt", number.encode())], 1)
    world.units["huaan.d1"].has(publication)
    return publication


def test_a_new_root_begins_anew_and_what_was_sent_stays_proven_under_the_old_one(before, after):
    old, root = before.units["huaan.d1"], before.office.root
    publication = publish(before, "2026-01")
    wait_for(lambda: old.status()["state"] == "ok", "its receipt to be settled")
    story = before.folder / "2026-01.story"
    conf = write_conf(before.folder / "auditor.conf", {"dsn": before.cluster.dsn("auditor_sun"), "root_fingerprint": root})
    before.programs.run("certwire", "audit", publication, "--out", story, "--config", conf)
    documents = old.documents()
    # Everything of the old root ends, its database too.
    before.close()

    old.reconfigure(root_fingerprint=after.office.root, broker=[after.broker.address])
    refused = old.try_tool("run")
    assert refused.returncode == 3 and "belongs to another unit, device or root" in refused.stderr
    assert "state folder of its own" in refused.stderr and len(refused.stderr.splitlines()) == 1

    new = after.admit("huaan", "华安网络", inbox=old.inbox)
    new.inbox = old.inbox
    new.start().connected()
    assert new.fingerprint != old.fingerprint
    publish(after, "2026-02")
    wait_for(lambda: new.status()["state"] == "ok", "the unit to be well")
    new.tool("inbox", "verify")
    assert {path: data for path, data in new.documents().items() if path in documents} == documents
    assert len(new.documents()) == len(documents) + 1

    old.reconfigure(root_fingerprint=root)
    assert "2026-01" in old.tool("inbox", "verify")
    after.programs.run("certwire", "verify", story, "--root", root)
    assert after.programs.call("certwire", "verify", story, "--root", after.office.root).returncode != 0
