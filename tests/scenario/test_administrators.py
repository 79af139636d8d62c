"""Two administrators at once, and administrators against issue: who holds the entitlement lock is said, whoever
waits goes on, and what was issued agrees with the order of the acts, whatever the race."""

import random
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk import Desk
from session import Session
from waiting import wait_for

UNITS = [f"unit-{nth:02}" for nth in range(24)]
ROUNDS = 12


@pytest.fixture(scope="module")
def desk():
    folder = Path(tempfile.mkdtemp(prefix="certwire-"))
    folder.chmod(0o711)  # PostgreSQL's own user must reach its folder
    made = Desk(folder)
    try:
        made.open()
        made.cluster.sql("CREATE ROLE admin_wu LOGIN IN ROLE certwire_admin")
        for unit in UNITS:
            made.admit(unit, channels=["monthly"])
        made.dispatchers["dispatch_a"].start()
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


@pytest.fixture
def li(desk):
    with Session(desk.cluster, "admin_li", "li-at-lunch") as session:
        yield session


@pytest.fixture
def wu(desk):
    with Session(desk.cluster, "admin_wu") as session:
        yield session


def act(name, unit):
    return f"SELECT unit, standing FROM certwire.{name}_unit('{unit}', '测试');"


def state(desk):
    """Everything that an act of standing may have touched."""
    return desk.cluster.rows("SELECT (SELECT version FROM certwire.entitlement_state) AS version, "
                             "(SELECT count(*) FROM certwire.standing) AS standings, "
                             "(SELECT count(*) FROM certwire.entitlement_change) AS changes, "
                             "(SELECT count(*) FROM certwire.audit WHERE act LIKE '%_unit') AS acts")


def waits(desk, login):
    return desk.cluster.rows("SELECT 1 FROM pg_stat_activity WHERE usename = :'u' AND wait_event_type = 'Lock'",
                             u=login) != []


def test_who_waits_too_long_is_told_who_holds_the_lock(desk, li, wu):
    assert li.run("BEGIN;" + act("suspend", "unit-00")) == "unit-00|suspended\n"
    before = state(desk)
    said = wu.run("SET lock_timeout = '200ms';" + act("suspend", "unit-01"))
    assert "ERROR:  the entitlements are locked by admin_li (process " in said and "li-at-lunch" in said
    assert "HINT:  " in said and "pg_terminate_backend" in said
    assert state(desk) == before
    li.run("COMMIT;")
    wu.run("RESET lock_timeout;")
    assert wu.run(act("suspend", "unit-01")) == "unit-01|suspended\n"
    assert wu.run(act("reinstate", "unit-00") + act("reinstate", "unit-01")).count("|good") == 2


def test_who_waits_goes_on_after_the_commit(desk, li, wu):
    li.run("BEGIN;" + act("suspend", "unit-00"))
    wu.begin(act("suspend", "unit-01"))
    wait_for(lambda: waits(desk, "admin_wu"), "the second to wait")
    li.run("COMMIT;")
    assert wu.said() == "unit-01|suspended\n"
    assert wu.run(act("reinstate", "unit-00") + act("reinstate", "unit-01")).count("|good") == 2


def test_the_second_of_two_who_do_the_same_gets_one_clear_error_and_nothing_is_done_twice(desk, li, wu):
    li.run("BEGIN;" + act("suspend", "unit-00"))
    wu.begin(act("suspend", "unit-00"))
    wait_for(lambda: waits(desk, "admin_wu"), "the second to wait")
    li.run("COMMIT;")
    done = state(desk)
    said = wu.said()
    assert said.count("ERROR:") == 1 and "the standing of unit unit-00 is suspended since" in said
    assert "HINT:  suspend_unit needs a standing of good or candidate" in said
    assert state(desk) == done
    assert wu.run(act("reinstate", "unit-00")) == "unit-00|good\n"


