"""Clients that do not read what is sent to them."""

import pytest

from gate import Gate
from waiting import wait_for

TOPIC = "certwire/v1/channel/weekly"
PART = b"x" * 32793


@pytest.fixture(scope="module")
def gate():
    with Gate(read_deadline=5) as world:
        yield world


def reader(gate, unit, buffer=8192):
    device = gate.admit(unit)
    gate.connect_when_known(device).close()
    wire = gate.wire(receive_buffer=buffer)
    wire.connect(device.client_id, unit, device.token(gate.name))
    assert wire.subscribe(TOPIC) == [1]
    return device, wire


@pytest.fixture(scope="module")
def dispatcher(gate):
    return gate.connect(gate.dispatcher)


def connected(gate, wire):
    """Whether the broker still has the connection, seen from outside the client."""
    port = wire.socket.getsockname()[1]
    lines = open("/proc/net/tcp", encoding="ascii").read().split("\n")
    remote = f"0100007F:{port:04X}"
    return any(line.split()[2] == remote and line.split()[3] == "01" for line in lines[1:] if line)


def test_who_reads_nothing_is_cut_and_nobody_else_feels_it(gate, dispatcher):
    _, idle = reader(gate, "idle")
    device, other = reader(gate, "lively")
    idle.stop_reading()
    for i in range(100):
        assert dispatcher.publish(TOPIC, PART) == 0
        if i % 16 == 15:
            other.publish("certwire/v1/unit/lively/sync", device.sync())
    wait_for(lambda: len(other.on(TOPIC)) == 100, "the other to have all")
    wait_for(lambda: not connected(gate, idle), "the idle one to be cut", 30)
    assert other.is_open()


def test_who_reads_a_trickle_is_cut_at_the_deadline(gate, dispatcher):
    """The window opens again and again, so that the kernel finds nothing wrong."""
    device, slow = reader(gate, "trickle", buffer=300000)
    slow.trickle(20000)
    for _ in range(100):
        assert dispatcher.publish(TOPIC, PART) == 0
    gate.wait_denied(124, device.client_id)
    wait_for(lambda: not connected(gate, slow), "the slow one to be cut")


def test_who_is_slow_but_answers_stays(gate, dispatcher):
    device, slow = reader(gate, "modest", buffer=300000)
    slow.trickle(60000)
    for window in range(1, 5):
        for _ in range(32):
            assert dispatcher.publish(TOPIC, PART) == 0
        wait_for(lambda n=window: len(slow.on(TOPIC)) == 32 * n, "the window")
        slow.publish("certwire/v1/unit/modest/sync", device.sync())
    assert slow.is_open()
    assert not gate.denials(124).get((124, device.client_id, ""))


def test_who_was_sent_less_than_two_windows_owes_no_answer(gate, dispatcher):
    wires = {}
    for unit, parts in (("quiet", 40), ("greedy", 80)):
        wires[unit] = gate.connect_when_known(gate.admit(unit))
        assert wires[unit].subscribe(f"certwire/v1/unit/{unit}/part") == [1]
        for _ in range(parts):
            assert dispatcher.publish(f"certwire/v1/unit/{unit}/part", PART) == 0
        wait_for(lambda u=unit, n=parts: len(wires[u].messages) == n, "all of it")
    wires["greedy"].wait_closed()
    gate.wait_denied(124, "greedy.d1")
    assert wires["quiet"].is_open()
