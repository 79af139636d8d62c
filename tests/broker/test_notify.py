"""Changes reach the broker because PostgreSQL tells of them: here it asks only once a minute."""

import pytest

from gate import Gate

DENIED = 0x87


@pytest.fixture(scope="module")
def gate():
    with Gate(max_staleness="120\nplugin_opt_poll_interval 60") as world:
        yield world


def test_every_suspension_cuts_without_waiting_for_the_poll(gate):
    """One after the other, at whatever moment of the loader's work each comes."""
    devices = [gate.admit(f"unit-{i}") for i in range(30)]
    wires = [gate.connect_when_known(device) for device in devices]
    for device, wire in zip(devices, wires):
        gate.sql("SELECT certwire.suspend_unit(:'unit', '违约')", unit=device.unit)
        assert wire.wait_closed(20) == 0x98


def test_a_burst_of_changes_is_told_whole(gate):
    devices = [gate.admit(f"burst-{i}") for i in range(20)]
    wires = [gate.connect_when_known(device) for device in devices]
    gate.sql("".join(f"SELECT certwire.suspend_unit('burst-{i}', '集中检查');"
                     for i in range(20)))
    for wire in wires:
        assert wire.wait_closed(20) == 0x98


def test_a_keyset_counts_without_waiting_for_the_poll(gate):
    wire = gate.connect(gate.dispatcher)
    fields = gate.put_keyset()
    keys = [dict(k) for k in fields["keys"]]
    for key in keys:
        if key["role"] == "dispatcher":
            key.update(status="compromised", since=fields["issued_at"])
    gate.put_keyset(keys=keys)
    assert wire.wait_closed(20) == 0x98
    assert gate.attempt(gate.dispatcher).code == DENIED