def test_what_was_rolled_back_left_nothing(desk, li, wu):
    before = state(desk)
    li.run("BEGIN;" + act("revoke", "unit-00"))
    wu.begin(act("suspend", "unit-00"))
    wait_for(lambda: waits(desk, "admin_wu"), "the second to wait")
    li.run("ROLLBACK;")
    assert wu.said() == "unit-00|suspended\n"
    assert state(desk)[0]["version"] == before[0]["version"] + 1
    assert wu.run(act("reinstate", "unit-00")) == "unit-00|good\n"


def test_who_is_suspended_while_issue_waits_for_the_lock_gets_nothing_of_it(desk, li):
    publication = desk.draft(files={"a": b"a"})
    li.run("BEGIN;" + act("suspend", "unit-00"))
    desk.issue(publication)
    wait_for(lambda: waits(desk, "dispatch_a"), lambda: f"issuing to wait:\n{desk.log()}")
    li.run("COMMIT;")
    wait_for(lambda: desk.state(publication)["state"] == "issued", desk.log)
    got = desk.cluster.rows("SELECT unit FROM certwire.delivery WHERE publication = :'p' ORDER BY unit", p=publication)
    assert [row["unit"] for row in got] == UNITS[1:]
    assert li.run(act("reinstate", "unit-00")) == "unit-00|good\n"


def suspended_at(desk, after):
    """The version that each suspension made, by the audit, of those after that version."""
    return {row["subject"]: row["version"] for row in desk.cluster.rows(
        "SELECT subject, (detail ->> 'version')::bigint AS version FROM certwire.audit "
        "WHERE act = 'suspend_unit' AND (detail ->> 'version')::bigint > :after", after=after)}


def test_issue_against_suspension_always_agrees_with_the_order_of_the_acts(desk):
    """Two administrators suspend half of the units each while an editor asks for issue, at another moment each
    time; every second time the one rests until it is issued, so that some are suspended after it for certain.
    Then all are reinstated. Whoever was suspended before the issue has no delivery, whoever after it has one."""
    chance, seen = random.Random(5), set()
    with Session(desk.cluster, "admin_li") as one, Session(desk.cluster, "admin_wu") as two, \
            Session(desk.cluster, "editor_wang") as editor, ThreadPoolExecutor(2) as threads:
        for turn in range(ROUNDS):
            publication = desk.draft(files={"a": b"a"})
            after = desk.cluster.value("SELECT version FROM certwire.entitlement_state")
            order = chance.sample(UNITS, len(UNITS))
            halves = [order[::2], order[1::2]]
            ask = chance.randrange(len(halves[0]) - 1)

            def is_issued():
                return desk.state(publication)["state"] == "issued"

            def suspend(session, units, asks):
                for nth, unit in enumerate(units):
                    assert session.run(act("suspend", unit)) == f"{unit}|suspended\n"
                    if asks and nth == ask:
                        editor.run(f"SELECT certwire.request_issue('{publication}');")
                        if turn % 2:
                            wait_for(is_issued, lambda: f"{publication} to be issued:\n{desk.log()}")

            for done in [threads.submit(suspend, one, halves[0], True), threads.submit(suspend, two, halves[1], False)]:
                done.result()
            wait_for(is_issued,
                     lambda: f"{publication} to be issued: {desk.state(publication)}\n{desk.log()}")
            issued = desk.cluster.value("SELECT issued_version FROM certwire.publication WHERE id = :'p'",
                                        p=publication)
            versions = suspended_at(desk, after)
            assert set(versions) == set(UNITS)
            got = {row["unit"] for row in desk.cluster.rows(
                "SELECT unit FROM certwire.delivery WHERE publication = :'p'", p=publication)}
            assert got == {unit for unit, version in versions.items() if version > issued}
            seen.add(len(got))
            one.run("".join(act("reinstate", unit) for unit in UNITS))
    assert seen - {0, len(UNITS)}, f"never in the middle of it: {seen}"
