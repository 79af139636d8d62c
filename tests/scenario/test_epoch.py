"""PostgreSQL put back to a copy from before some receipts and some issues, while units were connected: after
`certwire-db restored` devices and ledger agree again, nothing is forged, stored twice or gone."""

import os
import random
import shutil
import signal

import pytest

from ledger import assert_once
from postgres import Cluster
from waiting import wait_for
from world import World

CONTENT = random.Random(7).randbytes(120_000)


@pytest.fixture(scope="module")
def world():
    with World() as world:
        for unit, name in (("huaan", "华安网络"), ("beichen", "北辰科技"), ("luoxing", "络星信息")):
            world.admit(unit, name, channels=["monthly", "weekly"]).start().connected()
        yield world


def draft(world, number):
    return world.office.draft("monthly", number, f"月报 {number}",
                              [world.file(f"{number}.bin", CONTENT)])


def publish(world, number, units=3):
    publication = draft(world, number)
    world.office.issue(publication, units)
    return publication


def back_up(world):
    """A copy of the stopped cluster; what is done from here on is lost later."""
    world.cluster.stop()
    copy = world.folder / "pg" / "copy"
    if copy.exists():
        shutil.rmtree(copy)
    world.cluster._as_owner(["cp", "-a", world.cluster.data, copy])
    world.cluster.start()


def put_back(world):
    world.cluster.stop()
    shutil.rmtree(world.cluster.data)
    world.cluster._as_owner(["cp", "-a", world.folder / "pg" / "copy", world.cluster.data])
    world.cluster.start()


def restored(world, *args):
    return world.programs.run("certwire-db", "restored", "--dsn", world.cluster.dsn("postgres"),
                              "--reason", "机房故障，恢复昨夜备份", *args)


def epoch(world):
    return world.cluster.value("SELECT epoch FROM certwire.ledger")


def agreed(world, unit):
    """The device holds the whole mailbox of the ledger's epoch, and owes nothing."""
    status = unit.status()
    last = world.cluster.value("SELECT count(*) FROM certwire.entry e JOIN certwire.ledger l USING "
                               "(epoch) WHERE unit = :'u'", u=unit.id)
    return (status["epoch"], status["last"], status["state"]) == (epoch(world), last, "ok") and \
        status["receipts"]["newest"] == status["receipts"]["settled"]


def wait_agreed(world):
    for unit in world.units.values():
        wait_for(lambda: agreed(world, unit), lambda: f"{unit.id} and the ledger to agree: "
                 f"{unit.status()} epoch {epoch(world)}\n{unit.process.log_tail()}\n"
                 + world.dispatcher.process.log_tail())


def refusals(world):
    return world.cluster.rows("SELECT source, unit, code, detail FROM certwire.incident "
                              "WHERE code <> 614")


def test_a_database_put_back_and_everything_agrees_again(world):
    huaan, beichen, luoxing = world.units.values()
    early = publish(world, "2026-01")
    assert_once(world, early, world.units.values(), CONTENT)
    # In the copy: one that luoxing, being away, is owed; one drafted and not yet issued.
    luoxing.process.stop()
    owed = publish(world, "2026-02")
    for unit in (huaan, beichen):
        unit.has(owed)
    drafted = draft(world, "2026-03")
    back_up(world)

    # After it: luoxing receives it, the draft is issued, another comes into being, and is opened.
    luoxing.start()
    luoxing.has(owed)
    world.office.issue(drafted, 3)
    lost = publish(world, "2026-04")
    for publication in (drafted, lost):
        assert_once(world, publication, world.units.values(), CONTENT)
    huaan.tool("inbox", "open", lost[:8])
    wait_for(lambda: world.delivery(lost, "huaan")["opened_at"], "the opening to be settled")
    before = {unit.id: unit.documents() for unit in world.units.values()}

    world.dispatcher.process.stop()
    put_back(world)
    said = restored(world)
    assert "epoch" in said and "lost_publications" in said
    assert world.stored_at(owed, "luoxing") is None and world.delivery(drafted, "huaan") is None
    world.dispatcher.start()

    wait_agreed(world)
    for publication in (early, owed):
        assert_once(world, publication, world.units.values(), CONTENT)
    # The receipts of what the ledger does not know are kept, and say so to people.
    found = world.cluster.rows("SELECT publication, units, channel FROM certwire.lost_publications "
                               "ORDER BY publication = :'p'", p=lost)
    assert [(row["publication"], row["units"], row["channel"]) for row in found] == [
        (drafted, 3, "monthly"), (lost, 3, None)]

    # The draft is there again in the copy: its editor asks again, and it is owed nobody a second time.
    world.office.issue(drafted, 3)
    assert_once(world, drafted, world.units.values(), CONTENT)
    wait_for(lambda: [row["publication"] for row in world.cluster.rows(
        "SELECT publication FROM certwire.lost_publications")] == [lost], "its receipts to be placed")
    # What was drafted after the copy is drafted again, under a new id and with its own number: whoever names it is told so.
    for words in (["status", lost[:8]], ["recall", lost, "--reason", "误"], ["supersede", lost, "/dev/null"]):
        said = world.office.try_certwire("editor_wang", *words)
        assert said.returncode == 1 and "(units that hold it: 3); draft and issue the same number again" in said.stderr, said.stderr
    assert f"the first is {lost[:8]} (3 units) → draft and issue their numbers again" in world.office.try_certwire(
        "editor_wang", "doctor").stdout
    again = publish(world, "2026-04")
    assert_once(world, again, world.units.values(), CONTENT)

    for unit in world.units.values():
        held = unit.documents()
        assert {path: held[path] for path in before[unit.id]} == before[unit.id]
        assert len(held) == 5
        unit.tool("inbox", "verify")
    assert refusals(world) == []
    assert world.cluster.rows("SELECT 1 FROM certwire.receipt WHERE verdict <> 0") == []


