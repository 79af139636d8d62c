"""Receipts, replies and presence: from a client into PostgreSQL."""

import os
import re
import time

import pytest

import certwire_peer as peer
from gate import Gate
from waiting import wait_for

P = "certwire/v1/"
DENIED = 0x87
TAKEN = (0, 0x10)


@pytest.fixture(scope="module")
def gate():
    with Gate(ring_size=64) as world:
        yield world


@pytest.fixture(scope="module")
def huaan(gate):
    return gate.admit("huaan", devices=("d1", "d2"))


@pytest.fixture
def wire(gate, huaan):
    return gate.connect_when_known(huaan)


def items():
    return [{"publication": os.urandom(16).hex(), "epoch": 1, "entry": 1,
             "manifest": os.urandom(32).hex(), "state": "stored", "at": int(time.time())}]


def stored(gate, jws):
    return gate.cluster.value(
        "SELECT count(*)::int AS n FROM certwire.receipt WHERE raw = :'raw'::bytea", raw=hexed(jws))


def hexed(jws):
    return "\\x" + jws.encode().hex()


def test_a_receipt_is_committed_byte_for_byte(gate, huaan, wire):
    jws = huaan.receipt(1, items())
    assert wire.publish(P + "unit/huaan/receipt", jws) in TAKEN
    wait_for(lambda: stored(gate, jws) == 1, "the receipt")
    row, = gate.cluster.rows("SELECT unit, device, number, broker FROM certwire.receipt "
                             "WHERE raw = :'raw'::bytea", raw=hexed(jws))
    assert row == {"unit": "huaan", "device": "d1", "number": 1, "broker": gate.name}


def test_the_same_receipt_again_is_one_row(gate, huaan, wire):
    jws = huaan.receipt(2, items())
    for _ in range(3):
        assert wire.publish(P + "unit/huaan/receipt", jws) in TAKEN
    after = huaan.receipt(3, items())
    wire.publish(P + "unit/huaan/receipt", after)
    wait_for(lambda: stored(gate, after) == 1, "the one after")
    assert stored(gate, jws) == 1


def test_many_receipts_are_all_committed(gate, huaan, wire):
    sent = [huaan.receipt(100 + i, items()) for i in range(300)]
    for jws in sent:
        # 0x87 while the writer is behind: as devices do, again.
        wait_for(lambda: wire.publish(P + "unit/huaan/receipt", jws) in TAKEN, "room for a receipt")
    wait_for(lambda: gate.cluster.value(
        "SELECT count(*)::int AS n FROM certwire.receipt WHERE number >= 100 AND number < 400")
        == 300, "all of them")


def rejected(gate, wire, jws, code):
    before = sum(n for (c, *_), n in gate.denials().items() if c == code)
    assert wire.publish(P + "unit/huaan/receipt", jws) in TAKEN
    wait_for(lambda: sum(n for (c, *_), n in gate.denials().items() if c == code) > before,
             f"a denial {code}")
    assert stored(gate, jws) == 0


def test_what_is_plainly_invalid_is_recorded_and_not_stored(gate, huaan, wire):
    rejected(gate, wire, "rubbish", 601)
    rejected(gate, wire, huaan.receipt(5, []), 601)
    rejected(gate, wire, huaan.receipt(0, items()), 601)
    forged = peer.Device("huaan", "d1", peer.Key.generate())
    rejected(gate, wire, forged.receipt(6, items()), 602)
    rejected(gate, wire, peer.Device("huaan", "d9", huaan.key).receipt(6, items()), 603)
    rejected(gate, wire, peer.Device("other", "d1", huaan.key).receipt(6, items()), 604)


def test_a_revoked_devices_receipt_is_not_believed(gate, huaan, wire):
    second = gate.certify("huaan", "d3")
    gate.connect_when_known(second).close()
    gate.sql("SELECT certwire.revoke_device('huaan', 'd3', '丢失')")
    rejected(gate, wire, second.receipt(1, items()), 603)


