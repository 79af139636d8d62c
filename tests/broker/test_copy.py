"""How the copy follows the database: many changes at once, a database set back, nothing to copy."""

from waiting import wait_for

DENIED = 0x87
CHANNEL = "certwire/v1/channel/weekly"


def test_more_changes_than_are_copied_singly(gate):
    """A whole new copy is taken instead; who is connected notices nothing but its own."""
    bystander = gate.connect_when_known(gate.admit("bystander"))
    device = gate.admit("unit-500")
    wire = gate.connect_when_known(device)
    copies = gate.broker.log().count("copied ")
    gate.sql("BEGIN;"
             "SELECT count(certwire.propose_unit('crowd-' || i, 'crowd', 4, 'national', NULL, '入选'))"
             " FROM generate_series(1, 400) i;"
             "SELECT certwire.suspend_unit('unit-500', '违约'); COMMIT;")
    assert wire.wait_closed() == 0x98
    assert gate.broker.log().count("copied ") > copies
    assert gate.connect(device).subscribe(CHANNEL) == [DENIED]
    assert bystander.is_open()


def test_a_database_that_was_set_back_is_copied_anew(gate):
    """As after a restore from a backup: versions count again, and mean something else."""
    device = gate.admit("restored")
    wire = gate.connect_when_known(device)
    gate.cluster.sql(
        "SET session_replication_role = replica; BEGIN; TRUNCATE certwire.entitlement_change;"
        "UPDATE certwire.entitlement_state SET version = 1;"
        "UPDATE certwire.standing SET standing = 'suspended' WHERE unit = 'restored'; COMMIT;")
    assert wire.wait_closed() == 0x98
    assert gate.connect(device).subscribe(CHANNEL) == [DENIED]


def test_changes_that_are_not_kept_lead_to_a_whole_copy(gate):
    device = gate.admit("forgotten")
    wire = gate.connect_when_known(device)
    gate.cluster.sql(
        "SET session_replication_role = replica;"
        "BEGIN; UPDATE certwire.entitlement_state SET version = version + 1000;"
        "DELETE FROM certwire.entitlement_change;"
        "INSERT INTO certwire.entitlement_change SELECT version, 'forgotten'"
        " FROM certwire.entitlement_state;"
        "UPDATE certwire.standing SET standing = 'suspended' WHERE unit = 'forgotten'; COMMIT;")
    assert wire.wait_closed() == 0x98


def test_a_new_unit_can_connect_without_a_restart(gate):
    wire = gate.connect_when_known(gate.admit("newcomer"))
    assert wire.subscribe(CHANNEL) == [1]


def test_the_brokers_login_may_write_nothing_but_what_it_brings_in(gate):
    for statement in ("INSERT INTO certwire.receipt (unit) VALUES ('x')",
                      "SELECT certwire.suspend_unit('newcomer', 'x')",
                      "SELECT * FROM certwire.publication"):
        assert gate.cluster.psql(statement, "broker_a").returncode != 0
    wait_for(lambda: gate.cluster.psql("SELECT certwire.copy_version()", "broker_a").returncode == 0,
             "what it may do")
