"""Who has it and who has not: list, status, and watching. Receipts are put straight into the ledger."""

import json
import re

import pytest

from desk import BIN, SEMINAR
from terminal import Terminal


@pytest.fixture(scope="module")
def issued(desk):
    """A publication to unit-a and unit-b, and to unit-c which was suspended after its issue."""
    desk.sql("SELECT 1 FROM certwire.reinstate_unit('unit-c', '已续签')")
    file = desk.write("a.txt", b"x")
    draft = desk.certwire("editor_wang", "draft", "weekly", "--submit", "--number", "2026-47", "--title", "周报",
                          file).stdout.strip()
    desk.certwire("editor_chen", "approve", draft, "--yes", "3")
    desk.certwire("editor_wang", "issue", draft, "--yes", "3")
    assert "waiting for the dispatcher" in desk.certwire("editor_wang", "status", draft).stdout
    fence = desk.sql("SELECT fence FROM certwire.lease_take('test', '1 hour')", "postgres")
    desk.sql(f"SELECT FROM certwire.issue_due({fence})", "postgres")
    desk.sql("SELECT 1 FROM certwire.suspend_unit('unit-c', '季度考核未提交报告')")
    return draft


def reach(desk, unit, changes):
    desk.sql(f"UPDATE certwire.delivery SET {changes} WHERE unit = '{unit}'; "
             "NOTIFY certwire_receipt", "postgres")


def test_nobody_has_it_yet_and_it_is_said_why(desk, issued):
    said = desk.certwire("editor_wang", "status", issued[:4]).stdout
    assert "0/3" in said
    assert re.search(r"unit-a .*owed .*不在线", said)
    assert re.search(r"unit-c .*held .*季度考核未提交报告", said)


def test_columns_are_aligned_for_chinese(desk, issued):
    def column(line, word):
        before = line[:line.index(word)]
        return len(before) + sum(ord(c) > 0x2e80 for c in before)
    lines = desk.certwire("editor_wang", "status", issued).stdout.splitlines()
    rows = [line for line in lines if re.match(r"  unit-[abc] ", line)]
    assert len({column(row, "待达" if "待达" in row else "暂缓") for row in rows}) == 1


def test_watching_draws_a_bar_until_all_who_can_have_it(desk, issued):
    with Terminal(desk, [BIN / "certwire", "status", issued, "--watch", "--config",
                         "editor_wang.conf"]) as terminal:
        terminal.expect("0/3")
        reach(desk, "unit-a", "offers = 1, first_offered_at = now(), last_offered_at = now(), "
              "refused_code = 401, refused_at = now()")
        terminal.expect("磁盘空间不足（401）")
        reach(desk, "unit-a", "state = 'settled', stored_at = now()")
        terminal.expect("1/3")
        reach(desk, "unit-b", "state = 'settled', stored_at = now(), opened_at = now()")
        terminal.expect("2/3")
        assert terminal.end() == 0
        assert "█" in terminal.said and "\x1b[K" in terminal.said


def test_who_has_it_not_comes_first_and_programs_can_read_it(desk, issued):
    said = desk.certwire("editor_wang", "status", issued).stdout
    assert "2/3" in said and "1 已阅" in said
    assert said.index("unit-c") < said.index("unit-a") < said.index("unit-b")
    units = json.loads(desk.certwire("editor_wang", "status", issued, "--json").stdout)["units"]
    assert {u["unit"]: u["state"] for u in units} == {
        "unit-a": "stored", "unit-b": "opened", "unit-c": "held"}


def test_watching_without_a_terminal_prints_plain_lines(desk, issued):
    done = desk.certwire("editor_wang", "status", issued, "--watch")
    assert "\x1b" not in done.stdout and "已存 stored  unit-a" in done.stdout


def test_ctrl_c_ends_a_watch_cleanly(desk, issued):
    reach(desk, "unit-b", "state = 'owed', stored_at = NULL, opened_at = NULL")
    with Terminal(desk, [BIN / "certwire", "status", issued, "--watch", "--config",
                         "editor_wang.conf"]) as terminal:
        terminal.expect("1/3")
        terminal.send("\x03")
        assert terminal.end() == 0


def test_a_watch_ends_when_the_dispatcher_refuses(desk):
    file = desk.write("a.txt", b"x")
    draft = desk.certwire("editor_wang", "draft", "monthly", "--number", "2026-1", "--title", "题",
                          "--to", "unit-a", file).stdout.strip()
    desk.sql("SELECT 1 FROM certwire.grant_channel('unit-a', 'monthly')")
    desk.certwire("editor_wang", "issue", draft, "--yes", "1")
    fence = desk.sql("SELECT fence FROM certwire.lease_take('test', '1 hour')", "postgres")
    desk.sql(f"SELECT certwire.issue_refuse({fence}, :'id', 211)", "postgres", id=draft)
    assert "签发编辑人数不足（211）" in desk.certwire("editor_wang", "status", draft, "--watch").stdout


