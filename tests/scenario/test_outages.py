"""Broker killed, PostgreSQL stopped, restarted and killed, a unit's disk that takes nothing, configuration
reloaded: what is published meanwhile arrives once, and a reload cuts nobody."""

import json
import random

import recorded
from ledger import assert_once
from stage import ProxyStage
from waiting import wait_for

CONTENT = random.Random(5).randbytes(600_000)


class Stage(ProxyStage):
    def set(self):
        for unit, name in (("huaan", "华安网络"), ("beichen", "北辰科技")):
            self.admit(unit, name, channels=["monthly"])


def draft(world, number):
    return world.office.draft("monthly", number, f"月报 {number}",
                              [world.file(f"{number}.bin", CONTENT)])


def publish(world, number):
    publication = draft(world, number)
    world.office.issue(publication, 2)
    return publication


def parts_seen(world, publication):
    head = b"\x01" + bytes.fromhex(publication)
    return sum(m.payload.startswith(head) for m in world.proxy.published())


def test_the_broker_killed_while_parts_are_under_way(world):
    publication = publish(world, "2026-01")
    wait_for(lambda: parts_seen(world, publication) > 3, "some parts to pass")
    world.broker.process.kill()
    world.broker.start()
    assert_once(world, publication, world.units.values(), CONTENT)


def test_the_broker_killed_before_anything_is_offered(world):
    world.broker.process.kill()
    publication = publish(world, "2026-02")
    world.issued(publication)
    world.broker.start()
    assert_once(world, publication, world.units.values(), CONTENT)


def test_postgresql_restarted_while_parts_are_under_way(world):
    publication = publish(world, "2026-03")
    wait_for(lambda: parts_seen(world, publication) > 3, "some parts to pass")
    world.cluster.restart()
    assert_once(world, publication, world.units.values(), CONTENT)


def test_postgresql_killed(world):
    publication = publish(world, "2026-04")
    world.cluster.kill()
    world.cluster.start()
    assert_once(world, publication, world.units.values(), CONTENT)


def test_postgresql_away_while_receipts_come(world):
    """The units store what they have all of; their receipts wait for the database to be back."""
    publication = publish(world, "2026-05")
    for unit in world.units.values():
        wait_for(lambda: any(publication[:8] in path for path in unit.documents()) or
                 world.stored_at(publication, unit.id), f"{unit.id} to store it")
    world.cluster.stop()
    connections = len(world.proxy.connections)
    world.cluster.start()
    assert_once(world, publication, world.units.values(), CONTENT)
    assert len(world.proxy.connections) == connections, "a dead database was felt by units"


def test_disks_that_take_nothing_say_so_and_are_tried_again(world):
    """beichen's quota is used up (401); huaan has a file where the channel's folder must be (402)."""
    huaan, beichen = world.units["huaan.d1"], world.units["beichen.d1"]
    monthly, aside = huaan.inbox / "monthly", world.folder / "aside"
    huaan.process.stop()
    monthly.rename(aside)
    monthly.touch()
    beichen.process.stop()
    beichen.reconfigure(quota="1K")
    for unit in (huaan, beichen):
        unit.start().connected()
    publication = publish(world, "2026-06")
    for unit, code in (("beichen", 401), ("huaan", 402)):
        wait_for(lambda: [unit, "refused", code] in [
            [item["unit"], item["state"], item["code"]] for item in world.receipt_items(publication)],
            lambda: f"{unit} to refuse with {code}: {world.receipt_items(publication)}")
        assert world.stored_at(publication, unit) is None
    assert "quota" in json.dumps(beichen.status(), ensure_ascii=False)

    monthly.unlink()
    aside.rename(monthly)
    beichen.process.stop()
    beichen.reconfigure(quota="1G")
    beichen.start()
    for unit in (huaan, beichen):
        unit.has(publication)
        (stored,) = unit.folder_of(publication).glob("*.bin")
        assert stored.read_bytes() == CONTENT


def test_a_reload_cuts_nobody(world):
    before = {unit: recorded.connections(world.proxy, unit)[-1] for unit in world.units}
    count = len(world.proxy.connections)
    reloads = world.broker.process.log().count("Reloading config")
    for n in range(3):
        world.broker.reload()
        wait_for(lambda: world.broker.process.log().count("Reloading config") > reloads + n,
                 "the broker to reload")
        publication = publish(world, f"2026-1{n}")
        assert_once(world, publication, world.units.values(), CONTENT)
    assert len(world.proxy.connections) == count, "somebody had to connect again"
    for unit, connection in before.items():
        assert recorded.connections(world.proxy, unit)[-1] is connection
        assert not recorded.cut_by_broker(connection)
    assert world.dispatcher.process.running()
