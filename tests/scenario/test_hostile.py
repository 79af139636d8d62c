"""A hostile world: somebody in another network, who owns a certified device besides, floods the broker in every way it can; a good unit goes on receiving."""

import json
import sys
from pathlib import Path

import pytest

from line import Line, why_not
from process import Process
from programs import write_private
from waiting import wait_for
from world import World

ATTACKER = Path(__file__).resolve().parents[1] / "lib/attacker.py"
FAST = 100 << 20  # bytes a second: the line is no part of the attack
MORE = 150  # acts before, and again while a publication is on its way
DEADLINE = 120
SPARE_DESCRIPTORS = 64
MEMORY = 256 << 20
ATTACKS = ("malformed", "half_open", "slow", "topics", "huge", "valid_tokens", "wrong_tokens")


@pytest.fixture(scope="module")
def line():
    assert why_not() is None, f"no network of its own for the attacker: {why_not()}"
    line = Line(FAST)
    yield line
    line.close()


@pytest.fixture(scope="module")
def world(line):
    with World(tls_host=line.host) as world:
        world.admit("huaan", "华安网络").start().connected()
        world.curious = world.admit("qiyun", "启云科技")
        yield world


class Attack:
    """The attacker, at it."""

    def __init__(self, world, line, name):
        broker = world.broker
        settings = write_private(world.folder / f"{name}.json", json.dumps({
            "host": broker.tls_host, "port": broker.tls_port, "audience": broker.names()[1],
            "unit": "qiyun", "device": "d1", "key": str(world.curious.key)}))
        self.process = Process(f"attacker-{name}", [sys.executable, "-B", ATTACKER, name, settings], world.logs)
        self.process.network = line.far
        world.others.append(self.process)
        self.process.start()

    def counts(self):
        lines = [line for line in self.process.log().rpartition("\n")[0].splitlines() if line.startswith("{")]
        assert self.process.running(), f"the attacker ended:\n{self.process.log_tail()}"
        return json.loads(lines[-1]) if lines else {"tried": 0}

    def go_on(self, acts):
        """Wait until it has done so many more."""
        until = self.counts()["tried"] + acts
        wait_for(lambda: self.counts()["tried"] >= until, lambda: f"{acts} acts:\n{self.process.log_tail()}", DEADLINE)

    def stop(self):
        counts = self.counts()
        self.process.stop()
        return counts


def descriptors(process):
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def resident(process):
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096


def publish(world):
    world.issued_so_far = getattr(world, "issued_so_far", 0) + 1
    number = f"2026-{world.issued_so_far}"
    return world.office.publish("weekly", number, f"第 {number} 期", [world.file(f"{number}.bin", b"\x5a" * 300_000)], 2)


@pytest.fixture(scope="module")
def seen(world, line):
    """What the attacker saw of each attack, during which a publication went out and arrived."""
    world.before = descriptors(world.broker.process)
    good, seen = world.units["huaan.d1"], {}
    for name in ATTACKS:
        attack = Attack(world, line, name)
        attack.go_on(2000 if name == "half_open" else MORE if name != "slow" else 1)
        good.has(publish(world), DEADLINE)
        if name not in ("half_open", "slow"):
            attack.go_on(MORE)
        seen[name] = attack.stop()
    return seen


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_good_unit_goes_on_receiving_while_the_broker_is_flooded(seen, attack):
    assert seen[attack]["tried"]


def test_the_good_unit_was_never_cut(world, seen):
    assert world.broker.process.log().count("as huaan.d1") == 1


def test_two_thousand_half_open_connections_were_there_at_once(seen):
    assert seen["half_open"]["held"] >= 2000


def test_wrong_tokens_let_nobody_in_and_most_of_them_are_not_even_verified(world, seen):
    assert seen["wrong_tokens"]["let_in"] == 0
    assert seen["wrong_tokens"]["refused"] >= MORE
    # They are written some at a time, those of no form, of a wrong signature, of a key unknown here and unread ones: all are looked at.
    wait_for(lambda: sum(denials(world).get(code, 0) for code in (101, 102, 103, 114)) >= seen["wrong_tokens"]["refused"],
             lambda: f"all denials to be written: {denials(world)}", DEADLINE)
    counted = denials(world)
    assert counted[102] <= counted.get(114, 0) + counted.get(103, 0)


def denials(world):
    """Of the attacker, by code."""
    rows = world.cluster.rows("SELECT code, sum(count)::int AS count FROM certwire.denial WHERE who = 'qiyun' GROUP BY 1")
    return {row["code"]: row["count"] for row in rows}


def test_malformed_and_huge_packets_are_cut(seen):
    assert seen["malformed"]["closed"] and seen["huge"]["closed"]


def test_forbidden_topics_reached_nobody_and_were_counted(world, seen):
    wait_for(lambda: denials(world).keys() >= {121, 122}, lambda: f"both denials to be written: {denials(world)}", DEADLINE)


def test_nothing_is_left_of_it(world, seen):
    """The broker never ended, and gives back what the attacks took."""
    wait_for(lambda: descriptors(world.broker.process) <= world.before + SPARE_DESCRIPTORS,
             lambda: f"{descriptors(world.broker.process)} descriptors, {world.before} before", DEADLINE)
    assert resident(world.broker.process) < MEMORY
    assert {row["unit"] for row in world.owed()} == {"qiyun"}
