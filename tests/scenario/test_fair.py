"""One unit with a long backlog beside another with something fresh: turns are taken, so the fresh one is
received before the backlog is; shown by the order of what passes, not by time."""

import random

from stage import ProxyStage
from waiting import wait_for

BACKLOG = 60
CONTENT = random.Random(3).randbytes(400_000)


class Stage(ProxyStage):
    def set(self):
        for unit, name in (("huaan", "华安网络"), ("beichen", "北辰科技")):
            self.admit(unit, name, channels=["monthly"])


def publish(world, number, receivers, *extra):
    file = world.file(f"{number}.bin", CONTENT)
    return world.office.publish("monthly", number, f"月报 {number}", [file], receivers, *extra)


def settled_order(world):
    """(publication, unit) in the order in which receipts for them were settled."""
    return world.cluster.rows("SELECT publication, unit FROM certwire.receipt_item "
                              "WHERE state = 'stored' ORDER BY settled_at, receipt")


def test_a_years_backlog_does_not_delay_anothers_fresh_one(world):
    huaan, beichen = world.units.values()
    huaan.process.stop()
    old = [publish(world, f"old-{n:03}", 1, "--to", "huaan") for n in range(BACKLOG)]
    file = world.file("fresh.bin", CONTENT)
    fresh = world.office.draft("monthly", "fresh", "月报", [file], "--to", "beichen")
    huaan.start()
    wait_for(lambda: world.stored_at(old[0], "huaan"), "the backlog to begin to arrive")
    # As the editor's tool asks, without the second that it takes to open a key.
    world.cluster.sql("SELECT certwire.request_issue(:'p')", "editor_wang", p=fresh)
    beichen.has(fresh)
    # In one statement: meanwhile the backlog goes on.
    behind = world.cluster.value("SELECT count(*)::int FROM certwire.delivery WHERE unit = 'huaan' AND stored_at IS NULL")
    assert behind > 0, "the backlog was through before: make it longer"
    for publication in old:
        huaan.has(publication)
    order = [(row["publication"], row["unit"]) for row in settled_order(world)]
    assert order.index((fresh, "beichen")) < len(order) - 1
    mine = [publication for publication, unit in order if unit == "huaan"]
    assert sorted(mine) == sorted(old) and len(huaan.documents()) == BACKLOG
