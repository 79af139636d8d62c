"""Rights that change while clients are connected."""

import time

import pytest

import certwire_peer as peer
from pinging import Pinging
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
    # Has by grants what a test gives and takes by policy.
    device = gate.admit("bystander", channels=["weekly", "opportunity"])
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


def test_hundreds_suspended_at_once_are_all_cut_and_nobody_else_notices(gate, bystander):
    count = 200
    devices = gate.admit_all(f"mass-{i}" for i in range(count))
    wires = [gate.connect_when_known(device) for device in devices]
    with Pinging(bystander):
        gate.sql("SELECT certwire.suspend_unit('mass-' || i, '集中检查') FROM generate_series(0, :last) i",
                 last=count - 1)
        assert {wire.wait_closed() for wire in wires} == {ADMINISTRATIVE}
    once = {(125, device.client_id, ""): 1 for device in devices}
    wait_for(lambda: once.items() <= gate.denials(125).items(), "each cut to be recorded, once")


def many(gate, name, count=40):
    """So many units of that name, connected and subscribed to weekly."""
    devices = gate.admit_all(f"{name}-{i}" for i in range(count))
    wires = [gate.connect_when_known(device) for device in devices]
    for wire in wires:
        wait_for(lambda w=wire: w.ask_for(P + "channel/weekly") == [1], "the right to weekly")
    return devices, wires


def test_a_denial_of_a_group_cuts_all_of_it_and_nobody_else(gate, bystander):
    devices, wires = many(gate, "group")
    gate.sql("SELECT certwire.make_group('checked', '抽查');" + "".join(
        f"SELECT certwire.put_in_group('checked', '{device.unit}', '抽查');" for device in devices))
    with Pinging(bystander):
        gate.sql("SELECT certwire.deny_channel('@checked', 'weekly', '集中检查')")
        for device, wire in zip(devices, wires):
            assert wire.wait_closed() == ADMINISTRATIVE
            assert gate.connect(device).subscribe(P + "channel/weekly") == [DENIED]


def test_a_policy_that_changes_cuts_who_had_its_rights_by_it_and_nobody_else(gate, bystander):
    devices = gate.admit_all((f"policy-{i}" for i in range(40)), channels=[])
    gate.sql("SELECT certwire.set_policy('opportunity', '按级别授予', levels => '{provincial}')")
    wires = []
    for device in devices:
        wait_for(lambda d=device: wires.append(gate.connect_when_known(d)) or wires[-1].subscribe(
            P + "channel/opportunity") == [1], "the right by policy")
    wires = [wire for wire in wires if not wire.closed.is_set()]
    assert len(wires) >= len(devices)
    with Pinging(bystander):
        gate.sql("SELECT certwire.set_policy('opportunity', '不再默认授予', levels => '{}')")
        for wire in wires:
            assert wire.wait_closed() == ADMINISTRATIVE


def test_rights_that_begin_and_end_by_the_clock_come_and_go_without_any_event(gate, bystander):
    """A break of a second and a half in the rights of many, said beforehand: nothing tells of it."""
    devices, wires = many(gate, "clocked")
    begins = time.time() + 4
    gate.sql("".join(
        f"SELECT certwire.deny_channel('{device.unit}', 'weekly', '停一会儿',"
        f" to_timestamp({begins + 1.5}), since => to_timestamp({begins}));" for device in devices))
    version = gate.cluster.value("SELECT version FROM certwire.entitlement_state")
    assert all(wire.is_open() for wire in wires) and time.time() < begins
    with Pinging(bystander):
        for wire in wires:
            assert wire.wait_closed() == ADMINISTRATIVE
            assert time.time() >= begins
        wait_for(lambda: gate.connect(devices[0]).ask_for(P + "channel/weekly") == [1],
                 "the right again")
        assert time.time() >= begins + 1.5
    assert gate.cluster.value("SELECT version FROM certwire.entitlement_state") == version


def test_a_stolen_registrars_certificates_of_after_the_theft_count_no_more(gate, unit, bystander):
    device, _ = unit
    theft = int(time.time())
    thief = gate.certify(device.unit, "thief", not_before=theft)
    forged = gate.connect_when_known(thief)
    successor = peer.Key.generate()
    keys = [dict(key) for key in gate.put_keyset()["keys"]]
    for key in keys:
        if key["role"] == "registrar":
            keys.append({**key, "public": peer.b64(successor.public), "name": "successor"})
            key.update(status="compromised", since=theft)
            break
    gate.put_keyset(keys=keys)
    assert forged.wait_closed() == ADMINISTRATIVE
    assert gate.attempt(thief).code == DENIED
    gate.connect_when_known(gate.certify(device.unit, "d2", registrar=successor))
    gate.connect(device)  # certified before
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
