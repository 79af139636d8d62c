"""What units may not do is refused, counted, and read by administrators in words."""

import re

import pytest

from gate import ROOT
from waiting import wait_for

P = "certwire/v1/"
DENIED = 0x87
SUBSCRIBE, PUBLISH = 121, 122


@pytest.fixture(scope="module")
def wire(gate):
    gate.admit("dunxin", channels=["weekly", "monthly", "opportunity", "seminar"])
    return gate.connect_when_known(gate.admit("huaan"))


def today(gate, login="admin_li"):
    return gate.cluster.rows("SELECT * FROM certwire.denials_today", login)


def row_of(gate, code, topic):
    def find():
        return [row for row in today(gate) if (row["code"], row["topic"]) == (code, topic)]
    (row,) = wait_for(find, lambda: f"a denial {code} of {topic}; there is {today(gate)}", 15)
    return row


@pytest.mark.parametrize("topic", [
    f"$share/group/{P}channel/weekly", f"$share/group/{P}unit/huaan/+", "$SYS/#",
    "$SYS/broker/clients/total", "#", "+/+/+/+", f"{P}#", f"{P}channel/#", f"{P}channel/+", f"{P}unit/#", f"{P}unit/+/offer",
    f"{P}unit/+/+", f"{P}unit/dunxin/+", f"{P}unit/dunxin/offer", f"{P}unit/dunxin/head",
    f"{P}unit/huaan/#", f"{P}unit/huaan/+/x", f"{P}channel/nonsense", "elsewhere",
    f"{P}unit/huaan/nonsense", f"{P}unit/nobody/head", "$CONTROL/dynamic-security/v1"])
def test_a_subscription_beyond_the_entitled_is_refused_and_counted(gate, wire, topic):
    assert wire.subscribe(topic) == [DENIED]
    row = row_of(gate, SUBSCRIBE, topic)
    assert (row["who"], row["client_id"]) == ("huaan", "huaan.d1")
    assert row["meaning"] == "不得订阅该主题" and row["broker"] == gate.name
    assert row["first_at"] <= row["last_at"] and row["count"] >= 1


@pytest.mark.parametrize("topic", [
    f"{P}channel/weekly", f"{P}unit/dunxin/sync", f"{P}unit/dunxin/receipt", f"{P}unit/huaan/offer",
    "elsewhere"])
def test_a_publication_that_is_nobodys_business_is_refused_and_counted(gate, wire, topic):
    assert wire.publish(topic, b"x") == DENIED
    row = row_of(gate, PUBLISH, topic)
    assert row["who"] == "huaan" and row["meaning"] == "不得向该主题发布"


def test_mosquitto_itself_refuses_what_is_published_to_its_own_topics(wire):
    """It asks no plugin, so nothing counts it."""
    assert wire.publish("$SYS/broker/uptime", b"x") == DENIED


def test_what_is_repeated_is_counted_in_one_row(gate, wire):
    for _ in range(7):
        assert wire.subscribe(P + "unit/dunxin/part") == [DENIED]
    wait_for(lambda: row_of(gate, SUBSCRIBE, P + "unit/dunxin/part")["count"] == 7, "seven of them")


def test_who_is_not_known_is_told_by_its_address(gate):
    assert gate.wire().connect("stranger.d1", "stranger", "rubbish") == DENIED
    wait_for(lambda: [row for row in today(gate) if row["who"] == "@127.0.0.1"], "the stranger", 15)


def test_administrators_and_auditors_read_it_and_nobody_else(gate):
    gate.cluster.sql("CREATE ROLE auditor_qian LOGIN IN ROLE certwire_auditor")
    assert today(gate, "auditor_qian") == today(gate)
    for login in ("registrar_zhao", "broker_a"):
        assert gate.cluster.psql("SELECT FROM certwire.denials_today", login).returncode != 0


def test_every_code_means_the_same_in_the_programs_and_in_the_database(gate):
    header = (ROOT / "common/refusal.h").read_text(encoding="utf-8")
    programs = {(int(code), english, chinese) for code, english, chinese in re.findall(
        r'X\(\w+, (\d+), "([^"]+)",\s*\\?\s*"([^"]+)"\)', header)}
    assert len(programs) == header.count("\tX(")
    assert programs == {(row["code"], row["english"], row["chinese"])
                        for row in gate.cluster.rows("SELECT * FROM certwire.refusal")}
