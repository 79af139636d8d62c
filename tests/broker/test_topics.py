"""What connected clients may subscribe to, publish and are sent."""

import pytest

from waiting import wait_for

P = "certwire/v1/"
DENIED = 0x87
NO_SUBSCRIBER = 0x10


@pytest.fixture(scope="module")
def wires(gate):
    huaan = gate.admit("huaan", channels=["weekly", "monthly"])
    dunxin = gate.admit("dunxin", channels=["weekly", "monthly", "opportunity", "seminar"])
    gate.devices = {"huaan": huaan, "dunxin": dunxin}
    return {"huaan": gate.connect_when_known(huaan), "dunxin": gate.connect_when_known(dunxin),
            "dispatcher": gate.connect(gate.dispatcher)}


def test_subscriptions(wires):
    asked = [P + "unit/huaan/+", P + "channel/weekly", P + "channel/seminar", P + "channel/+",
             P + "unit/dunxin/head", P + "unit/+/offer", P + "#", "#", "$SYS/#",
             "$share/g/" + P + "channel/weekly", P + "unit/huaan/#"]
    assert wires["huaan"].subscribe(*asked) == [1, 1] + [DENIED] * 9
    assert wires["dunxin"].subscribe(P + "channel/+") == [1]
    assert wires["dispatcher"].subscribe(P + "unit/+/sync", P + "unit/huaan/offer", "#") == [
        1, DENIED, DENIED]


def test_what_is_published_reaches_who_may_read_it_alone(wires):
    for topic, readers in ((P + "channel/weekly", {"huaan", "dunxin"}),
                           (P + "channel/seminar", {"dunxin"}), (P + "unit/huaan/offer", {"huaan"}),
                           (P + "unit/huaan/head", {"huaan"})):
        assert wires["dispatcher"].publish(topic, b"to " + topic.encode()) == 0
        for name in ("huaan", "dunxin"):
            if name in readers:
                wait_for(lambda n=name: wires[n].on(topic), f"{topic} at {name}")
            else:
                wires[name].ping()
                assert wires[name].on(topic) == []


def test_units_cannot_speak_as_the_dispatcher_or_as_each_other(gate, wires):
    for topic in (P + "channel/weekly", P + "unit/huaan/offer", P + "unit/huaan/head",
                  P + "unit/dunxin/sync", P + "unit/dunxin/receipt", "elsewhere"):
        assert wires["huaan"].publish(topic, b"x") == DENIED
        gate.wait_denied(122, "huaan.d1", topic)
    assert wires["dispatcher"].publish(P + "unit/huaan/sync", b"x") == DENIED


def test_a_sync_reaches_the_dispatcher_and_does_not_come_back(gate, wires):
    sync = gate.devices["huaan"].sync()
    assert wires["huaan"].publish(P + "unit/huaan/sync", sync) == 0
    wait_for(lambda: wires["dispatcher"].on(P + "unit/huaan/sync") == [sync.encode()], "the sync")
    wires["huaan"].ping()
    assert wires["huaan"].on(P + "unit/huaan/sync") == []
    assert not any(code == 123 for code, _, _ in gate.denials())


def test_qos_0_is_refused_as_qos_1_is(gate, wires):
    wires["huaan"].publish(P + "channel/monthly", b"forged", qos=0)
    gate.wait_denied(122, "huaan.d1", P + "channel/monthly")
    wires["dunxin"].ping()
    assert wires["dunxin"].on(P + "channel/monthly") == []


def test_retained_messages_and_qos_2_cut_their_sender(gate):
    for options in ({"retain": True}, {"qos": 2}):
        wire = gate.connect(gate.devices["huaan"])
        with pytest.raises(AssertionError, match="closed"):
            wire.publish(P + "unit/huaan/sync", b"x", **options)
    gate.wires.append(gate.connect(gate.devices["huaan"]))


def test_packets_past_the_limit_cut_their_sender(gate):
    wire = gate.connect(gate.devices["huaan"])
    with pytest.raises((AssertionError, OSError)):
        wire.publish(P + "unit/huaan/sync", b"x" * 131072)
    wire.wait_closed()


def test_payloads_past_the_limit_of_their_kind_are_refused(gate):
    wire = gate.connect(gate.devices["huaan"])
    assert wire.publish(P + "unit/huaan/sync", b"x" * 65537) == DENIED
    assert wire.publish(P + "unit/huaan/receipt", b"x" * 32769) == DENIED
    assert wire.publish(P + "unit/huaan/sync", b"x" * 65536) in (0, NO_SUBSCRIBER)