def test_the_same_copy_put_back_again(world):
    """A second epoch out of the same copy is another one than the first."""
    first = epoch(world)
    world.dispatcher.process.stop()
    put_back(world)
    restored(world)
    assert epoch(world) > first
    world.dispatcher.start()
    wait_agreed(world)
    assert refusals(world) == []


def test_a_restore_that_nobody_told_of_is_seen(world):
    """Without a new epoch the devices hold more than the ledger has signed: that is said."""
    publication = publish(world, "2026-05")
    for unit in world.units.values():
        unit.has(publication)
    back_up(world)
    later = publish(world, "2026-06")
    for unit in world.units.values():
        unit.has(later)
    world.dispatcher.process.stop()
    put_back(world)
    world.dispatcher.start()
    wait_for(lambda: world.cluster.rows("SELECT 1 FROM certwire.incident WHERE code = 614"),
             "the dispatcher to notice")
    restored(world)
    wait_agreed(world)
    assert [row["publication"] for row in world.cluster.rows(
        "SELECT publication FROM certwire.lost_publications WHERE publication = :'p'", p=later)] == [later]


def promoted(world, standby):
    """The standby answers where the lost primary did, as when its address moves."""
    world.cluster.kill()
    standby.sql("SELECT pg_promote()")
    standby.stop()
    shutil.rmtree(world.cluster.data)
    standby.data.rename(world.cluster.data)
    world.cluster.start()


def test_a_standby_that_lacked_the_newest_is_promoted(world):
    told = refusals(world)
    standby = Cluster(world.folder / "standby", world.logs)
    standby.process.name, standby.process.log_file = "standby", world.logs / "standby.log"
    standby.make_folder()
    world.others.append(standby.process)
    world.cluster.back_up(standby.data, "-R")
    standby.start()
    streamed = publish(world, "2026-07")
    for unit in world.units.values():
        unit.has(streamed)
    position = world.cluster.value("SELECT pg_current_wal_lsn()::text")
    wait_for(lambda: standby.rows("SELECT 1 WHERE pg_last_wal_replay_lsn() >= :'p'::pg_lsn", p=position),
             lambda: f"the standby to follow:\n{standby.process.log_tail()}")
    receiver = standby.value("SELECT pid FROM pg_stat_wal_receiver")
    os.kill(receiver, signal.SIGSTOP)
    late = publish(world, "2026-08")
    for unit in world.units.values():
        unit.has(late)
    world.dispatcher.process.stop()
    first = epoch(world)
    os.kill(receiver, signal.SIGKILL)
    promoted(world, standby)
    assert world.delivery(late, "huaan") is None, "the standby lacked nothing"
    restored(world)
    world.dispatcher.start()
    wait_agreed(world)
    assert epoch(world) > first
    assert_once(world, streamed, world.units.values(), CONTENT)
    wait_for(lambda: world.cluster.rows("SELECT 1 FROM certwire.lost_publications WHERE publication = :'p' AND units = 3",
                                        p=late), "the receipts of what it lacked to come back")
    after = publish(world, "2026-09")
    assert_once(world, after, world.units.values(), CONTENT)
    assert refusals(world) == told
