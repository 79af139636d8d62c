"""A bad line does what it is told: its dice with time passed in, then between real kernels."""

import random
import socket
import subprocess
import threading
from collections import Counter

import paths  # noqa: F401  (first: the harness on the path)
import pytest

from lane import HELD_BACK_S, QUEUE_S, SOUND, Ills, Lane
from process import Process
from waiting import wait_for
from wire import Wire

CONTENT = random.Random(4).randbytes(2_000_000)
PATIENCE_S = 60


def passed(ills, count=1000, every_s=0.0, size=100):
    """(lane, [(when it went in, when it came out, its number)]) of numbered packets on a lane."""
    lane, out = Lane(random.Random(1)), []
    lane.ills = ills

    def deliver(until):
        while lane.under_way and lane.next_due() <= until:
            now = lane.next_due()
            out.extend((int(packet) * every_s, now, int(packet)) for packet in lane.due(now))
    for number in range(count):
        deliver(number * every_s)
        lane.take(b"%0*d" % (size, number), number * every_s)
    deliver(float("inf"))
    return lane, out


def numbers(out):
    return [number for _, _, number in out]


def test_a_sound_lane_passes_everything_at_once_and_in_order():
    lane, out = passed(SOUND)
    assert out == [(0, 0, number) for number in range(1000)]
    assert +lane.counts == Counter(passed=1000)


def test_a_share_is_dropped():
    lane, out = passed(Ills(dropped=0.1))
    assert 60 < lane.counts["dropped"] < 140
    assert len(out) == len(set(out)) == 1000 - lane.counts["dropped"]


def test_a_share_is_doubled():
    lane, out = passed(Ills(doubled=0.1))
    twice = [number for number, count in Counter(numbers(out)).items() if count == 2]
    assert 60 < len(twice) == lane.counts["doubled"] < 140
    assert set(numbers(out)) == set(range(1000))


def test_a_share_is_overtaken():
    lane, out = passed(Ills(reordered=0.1), every_s=HELD_BACK_S / 10)
    late = [number for number, newer in zip(numbers(out), numbers(out)[1:]) if number > newer]
    assert 40 < len(late) and 60 < lane.counts["reordered"] < 140
    assert sorted(numbers(out)) == list(range(1000))


def test_jitter_delays_each_and_keeps_their_order():
    lane, out = passed(Ills(delay_s=0.1, jitter_s=0.1), every_s=0.01)
    late = [after - before for before, after, _ in out]
    assert min(late) >= 0.1 and max(late) <= 0.2 and max(late) - min(late) > 0.05
    assert numbers(out) == list(range(1000)) and lane.counts["delayed"] == 1000


def test_bandwidth_is_never_exceeded_and_the_queue_is_bounded():
    lane, out = passed(Ills(bytes_per_second=10_000), every_s=0.001, size=100)  # ten times too much
    assert lane.counts["overflowed"] and lane.counts["slowed"]
    assert len(out) + lane.counts["overflowed"] == 1000
    for (_, first, _), (_, last, _) in zip(out, out[100:]):
        assert last - first >= 0.999
    assert max(after - before for before, after, _ in out) <= QUEUE_S + 0.02


def test_nothing_passes_while_it_is_cut_not_even_what_was_under_way():
    lane = Lane(random.Random(1))
    lane.ills = Ills(delay_s=0.1)
    lane.take(b"under way", 0)
    lane.ills = Ills(cut=True)
    lane.take(b"sent into it", 0.05)
    assert list(lane.due(1)) == [] and lane.counts["cut"] == 2
    lane.ills = SOUND
    lane.take(b"later", 2)
    assert list(lane.due(2)) == [b"later"]


def test_the_same_seed_gives_the_same_fates():
    ills = Ills(dropped=0.1, doubled=0.1, reordered=0.1, jitter_s=0.1)
    assert passed(ills)[1] == passed(ills)[1]


@pytest.fixture
def wire():
    made = Wire(200, "test")
    yield made
    made.close()


def connected(wire):
    """Both ends of a connection over it: near, far."""
    with wire.listen() as listener:
        far = wire.far.inside(lambda: socket.create_connection(listener.getsockname(), PATIENCE_S))
        near, _ = listener.accept()
    near.settimeout(PATIENCE_S)
    return near, far


def read(sock, size):
    got = bytearray()
    while len(got) < size and (some := sock.recv(65536)):
        got += some
    return bytes(got)


def carried(wire, content=CONTENT):
    """What arrives of it at the far end; and what the kernel there, and here, counted."""
    near, far = connected(wire)
    with near, far:
        sender = threading.Thread(target=near.sendall, args=(content,))
        sender.start()
        got = read(far, len(content))
        sender.join()
    return got, wire.far.counters(), wire.near_end.space.counters()


def test_a_sound_wire_loses_nothing(wire):
    got, _, _ = carried(wire)
    assert got == CONTENT
    assert (+wire.counts).keys() == {"passed"} and wire.counts["passed"] > len(CONTENT) / 1500


def test_what_is_lost_the_kernel_sends_again(wire):
    wire.ills = Ills(dropped=0.05)
    got, _, near = carried(wire)
    assert got == CONTENT
    assert wire.counts["dropped"] and near["Tcp.RetransSegs"] and wire.retransmitted() >= near["Tcp.RetransSegs"]


def test_what_is_doubled_reaches_the_kernel_twice(wire):
    wire.ills = Ills(doubled=0.05)
    got, far, _ = carried(wire)
    assert got == CONTENT and wire.counts["doubled"] and far["TcpExt.TCPDSACKOldSent"]


def test_what_is_overtaken_reaches_the_kernel_out_of_order(wire):
    wire.ills = Ills(reordered=0.05)
    got, far, _ = carried(wire)
    assert got == CONTENT and wire.counts["reordered"] and far["TcpExt.TCPOFOQueue"]


def test_a_line_that_is_delayed_or_slow_carries_everything(wire):
    wire.ills = Ills(delay_s=0.005, jitter_s=0.005, bytes_per_second=2_000_000)
    got, _, _ = carried(wire)
    assert got == CONTENT and wire.counts["delayed"] and wire.counts["slowed"]


def test_a_cut_line_is_silent_and_the_connection_outlives_it(wire):
    near, far = connected(wire)
    with near, far:
        wire.ills = Ills(cut=True)
        near.sendall(CONTENT[:10_000])
        wait_for(lambda: wire.counts["cut"] and wire.retransmitted(), "the kernel to try again")
        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(1)
        wire.heal()
        far.settimeout(PATIENCE_S)
        assert read(far, 10_000) == CONTENT[:10_000]


def test_a_program_behind_it_is_its_own_process(wire, tmp_path):
    with wire.listen() as listener:
        program = Process("behind", ["/usr/bin/python3", "-c", "import socket, sys; socket.create_connection((sys.argv[1], "
                                     "int(sys.argv[2]))).recv(1)", *listener.getsockname()], tmp_path)
        program.network = wire.far
        program.start()
        listener.settimeout(PATIENCE_S)
        near, (address, _) = listener.accept()
    with near:
        near.settimeout(PATIENCE_S)
        assert address == wire.far_end.address
        program.pause()
        assert program.stopped()
        program.kill()
        assert near.recv(1) == b""


def test_the_machines_own_network_is_not_touched():
    def own():
        return [subprocess.run(["ip", *what], capture_output=True, text=True, check=True).stdout
                for what in (["-o", "link"], ["netns", "list"], ["route", "show", "table", "all"])]
    before, wire = own(), Wire(200, "test")
    try:
        assert own() == before
    finally:
        wire.close()
