"""What is entered into a mailbox after its issue: for newcomers, and for who waits while others have a head start.
It is verified like anything else, by the keysets of its issue, whatever became of the editors since."""

import time

import pytest

from admission import PAPERS, PROPOSE
from office import ADMIN
from waiting import wait_for
from world import World

CONTENT = "第 {} 期".format


@pytest.fixture(scope="module")
def world():
    with World() as made:
        for unit in ("huaan", "luoxing"):
            made.admit(unit, unit, channels=["weekly", "monthly", "opportunity"]).start()
        yield made


def unit_of(world, unit):
    return world.units[f"{unit}.d1"]


def publish(world, channel, number, receivers):
    file = world.file(f"{channel}-{number}.txt", CONTENT(number).encode())
    return world.office.publish(channel, number, f"{channel} {number}", [file], receivers)


def names(unit):
    return sorted(path.rpartition("/")[2] for path in unit.documents())


def entries(world, publication):
    """When it came into whose mailbox, in seconds after its issue."""
    return {row["unit"]: row["after"] for row in world.cluster.rows(
        "SELECT e.unit, extract(epoch FROM e.issued_at - p.issued_at) AS after FROM certwire.entry e "
        "JOIN certwire.publication p ON p.id = e.publication WHERE p.id = :'p'", p=publication)}


@pytest.fixture(scope="module")
def newcomer(world):
    """A candidate, connected, before it is admitted; by then one editor has retired, and the keyset
    demands of the Monthly what nobody had signed."""
    world.cluster.sql(PROPOSE + PAPERS + "SELECT certwire.grant_channel(:'unit', 'weekly');"
                      "SELECT certwire.grant_channel(:'unit', 'monthly');"
                      "SELECT certwire.set_policy('weekly', '补发', backlog => 'latest');"
                      "SELECT certwire.set_policy('monthly', '补发', backlog => 'days', backlog_days => 30);",
                      ADMIN, unit="xinren", name="新人科技")
    unit = world.add_device("xinren", "新人科技", "d1").start()
    wait_for(lambda: "connected to" in unit.log() and unit.status()["state"] == "suspended",
             lambda: f"it to be told:\n{unit.log()}")
    unit.told = unit.try_tool("status").stdout
    unit.old = {"older": publish(world, "weekly", "2026-40", 2), "weekly": publish(world, "weekly", "2026-41", 2),
                "monthly": publish(world, "monthly", "2026-09", 2)}
    for publication in unit.old.values():
        world.issued(publication)
    issued = int(time.time())
    wait_for(lambda: int(time.time()) > issued, "the next second, from which on the editor is retired")
    world.office.make_keyset("--retire", world.office.holders["editor_chen"].kid,
                             approvals=("weekly=1", "monthly=2", "opportunity=1"))
    wait_for(lambda: "keyset 2 taken in" in world.dispatcher.process.log(), world.dispatcher.process.log_tail)
    world.office.admin("admit_unit", "xinren", "材料齐全，准入")
    return unit


def test_a_candidate_is_told_that_it_is_one(newcomer):
    assert "候选" in newcomer.told and "第四届评选公告" in newcomer.told


def test_a_newcomers_backlog_is_verified_by_the_keyset_of_its_issue(world, newcomer):
    for name in ("weekly", "monthly"):
        newcomer.has(newcomer.old[name])
    assert world.delivery(newcomer.old["older"], "xinren") is None
    assert names(newcomer) == ["monthly-2026-09.txt", "weekly-2026-41.txt"]
    newcomer.tool("inbox", "verify")
    wait_for(lambda: newcomer.status()["state"] == "ok", lambda: f"all to be settled: {newcomer.status()}")


def test_who_has_had_it_gets_it_once(world, newcomer):
    for unit in ("huaan", "luoxing"):
        for publication in newcomer.old.values():
            unit_of(world, unit).has(publication)
        assert len(names(unit_of(world, unit))) == 3
    for publication in newcomer.old.values():
        rows = world.receipt_items(publication)
        assert len(rows) == len({row["unit"] for row in rows})


@pytest.fixture(scope="module")
def started(world, newcomer):
    """A publication whose preferred group has it while the others wait; the dispatcher was killed meanwhile,
    and one of those who waited was suspended."""
    for unit in ("zanting", "xuanzhong"):
        world.admit(unit, unit, channels=["opportunity"]).start()
    world.cluster.sql("SELECT certwire.make_group('first', '优先单位');"
                      "SELECT certwire.put_in_group('first', u, '表现突出') FROM unnest(ARRAY['huaan', 'xuanzhong']) u;"
                      "SELECT certwire.set_policy('opportunity', '优先', preferred => 'first', head_start => '4 seconds');",
                      ADMIN)
    publication = publish(world, "opportunity", "2026-1", 4)
    world.issued(publication)
    for unit in ("huaan", "xuanzhong"):
        unit_of(world, unit).has(publication)
    world.office.admin("suspend_unit", "zanting", "优先期内被暂停")
    world.dispatcher.process.kill()
    wait_for(lambda: world.cluster.rows("SELECT 1 FROM certwire.publication WHERE rest_due_at <= clock_timestamp()"),
             "the head start to be over")
    world.waited = entries(world, publication)
    world.dispatcher.start()
    unit_of(world, "luoxing").has(publication)
    return publication


def test_the_preferred_have_it_first(world, started):
    assert world.waited == {"huaan": 0, "xuanzhong": 0}


def test_the_rest_has_it_after_the_set_time_and_once(world, started):
    after = entries(world, started)
    assert set(after) == {"huaan", "xuanzhong", "luoxing"} and after["luoxing"] >= 4
    for unit in after:
        assert names(unit_of(world, unit)).count("opportunity-2026-1.txt") == 1
    stored = [row["unit"] for row in world.receipt_items(started)]
    assert sorted(stored) == sorted(after)


def test_who_lost_its_right_while_it_waited_gets_nothing(world, started):
    assert world.delivery(started, "zanting") is None
    assert names(unit_of(world, "zanting")) == []
    wait_for(lambda: not world.owed(), lambda: f"everything to be settled: {world.owed()}")
