"""What connected clients feel of a broker's trouble: SIGHUP, a frozen and a lost database."""

import time

import pytest

from gate import Gate
from waiting import wait_for

P = "certwire/v1/"
DENIED = 0x87


@pytest.fixture
def gate():
    with Gate(max_staleness=4) as world:
        yield world


@pytest.fixture
def huaan(gate):
    return gate.admit("huaan")


def test_a_reload_cuts_nobody(gate, huaan):
    wire = gate.connect_when_known(huaan)
    dispatcher = gate.connect(gate.dispatcher)
    assert wire.subscribe(P + "channel/weekly") == [1]
    # A session that outlives its connection is asked about as well.
    other = gate.admit("other")
    gate.connect_when_known(other, expiry=3600).close()
    for _ in range(3):
        gate.reload()
        assert wire.is_open() and dispatcher.is_open()
    assert dispatcher.publish(P + "channel/weekly", b"after the reload") == 0
    wait_for(lambda: wire.on(P + "channel/weekly"), "the message")
    assert gate.connect(gate.admit("third") and huaan).is_open()


def test_a_suspension_counts_after_a_reload(gate, huaan):
    wire = gate.connect_when_known(huaan)
    gate.reload()
    gate.sql("SELECT certwire.suspend_unit('huaan', '违约')")
    gate.reload()
    wire.wait_closed()
    assert gate.connect(huaan).subscribe(P + "channel/weekly") == [DENIED]


def test_a_frozen_database_is_not_felt_until_the_copy_is_too_old(gate, huaan):
    wire = gate.connect_when_known(huaan)
    dispatcher = gate.connect(gate.dispatcher)
    assert wire.subscribe(P + "channel/weekly") == [1]
    gate.cluster.freeze()
    try:
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            assert wire.ping() < 1
            assert dispatcher.publish(P + "channel/weekly", b"x") == 0
        assert wire.publish(P + "unit/huaan/receipt", b"x") in (0, 0x10)
        # Older than its allowed age: everybody out, and nobody in.
        wire.wait_closed()
        dispatcher.wait_closed()
        assert gate.attempt(huaan).code == DENIED
    finally:
        gate.cluster.thaw()
    gate.connect_when_known(huaan)
    gate.wait_denied(109)


def test_the_broker_ends_at_once_while_the_database_is_frozen(gate, huaan):
    gate.connect_when_known(huaan)
    gate.cluster.freeze()
    try:
        # Two polls later both threads wait for an answer.
        end = time.monotonic() + 2
        wait_for(lambda: time.monotonic() > end, "both threads to ask")
        started = time.monotonic()
        gate.broker.stop()
        assert time.monotonic() - started < 4
    finally:
        gate.cluster.thaw()
    gate.start()


def test_a_database_that_restarts_is_found_again_with_what_changed(gate, huaan):
    wire = gate.connect_when_known(huaan)
    gate.cluster.restart()
    gate.sql("SELECT certwire.suspend_unit('huaan', '违约')")
    wire.wait_closed()
    assert wait_for(lambda: gate.connect_when_known(huaan), "a way in").subscribe(
        P + "channel/weekly") == [DENIED]


def test_the_broker_does_not_start_with_settings_that_are_missing_or_unknown(gate):
    gate.broker.stop()
    for replace, says in (
            ([(r"^plugin_opt_root_fingerprint .*", "# none")], "root_fingerprint"),
            ([(r"^plugin_opt_dsn .*", "# none")], "dsn"),
            ([(r"^plugin_opt_broker_name .*", "# none")], "broker_name"),
            ([(r"^plugin_opt_max_staleness .*", "plugin_opt_max_stalenes 60")], "max_stalenes"),
            ([(r"^plugin_opt_max_staleness .*", "plugin_opt_max_staleness soon")], "max_staleness"),
            ([(r"^plugin_opt_ring_size .*", "plugin_opt_ring_size 0")], "ring_size")):
        gate.write_conf(replace)
        gate.broker.start()
        assert gate.broker.ended() != 0
        assert says in gate.broker.log_tail()
        gate.broker.log_file.unlink()
    gate.start()


def test_the_broker_does_not_start_without_a_whole_copy(gate):
    gate.broker.stop()
    anywhere = r"^plugin_opt_max_staleness .*"
    for replace, says in (
            ([(r"^plugin_opt_dsn .*", "plugin_opt_dsn host=/nonexistent dbname=x user=y")],
             "no copy"),
            ([(r"^plugin_opt_root_fingerprint .*",
               "plugin_opt_root_fingerprint " + " ".join(["00000"] * 8))], "no copy")):
        gate.write_conf([*replace, (anywhere, "plugin_opt_start_timeout 2")])
        gate.broker.start()
        assert gate.broker.ended() != 0
        assert says in gate.broker.log_tail()
    gate.start()
