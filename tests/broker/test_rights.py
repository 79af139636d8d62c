"""Rights that change while clients are connected."""

import time

import pytest

from waiting import wait_for

P = "certwire/v1/"
DENIED = 0x87
ADMINISTRATIVE = 0x98


@pytest.fixture
def unit(gate, request):
    name = "unit-" + str(abs(hash(request.node.name)) % 10**9)
    device = gate.admit(name, channels=["weekly", "monthly"])
    wire = gate.connect_when_known(device)
    assert wire.subscribe(P + "channel/weekly", P + "channel/monthly", P + f"unit/{name}/+") == [
        1, 1, 1]
    return device, wire


@pytest.fixture(scope="module")
def bystander(gate):
    device = gate.admit("bystander")
    return gate.connect_when_known(device)


def test_a_suspension_cuts_and_leads_into_the_lobby(gate, bystander, unit):
    device, wire = unit
    gate.sql("SELECT certwire.suspend_unit(:'unit', '违约')", unit=device.unit)
    assert wire.wait_closed() == ADMINISTRATIVE
    gate.wait_denied(125, device.client_id)
    back = gate.connect(device)
    assert back.subscribe(P + "channel/weekly", P + f"unit/{device.unit}/head") == [DENIED, 1]
    assert bystander.is_open()


def test_nothing_published_after_a_suspension_reaches_the_unit(gate, unit):
    """Not even when it is published before the unit is cut: reading is checked at each delivery."""
    device, wire = unit
    dispatcher = gate.connect(gate.dispatcher)
    gate.sql("SELECT certwire.suspend_unit(:'unit', '违约')", unit=device.unit)
    wire.wait_closed()
    dispatcher.publish(P + "channel/weekly", b"after")
    dispatcher.publish(P + f"unit/{device.unit}/offer", b"after")
    assert not [m for m in wire.messages if m[1] == b"after"]


def test_a_reinstated_unit_is_cut_and_comes_back_with_all_rights(gate, unit):
    device, wire = unit
    gate.sql("SELECT certwire.suspend_unit(:'unit', '违约')", unit=device.unit)
    wire.wait_closed()
    wire = gate.connect(device)
    gate.sql("SELECT certwire.reinstate_unit(:'unit', '整改完成')", unit=device.unit)
    assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.connect(device).subscribe(P + "channel/weekly") == [1]
    gate.attempt(device, token="rubbish")
    gate.wait_denied(101, device.client_id)
    assert "cannot be recorded" not in gate.broker.log()


def test_a_channel_that_is_withdrawn_cuts_and_leaves_the_rest(gate, unit):
    device, wire = unit
    gate.sql("SELECT certwire.withdraw_grant(:'unit', 'monthly', '到期')", unit=device.unit)
    assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.connect(device).subscribe(P + "channel/monthly", P + "channel/weekly") == [
        DENIED, 1]


def test_a_channel_that_is_granted_cuts_so_that_it_is_subscribed(gate, unit):
    device, wire = unit
    gate.sql("SELECT certwire.grant_channel(:'unit', 'seminar')", unit=device.unit)
    assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.connect(device).subscribe(P + "channel/seminar") == [1]


def test_a_right_that_ends_by_the_clock_ends_at_that_time(gate, unit):
    device, wire = unit
    until = int(time.time()) + 3
    gate.sql("SELECT certwire.grant_channel(:'unit', 'seminar', to_timestamp(:until))",
             unit=device.unit, until=until)
    wire.wait_closed()
    wire = gate.connect(device)
    assert wire.subscribe(P + "channel/seminar") == [1]
    wire.wait_closed()
    assert until <= time.time()
    assert gate.connect(device).subscribe(P + "channel/seminar") == [DENIED]


def test_a_revoked_device_is_cut_and_its_sister_is_not(gate, unit):
    device, wire = unit
    sister = gate.connect_when_known(gate.certify(device.unit, "d2"))
    assert wire.is_open()
    sister.subscribe(P + f"unit/{device.unit}/head")
    gate.sql("SELECT certwire.revoke_device(:'unit', 'd1', '丢失')", unit=device.unit)
    wire.wait_closed()
    assert gate.attempt(device).code == DENIED
    assert sister.is_open()


def test_many_units_suspended_at_once_are_all_cut(gate, bystander):
    devices = [gate.admit(f"mass-{i}") for i in range(40)]
    wires = [gate.connect_when_known(device) for device in devices]
    gate.sql("".join(f"SELECT certwire.suspend_unit('mass-{i}', '集中检查');"
                     for i in range(40)))
    for wire in wires:
        wire.wait_closed()
    assert bystander.is_open()


def test_a_retired_dispatcher_is_cut(gate, bystander):
    """Last in this file: the world's dispatcher changes."""
    wire = gate.connect(gate.dispatcher)
    now = int(time.time())
    old = gate.dispatcher.key
    fields = gate.put_keyset()
    assert wire.is_open(), "a new keyset alone cuts nobody"
    keys = [dict(k) for k in fields["keys"]]
    for key in keys:
        if key["role"] == "dispatcher":
            key.update(status="retired", since=now)
    gate.put_keyset(keys=keys)
    wire.wait_closed()
    assert gate.attempt(gate.dispatcher).code == DENIED
    assert gate.dispatcher.key is old
    assert bystander.is_open()
