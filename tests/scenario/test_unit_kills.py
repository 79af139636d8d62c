"""A unit killed at every step between the arrival of a document and its settlement, and a unit whose state is
older than the ledger: one document, one receipt row, nothing owed at the end."""

import random

import pytest

from faults import died, points
from ledger import assert_once
from world import World

CONTENT = random.Random(3).randbytes(200_000)
POINTS = points("subscriber", "unit-")


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.admit("huaan", "华安网络").start().connected()
        yield world


def publish(world, number):
    return world.office.publish("monthly", number, f"月报 {number}",
                                [world.file(f"{number}.bin", CONTENT)], 1)


@pytest.fixture(autouse=True, scope="module")
def monthly(world):
    """The Monthly needs one signature only, so a round is quick."""
    world.office.admin("grant_channel", "huaan", "monthly")


@pytest.mark.parametrize("point", [*POINTS, "unit-after-part:3"])
def test_killed_at(world, point):
    unit = world.units["huaan.d1"]
    unit.process.stop()
    unit.start(CERTWIRE_FAULT=point)
    publication = publish(world, f"2026-{point.replace(':', '-')[5:]}")
    died(unit.process)
    unit.start()
    assert_once(world, publication, [unit], CONTENT)


def test_killed_at_every_point_in_turn_for_one_document(world):
    """In the order in which they are passed. Two are for test_killed_at alone: where the entry comes among the parts,
    which are pushed beside its offer, nobody promises; and a receipt that was committed before the kill is sent again,
    which is no first publishing."""
    unit = world.units["huaan.d1"]
    unit.process.stop()
    in_turn = ["unit-after-part:2", "unit-after-part:3", "unit-before-rename", "unit-after-rename", "unit-before-receipt-commit",
               "unit-after-receipt-commit", "unit-before-settled-commit"]
    assert {point.partition(":")[0] for point in in_turn} == set(POINTS) - {"unit-after-entry", "unit-after-publish"}
    unit.start(CERTWIRE_FAULT=in_turn[0])
    publication = publish(world, "2026-all")
    died(unit.process)
    for point in in_turn[1:]:
        unit.start(CERTWIRE_FAULT=point)
        died(unit.process)
    unit.start()
    assert_once(world, publication, [unit], CONTENT)
