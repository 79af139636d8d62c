"""Everything is copied anew now and then: what drifted is put right and told, and no change waits."""

import pytest

from gate import Gate
from pinging import Pinging
from waiting import wait_for

DENIED = 0x87
ADMINISTRATIVE = 0x98
CHANNEL = "certwire/v1/channel/weekly"
UNITS = 3000
POLLS = 2
PAGE = 32  # names that a reload asks for at a time (broker-plugins/entitlement/reload.c)


@pytest.fixture(scope="module")
def gate():
    # Asked so seldom that within a test only notifications and reloads find anything.
    with Gate(max_staleness="120", reload_interval=f"{POLLS}\nplugin_opt_poll_interval 1") as world:
        yield world


def drifts(gate):
    return [line for line in gate.broker.log().splitlines() if "drifted" in line]


def reloads(gate):
    """How often a broker read all names, some of them in part: a page for each PAGE units, and one that is empty."""
    return gate.cluster.value(
        "SELECT (calls / ((SELECT count(*) FROM certwire.unit) / %d + 2))::int FROM pg_stat_user_functions "
        "WHERE funcname = 'copy_names_after'" % PAGE)


def wait_reloads(gate, more):
    target = reloads(gate) + more
    wait_for(lambda: reloads(gate) >= target, lambda: f"{more} reloads; there were {reloads(gate)}")


@pytest.fixture(scope="module", autouse=True)
def counted(gate):
    gate.cluster.sql("ALTER SYSTEM SET track_functions = 'all'; SELECT pg_reload_conf();")
    gate.admit("bystander")
    wait_for(lambda: gate.cluster.rows("SELECT FROM pg_stat_user_functions "
                                       "WHERE funcname = 'copy_names_after'"), "a counted reload")


def test_a_record_that_nothing_changed_is_put_right_and_told_once(gate):
    device = gate.admit("drifted-unit")
    wire = gate.connect_when_known(device)
    assert wire.subscribe(CHANNEL) == [1]
    # As by a superuser's hand, or a fault: no version rises, nobody is told.
    gate.cluster.sql("SET session_replication_role = replica;"
                     "UPDATE certwire.standing SET standing = 'suspended' "
                     "WHERE unit = 'drifted-unit' AND until IS NULL")
    assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.connect(device).subscribe(CHANNEL) == [DENIED]
    wait_for(lambda: drifts(gate), "the log to tell")
    wait_reloads(gate, 2)
    (line,) = drifts(gate)
    assert "drifted-unit" in line and " 1 of " in line


def test_changes_of_every_kind_are_no_drift(gate):
    before = drifts(gate)
    device = gate.admit("legitimate", channels=["weekly"])
    wire = gate.connect_when_known(device)
    with Pinging(gate.connect_when_known(gate.admit("steady"))):
        for _ in range(3):
            gate.sql("SELECT certwire.suspend_unit('legitimate', '核查');"
                     "SELECT certwire.reinstate_unit('legitimate', '核查完毕');"
                     "SELECT certwire.grant_channel('legitimate', 'seminar',"
                     " clock_timestamp() + interval '1.5 seconds',"
                     " since => clock_timestamp() + interval '0.7 seconds');")
            gate.certify("legitimate", "d" + str(2 + reloads(gate)))
            wait_reloads(gate, 2)
    wire.wait_closed()
    assert drifts(gate) == before


def test_nobody_is_cut_by_a_reload(gate):
    wires = [gate.connect_when_known(gate.admit(f"calm-{i}")) for i in range(5)]
    with Pinging(*wires):
        wait_reloads(gate, 3)
    assert all(wire.is_open() for wire in wires)


def test_a_suspension_does_not_wait_for_a_reload(gate):
    """So many units that a reload takes several pieces, with changes all along."""
    gate.cluster.sql(f"""
        INSERT INTO certwire.unit (id, name)
            SELECT 'many-' || i, 'x' FROM generate_series(1, {UNITS}) i;
        INSERT INTO certwire.standing (unit, since, standing, reason)
            SELECT 'many-' || i, clock_timestamp(), 'good', 'x' FROM generate_series(1, {UNITS}) i;
        SELECT certwire.entitlement_changed(NULL);""")
    device = gate.admit("in-between")
    wait_reloads(gate, 1)
    before = drifts(gate)
    for _ in range(10):
        wire = gate.connect_when_known(device)
        wait_for(lambda w=wire: w.closed.is_set() or w.ask_for(CHANNEL) == [1], "its rights")
        if wire.closed.is_set():
            continue
        gate.sql("SELECT certwire.suspend_unit('in-between', '核查')")
        assert wire.wait_closed() == ADMINISTRATIVE
        gate.sql("SELECT certwire.reinstate_unit('in-between', '核查完毕')")
    wait_reloads(gate, 2)
    assert drifts(gate) == before


def test_a_unit_that_is_not_there_any_more_loses_its_rights(gate):
    device = gate.admit("removed-unit")
    wire = gate.connect_when_known(device)
    gate.cluster.sql("SET session_replication_role = replica;"
                     "DELETE FROM certwire.standing WHERE unit = 'removed-unit';"
                     "DELETE FROM certwire.device WHERE unit = 'removed-unit';"
                     "DELETE FROM certwire.unit WHERE id = 'removed-unit';")
    assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.attempt(device).code == DENIED
    wait_for(lambda: [line for line in drifts(gate) if "removed-unit" in line], "the log to tell")
