"""A dispatcher killed at every step, or stopped there past its lease while a second one takes over and wakes
again: one document, one receipt row, nothing owed at the end, and no write by who lost the lease."""

import random

import pytest

from dispatcher import Dispatcher
from faults import died, points
from ledger import assert_once
from waiting import wait_for
from world import World

CONTENT = random.Random(4).randbytes(150_000)
POINTS = points("publisher/dispatch")


@pytest.fixture(scope="module")
def world():
    world = World()
    world.second = Dispatcher(world, "dispatch_b")
    world.others.append(world.second.process)
    with world:
        for unit, name in (("huaan", "华安网络"), ("beichen", "北辰科技")):
            world.admit(unit, name, channels=["monthly"]).start().connected()
        yield world


def publish(world, number):
    return world.office.publish("monthly", number, f"月报 {number}",
                                [world.file(f"{number}.bin", CONTENT)], 2)


def holder(world):
    return world.cluster.value("SELECT holder FROM certwire.lease WHERE expires_at > now() "
                               "UNION ALL SELECT '' LIMIT 1")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(world, point):
    world.dispatcher.process.stop()
    world.dispatcher.start(CERTWIRE_FAULT=point)
    publication = publish(world, f"2026-k{point[8:]}")
    died(world.dispatcher.process)
    world.dispatcher.start()
    assert_once(world, publication, world.units.values(), CONTENT)


@pytest.mark.parametrize("point", POINTS)
def test_stopped_past_its_lease_at(world, point):
    first, second = world.dispatcher.process, world.second.process
    first.stop()
    world.dispatcher.start(CERTWIRE_FAULT_STOP=point)
    publication = publish(world, f"2026-s{point[8:]}")
    wait_for(first.stopped, lambda: f"the first to stop at {point}:\n{first.log_tail()}")
    world.second.start()
    wait_for(lambda: holder(world) == world.second.name,
             lambda: f"the second to take over:\n{second.log_tail()}")
    for unit in world.units.values():
        unit.has(publication)
    fence = world.cluster.value("SELECT fence FROM certwire.lease")
    first.resume()
    wait_for(lambda: "lease" in first.log().lower(), "the first to notice", 30)
    assert_once(world, publication, world.units.values(), CONTENT)
    after = publish(world, f"2026-t{point[8:]}")
    assert_once(world, after, world.units.values(), CONTENT)
    assert world.cluster.value("SELECT fence FROM certwire.lease") == fence
    second.stop()
    wait_for(lambda: holder(world) == world.dispatcher.name, "the first to lead again")
