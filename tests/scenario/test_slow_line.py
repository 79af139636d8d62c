"""40 MiB over a line of 128 KiB/s with a keepalive of 10 s, over TLS: it arrives, the connection is never
lost, and a unit killed in the middle goes on where it was."""

import random

import pytest

from line import Line, why_not
from waiting import wait_for
from world import World

SIZE = 40 * 1024 * 1024
RATE = 128 * 1024
DEADLINE = 3 * SIZE / RATE
MISSING = why_not()

pytestmark = pytest.mark.skipif(MISSING is not None, reason=f"no slow line here: {MISSING}")


@pytest.fixture(scope="module")
def line():
    line = Line(RATE)
    yield line
    line.close()


@pytest.fixture(scope="module")
def world(line):
    with World(tls_host=line.host) as world:
        unit = world.admit("huaan", "华安网络", brokers=[world.broker.tls_address], keepalive="10s",
                           broker_ca=world.folder / "tls/ca.crt")
        unit.process.network = line.far
        unit.start().connected()
        yield world


def connects(world):
    return world.broker.process.log().count("as huaan.d1")


def test_a_large_document_arrives_over_a_slow_line_and_a_kill_loses_no_progress(world, line):
    unit = world.units["huaan.d1"]
    content = random.Random(40).randbytes(SIZE)
    before, at_start = connects(world), line.bytes_down()
    assert before == 1
    publication = world.office.publish("weekly", "2026-47", "大附件",
                                       [world.file("大附件.bin", content)], 1)
    wait_for(lambda: line.bytes_down() - at_start > SIZE / 2, "half of it to pass", DEADLINE)
    assert connects(world) == before, "the connection was lost:\n" + unit.log()
    assert world.stored_at(publication, "huaan") is None
    unit.process.kill()
    unit.start()
    unit.has(publication, DEADLINE)
    assert connects(world) == before + 1, "the connection was lost:\n" + unit.log()
    assert list(unit.documents().values()) == [content]
    assert line.bytes_down() - at_start < 1.2 * SIZE, "what was held already was sent again"
    assert [row["state"] for row in world.receipt_items(publication)] == ["stored"]
    assert world.owed() == []