def test_what_is_over_is_said_to_have_expired(desk):
    file = desk.write("a.txt", b"x")
    made = desk.certwire("editor_wang", "draft", "monthly", "--number", "2026-2", "--title", "题", "--expires", "2098-01-01", file).stdout.strip()
    desk.sql("SELECT 1 FROM certwire.grant_channel('unit-b', 'monthly')")
    desk.certwire("editor_wang", "issue", made, "--yes", desk.sql("SELECT count(*) FROM certwire.audience('monthly') WHERE receives"))
    desk.dispatch(made)
    assert "已发布 issued" in desk.certwire("editor_wang", "status", made).stdout
    desk.sql("UPDATE certwire.publication SET expires_at = now() WHERE id = :'id'", "postgres", id=made)
    assert "已过期 expired" in desk.certwire("editor_wang", "status", made).stdout
    rows = json.loads(desk.certwire("editor_wang", "list", "--json").stdout)
    assert [row["state"] for row in rows if row["id"] == made] == ["expired"]


def test_watching_a_seminar_counts_replies_for_who_has_the_key_at_hand(desk):
    file = desk.write("a.txt", b"x")
    made = desk.certwire("editor_wang", "draft", "seminar", "--number", "S-1", "--title", "研讨会", *SEMINAR, "--to", "unit-a", file).stdout.strip()
    desk.certwire("editor_wang", "issue", made, "--yes", "1")
    desk.dispatch(made)
    with Terminal(desk, [BIN / "certwire", "status", made, "--watch", "--config", "editor_wang.conf"]) as terminal:
        terminal.expect("，0 已答复 replied")
        for number in (1, 2):
            desk.sql(f"INSERT INTO certwire.receipt (broker, unit, device, number, raw, is_reply, judged_at, verdict, authentic) "
                     f"VALUES ('b', 'unit-a', 'd1', {number}, 'x', true, now(), 0, true)", "postgres")
            terminal.expect(f"的答复 reply {number}: ")
        terminal.send("\x03")
        assert terminal.end() == 0
        assert terminal.said.count("的答复 reply 1: ") == 1, "a reply that is wrong is spoken of once"
    assert json.loads(desk.certwire("editor_wang", "status", made, "--json").stdout)["replied"] == 0
    assert json.loads(desk.run([BIN / "certwire", "status", made, "--json", "--dsn", "user=editor_wang"]).stdout)["replied"] is None


def test_a_list_shows_titles_only_to_who_has_a_key(desk, issued):
    dsn = ["--dsn", "user=editor_wang"]
    plain = desk.run([BIN / "certwire", "list", *dsn]).stdout
    assert issued[:8] in plain and "2026-47" in plain and "周报" not in plain
    assert "周报" in desk.certwire("editor_chen", "list").stdout
    said = json.loads(desk.certwire("editor_chen", "list", "--json").stdout)
    row = [p for p in said if p["id"] == issued][0]
    assert (row["title"], row["state"], row["deliveries"]) == ("周报", "issued", 3)


def test_an_id_is_found_by_its_first_digits_only_when_it_is_one(desk):
    desk.refused("editor_wang", "status", "abc", status=2)
    desk.refused("editor_wang", "status", "weekly", status=2)
    desk.refused("editor_wang", "status", "f" * 33, status=2)
    desk.refused("editor_wang", "status", "f" * 32, status=1)


def test_two_ids_that_begin_alike_need_more_digits(desk, issued):
    alike = issued[:8] + ("0" if issued[8] != "0" else "1") * 24
    same = ("kind, channel, body_digest, stream, parts, audience, audience_digest, "
            "drafted_by, drafted_keyset, approvals_needed")
    desk.sql(f"BEGIN; INSERT INTO certwire.publication (id, number, manifest_digest, {same}) SELECT :'new', "
             f"'2026-48', sha256('x'), {same} FROM certwire.publication WHERE id = :'id'; "
             "INSERT INTO certwire.signature (publication, kid, jws, signed_by) SELECT :'new', kid, "
             "jws, signed_by FROM certwire.signature WHERE publication = :'id'; COMMIT", "postgres",
             new=alike, id=issued)
    assert "more digits" in desk.refused("editor_wang", "status", issued[:8], status=2)
    desk.certwire("editor_wang", "status", issued[:9].upper())
