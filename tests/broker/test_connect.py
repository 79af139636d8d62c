"""Who is let in, and what is recorded of who is not."""

import os
import time

import pytest

import certwire_peer as peer
from waiting import wait_for

NOT_AUTHORIZED = 0x87


@pytest.fixture(scope="module")
def huaan(gate):
    device = gate.admit("huaan", channels=["weekly"])
    gate.connect_when_known(device).close()
    return device


def refused(gate, device, code, **options):
    wire = gate.attempt(device, **options)
    assert wire.code == NOT_AUTHORIZED
    wire.wait_closed()
    gate.wait_denied(code)


def test_a_device_with_a_token_of_its_own_is_let_in(gate, huaan):
    assert gate.connect(huaan).is_open()


def test_a_token_is_used_once(gate, huaan):
    token = huaan.token(gate.name)
    gate.connect(huaan, token=token)
    refused(gate, huaan, 105, token=token)


def test_a_refused_replay_leaves_the_connected_client_alone(gate, huaan):
    token = huaan.token(gate.name)
    wire = gate.connect(huaan, token=token)
    refused(gate, huaan, 105, token=token)
    assert wire.is_open()


def test_no_token_and_rubbish_are_refused(gate, huaan):
    refused(gate, huaan, 101, token="")
    refused(gate, huaan, 101, token="rubbish")
    refused(gate, huaan, 101, token="x" * 60000)


def test_who_has_no_user_name_is_refused(gate, huaan):
    wire = gate.wire()
    assert wire.connect(huaan.client_id, None, huaan.token(gate.name)) == NOT_AUTHORIZED
    wire = gate.wire()
    assert wire.connect(huaan.client_id) == NOT_AUTHORIZED


def test_a_changed_token_is_refused(gate, huaan):
    token = huaan.token(gate.name)
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    refused(gate, huaan, 102, token=changed)


def test_a_token_by_a_strangers_key_is_refused(gate, huaan):
    stranger = peer.Device("huaan", "d1", peer.Key.generate())
    refused(gate, stranger, 103)


def test_a_strangers_key_under_the_devices_key_id_is_refused(gate, huaan):
    stranger = peer.Key.generate()
    claims = {"sub": huaan.client_id, "aud": gate.name, "iat": int(time.time()),
              "exp": int(time.time()) + 300, "jti": peer.b64(os.urandom(16))}
    header = {"alg": "EdDSA", "typ": "certwire-connect+jwt", "kid": huaan.key.kid}
    forged = peer.jws_sign("certwire-connect+jwt", stranger, claims, header)
    refused(gate, huaan, 102, token=forged)


def test_a_token_for_another_broker_is_refused(gate, huaan):
    refused(gate, huaan, 104, token=huaan.token("127.0.0.1:1"))


def test_a_client_id_of_another_is_refused(gate, huaan):
    refused(gate, huaan, 107, client_id="huaan.d2")
    refused(gate, huaan, 107, user="other")
    refused(gate, huaan, 107, client_id="other.d1", user="other")


def test_older_protocols_are_refused(gate, huaan):
    for version in (3, 4):
        wire = gate.wire()
        if version == 4:
            wire.connect(huaan.client_id, huaan.unit, huaan.token(gate.name), version=4)
            assert wire.code == 5, "not authorised, in the words of MQTT 3.1.1"
        else:
            wire.connect(huaan.client_id, huaan.unit, huaan.token(gate.name), version=3)
            assert wire.code != 0
    gate.wait_denied(111, huaan.client_id)


def test_a_session_that_is_to_be_kept_is_refused(gate, huaan):
    refused(gate, huaan, 111, clean=False)


def test_a_hidden_session_expiry_brings_nothing(gate, huaan):
    """The broker shows it to no plugin, and keeps the session: what waits for it is refused."""
    topic = "certwire/v1/channel/weekly"
    wire = gate.connect(huaan, expiry=3600)
    assert wire.subscribe(topic) == [1]
    wire.close()
    dispatcher = gate.connect(gate.dispatcher)
    assert dispatcher.publish(topic, b"x" * 100) in (0, 0x10)
    wire = gate.connect(huaan, expiry=3600)
    assert wire.is_open() and wire.messages == []


