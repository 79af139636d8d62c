"""Faults of lines are counted only when they happened, and where they cannot be done, that is said."""

import os
import socket
from collections import Counter

import paths  # noqa: F401  (first: the harness on the path)
import pytest

from lines import LineBreaker, Lines
from plan import LASTING, ON_WIRES
from waiting import wait_for


class Ear:
    """What a broker is to its lines: a port."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.extra_names = []


@pytest.fixture
def lines():
    ear = Ear()
    made = Lines("test", [ear])
    assert made.missing is None
    yield made
    made.close()


def breaker(lines, meanwhile=lambda _seconds: None):
    return LineBreaker(lines, Counter(), meanwhile)


def done(breaking, fault, **step):
    breaking.faults[fault] += 1
    getattr(breaking, fault)({"fault": fault, "unit": "huaan", **step})


def connect(lines):
    host, _, port = lines.addresses("huaan")[0].rpartition(":")
    return lines.wires["huaan"].far.inside(lambda: socket.create_connection((host, int(port)), 60))


def test_what_no_packet_met_did_not_happen(lines):
    breaking = breaker(lines)
    done(breaking, "lossy")
    done(breaking, "hold", silence=LASTING)
    breaking.heal()
    assert +breaking.faults == Counter({"lossy without effect": 1, "hold without effect": 1})
    assert breaking.never_happened() == ["lossy", "hold"]


def test_what_the_kernel_noticed_happened(lines):
    wire = lines.wires["huaan"]
    with connect(lines) as sock:
        breaking = breaker(lines, lambda _seconds: sock.sendall(b"x"))
        done(breaking, "lossy")
        wait_for(lambda: sock.sendall(b"x") or wire.counts["dropped"] and wire.retransmitted(), "something to be sent again")
        breaking.heal()
        done(breaking, "hold", silence=0.5)
        assert not wire.ills.cut
    breaking.heal()
    assert +breaking.faults == Counter(lossy=1, hold=1)
    assert breaking.never_happened() == []
    assert lines.packets()["sent again by TCP"] >= 1


def test_other_lines_do_not_suffer(lines):
    done(breaker(lines), "lossy")
    assert [who for who, wire in lines.wires.items() if wire.ills.dropped] == ["huaan"]


def test_who_may_not_make_namespaces_is_told_why():
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(65534)
        made = Lines("test", [Ear()])
        os._exit(0 if made.missing and not made.wires and made.addresses("huaan")[0].startswith("127.0.0.1:") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_each_fault_of_a_wire_can_be_done(lines):
    for fault in ON_WIRES:
        assert callable(getattr(breaker(lines), fault.replace("-", "_")))