def test_a_reply_is_kept_with_who_sent_it(gate, huaan, wire):
    answer = {"publication": "00" * 16, "manifest": "00" * 32, "answer": "decline", "note": "", "at": 0}
    jws = huaan.reply(900, [peer.Key.generate().public], answer)
    assert wire.publish(P + "unit/huaan/reply", jws) in TAKEN
    row, = wait_for(lambda: gate.cluster.rows("SELECT unit, device, number, is_reply FROM certwire.receipt "
                                              "WHERE raw = :'raw'::bytea", raw=hexed(jws)),
                    "the reply")
    assert row == {"unit": "huaan", "device": "d1", "number": 900, "is_reply": True}


def test_a_reply_that_is_none_is_recorded_and_not_stored(gate, huaan, wire):
    jws = peer.jws_sign("certwire-reply+jws", huaan.key, {"v": 1})
    assert wire.publish(P + "unit/huaan/reply", jws) in TAKEN
    wait_for(lambda: any(code == 621 for code, *_ in gate.denials()), "a denial 621")
    assert stored(gate, jws) == 0


def present(gate, device):
    return gate.cluster.rows("SELECT present FROM certwire.presence WHERE unit = :'unit' AND "
                             "device = :'device' AND present", unit=device.unit,
                             device=device.device) != []


def test_a_device_is_present_from_its_sync_until_it_leaves(gate):
    device = gate.admit("coming")
    wire = gate.connect_when_known(device)
    wire.publish(P + "unit/coming/sync", device.sync())
    wait_for(lambda: present(gate, device), "it to be present")
    again = gate.connect(device)
    again.publish(P + "unit/coming/sync", device.sync())
    wire.wait_closed()
    wait_for(lambda: present(gate, device), "it to be present still")
    again.close()
    wait_for(lambda: not present(gate, device), "it to be gone")


def test_a_broker_that_starts_says_that_nobody_is_there(gate):
    device = gate.admit("lingering")
    gate.connect_when_known(device).publish(P + "unit/lingering/sync", device.sync())
    wait_for(lambda: present(gate, device), "it to be present")
    gate.broker.kill()
    gate.start()
    wait_for(lambda: not present(gate, device), "it to be gone")


def test_receipts_wait_for_a_frozen_database_and_the_rest_is_put_off(gate, huaan, wire):
    """More than the ring holds: the client is told to try later, and nothing taken is lost."""
    taken, put_off = [], []
    gate.cluster.freeze()
    try:
        for number in range(1000, 2000):
            jws = huaan.receipt(number, items())
            code = wire.publish(P + "unit/huaan/receipt", jws)
            (taken if code in TAKEN else put_off).append(jws)
            if len(put_off) == 3:
                break
        assert put_off and wire.ping() < 1
        wait_for(lambda: re.search(r"no room for [1-9]\d* receipts", gate.broker.log()), "the broker to count what was put off")
    finally:
        gate.cluster.thaw()
    wait_for(lambda: gate.cluster.value(
        "SELECT count(*)::int AS n FROM certwire.receipt WHERE number >= 1000") >= len(taken),
        "all that was taken")
    assert wire.publish(P + "unit/huaan/receipt", put_off[0]) in TAKEN
    wait_for(lambda: stored(gate, put_off[0]) == 1, "what was put off")


def test_presence_survives_a_restart_of_the_database(gate):
    device = gate.admit("staying")
    wire = gate.connect_when_known(device)
    wire.publish(P + "unit/staying/sync", device.sync())
    wait_for(lambda: present(gate, device), "it to be present")
    gate.cluster.restart()
    # As after a restore to a time at which it was not there.
    gate.cluster.sql("UPDATE certwire.presence SET present = false")
    wire.ping()
    gate.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE application_name = 'certwire_receipts'")
    wait_for(lambda: present(gate, device), "it to be present again")