def test_a_will_is_not_published(gate, huaan):
    dispatcher = gate.connect(gate.dispatcher)
    assert dispatcher.subscribe("certwire/v1/unit/+/sync") == [1]
    gate.connect(huaan, will="certwire/v1/unit/huaan/sync").close()
    gate.wait_denied(111, huaan.client_id, "certwire/v1/unit/huaan/sync")
    assert dispatcher.is_open() and dispatcher.messages == []


def test_a_wrong_clock_leads_into_the_lobby(gate, huaan):
    late = {"iat": int(time.time()) - 4000, "exp": int(time.time()) - 3700}
    wire = gate.connect(huaan, token=huaan.token(gate.name, **late))
    assert wire.subscribe("certwire/v1/unit/huaan/head", "certwire/v1/unit/huaan/offer") == [
        1, NOT_AUTHORIZED]
    gate.wait_denied(106, huaan.client_id)
    refused(gate, huaan, 106, token=huaan.token(gate.name, **late))
    assert wire.is_open()


def test_who_is_suspended_comes_into_the_lobby(gate):
    device = gate.admit("lobby-unit")
    before = gate.connect_when_known(device)
    gate.sql("SELECT certwire.suspend_unit('lobby-unit', '测试')")
    before.wait_closed()
    wire = gate.connect(device)
    assert wire.subscribe("certwire/v1/unit/lobby-unit/offer") == [NOT_AUTHORIZED]
    assert wire.subscribe("certwire/v1/unit/lobby-unit/head") == [1]
    assert wire.publish("certwire/v1/unit/lobby-unit/sync", device.sync()) in (0, 0x10)
    assert wire.publish("certwire/v1/unit/lobby-unit/receipt", b"x") == NOT_AUTHORIZED
    gate.wait_denied(108, device.client_id)


def test_a_revoked_device_is_refused(gate):
    device = gate.admit("revoked-unit")
    gate.connect_when_known(device).close()
    gate.sql("SELECT certwire.revoke_device('revoked-unit', 'd1', '测试')")
    wait_for(lambda: gate.attempt(device).code == NOT_AUTHORIZED, "the revocation")
    gate.wait_denied(110, device.client_id)


def test_a_device_that_no_registrar_certified_does_not_exist(gate, huaan):
    """Whoever can write to the database but has no registrar's key."""
    gate.admit("forged-unit", devices=[])
    device = gate.certify("forged-unit", "d1", registrar=peer.Key.generate())
    wait_for(lambda: "forged-unit.d1 is left out" in gate.broker.log(), "the log to tell")
    refused(gate, device, 103)


def test_a_certificate_of_another_device_does_not_count(gate, huaan):
    gate.admit("swapped-unit", devices=[])
    device = gate.certify("swapped-unit", "d1", unit="huaan")
    wait_for(lambda: "swapped-unit.d1 is left out" in gate.broker.log(), "the log to tell")
    refused(gate, device, 103)


def test_a_keyset_by_another_root_changes_nothing(gate, huaan):
    """Put straight into the table, past put_keyset and every program that verifies."""
    intruder, registrar = peer.Key.generate(), gate.registrar
    gate.registrar = peer.Key.generate()
    try:
        gate.put_keyset(root=intruder)
    finally:
        gate.registrar = registrar
        gate.keysets.pop()
    wait_for(lambda: "stays in force" in gate.broker.log(), "the log to tell")
    assert gate.connect(huaan).is_open()
    gate.cluster.sql("DELETE FROM certwire.keyset WHERE version = 2")


def test_a_second_connection_of_a_device_takes_the_place_of_the_first(gate, huaan):
    first = gate.connect(huaan)
    second = gate.connect(huaan)
    first.wait_closed()
    assert second.subscribe("certwire/v1/channel/weekly") == [1]
    assert second.is_open()
