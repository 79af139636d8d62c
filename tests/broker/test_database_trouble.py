"""A database that is slow, frozen, restarted or silent, with clients connected all the while: who is
entitled notices nothing until the copy is too old, and what changed counts as soon as it can."""

import pytest

from gate import Gate
from pinging import Pinging
from slow_database import SlowDatabase
from waiting import wait_for

P = "certwire/v1/"
CHANNEL = P + "channel/weekly"
DENIED = 0x87
ADMINISTRATIVE = 0x98
TOO_OLD = "everybody is refused until it is good again"
GOOD_AGAIN = "the copy of entitlements is good again"


class SlowGate(Gate):
    """A gate whose broker reaches PostgreSQL over a line that can be slow."""

    def open(self):
        self.line = None
        super().open()

    def write_conf(self, replace=()):
        self.line = self.line or SlowDatabase(self.cluster, self.folder / "line")
        super().write_conf([*replace, (r"^plugin_opt_dsn .*",
                                       f"plugin_opt_dsn {self.line.dsn('broker_a')}")])

    def told(self, text):
        return self.broker.log().count(text)


@pytest.fixture
def gate():
    with SlowGate() as world:
        yield world
        world.line.close()


@pytest.fixture
def steady(gate):
    """Three who stay entitled: two units and the dispatcher."""
    devices = [gate.admit("steady-a"), gate.admit("steady-b")]
    wires = [gate.connect_when_known(device) for device in devices]
    for wire in wires:
        assert wire.subscribe(CHANNEL) == [1]
    return [*wires, gate.connect(gate.dispatcher)]


@pytest.fixture
def huaan(gate):
    return gate.admit("huaan")


def test_a_database_that_takes_five_seconds_for_each_question_delays_changes_alone(
        gate, steady, huaan):
    wire = gate.connect_when_known(huaan)
    assert wire.subscribe(CHANNEL) == [1]
    with Pinging(*steady):
        gate.line.delay_s = 5
        gate.sql("SELECT certwire.suspend_unit('huaan', '违约')")
        while not wire.closed.is_set():
            assert steady[-1].publish(CHANNEL, b"meanwhile") == 0
            wire.closed.wait(0.1)
        assert wire.disconnect_code == ADMINISTRATIVE
        assert steady[0].on(CHANNEL) and steady[1].on(CHANNEL)
        gate.line.delay_s = 0
        gate.sql("SELECT certwire.reinstate_unit('huaan', '整改完成')")
        wait_for(lambda: gate.connect(huaan).ask_for(CHANNEL) == [1], "its rights again")
    assert gate.told(TOO_OLD) == 0


def test_a_restart_is_not_felt_and_what_changed_meanwhile_counts(gate, steady, huaan):
    wire = gate.connect_when_known(huaan)
    with Pinging(*steady):
        for _ in range(2):
            gate.cluster.restart()
        gate.sql("SELECT certwire.suspend_unit('huaan', '违约')")
        assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.told(TOO_OLD) == 0


def test_a_change_of_which_no_notification_tells_is_found_by_asking(gate, steady, huaan):
    wire = gate.connect_when_known(huaan)
    with Pinging(*steady):
        gate.cluster.sql(
            "SET session_replication_role = replica; BEGIN;"
            "UPDATE certwire.entitlement_state SET version = version + 1;"
            "INSERT INTO certwire.entitlement_change SELECT version, 'huaan'"
            " FROM certwire.entitlement_state;"
            "UPDATE certwire.standing SET standing = 'suspended' WHERE unit = 'huaan'; COMMIT;")
        assert wire.wait_closed() == ADMINISTRATIVE
    assert gate.connect(huaan).subscribe(CHANNEL) == [DENIED]


def test_each_change_of_state_is_told_once_and_pings_are_answered_until_the_cut(gate, huaan):
    gate.broker.stop()
    gate.start([(r"^plugin_opt_max_staleness .*", "plugin_opt_max_staleness 3")])
    for times in (1, 2):
        wire = gate.connect_when_known(huaan)
        gate.cluster.freeze()
        try:
            while not wire.closed.is_set():
                before = wire.pongs
                wire.send(12, 0, b"")
                wait_for(lambda b=before, w=wire: w.pongs > b or w.closed.is_set(), "an answer", 5)
            for _ in range(5):
                assert gate.attempt(huaan).code == DENIED
        finally:
            gate.cluster.thaw()
        wait_for(lambda n=times: gate.told(GOOD_AGAIN) == n, "the log to say that it is over")
        assert gate.told(TOO_OLD) == times
    gate.connect(huaan)


def test_a_frozen_database_that_is_given_up_is_found_again(gate, huaan):
    """So long that the question is given up and the broker connects anew, into the frozen one."""
    gate.broker.stop()
    gate.start([(r"^plugin_opt_max_staleness .*", "plugin_opt_max_staleness 3")])
    wire = gate.connect_when_known(huaan)
    gate.cluster.freeze()
    try:
        wire.wait_closed()
        wait_for(lambda: gate.told("trying again") >= 1, "the question to be given up")
    finally:
        gate.cluster.thaw()
    gate.sql("SELECT certwire.suspend_unit('huaan', '违约')")
    gate.connect_when_known(huaan)
    wait_for(lambda: gate.connect(huaan).ask_for(CHANNEL) == [DENIED], "the suspension to count")
    assert gate.told(GOOD_AGAIN) == gate.told(TOO_OLD) == 1
