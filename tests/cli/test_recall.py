"""Recall and supersede at the editors' desk; what a dispatcher does is done straight in the ledger."""

import json

import pytest

from desk import SEMINAR

REASON = "附件含未公开漏洞细节"


def draft(desk, *args):
    return desk.certwire("editor_wang", *args).stdout.strip()


def state(desk, publication):
    rows = json.loads(desk.certwire("editor_wang", "list", "--json").stdout)
    return next(row["state"] for row in rows if row["id"] == publication)


@pytest.fixture(scope="module")
def issued(desk):
    file = desk.write("a.txt", b"x")
    made = draft(desk, "draft", "weekly", "--submit", "--number", "2026-47", "--title", "周报", file)
    early = desk.refused("editor_wang", "recall", made, "--reason", REASON, status=3)
    assert "only what is issued can be recalled" in early and "certwire withdraw" in early
    desk.certwire("editor_chen", "approve", made, "--yes", "2")
    desk.certwire("editor_wang", "issue", made, "--yes", "2")
    desk.dispatch(made)
    return made


@pytest.fixture(scope="module")
def recall(desk, issued):
    desk.refused("editor_wang", "recall", issued, status=2)
    done = desk.certwire("editor_wang", "recall", issued[:6], "--reason", REASON, "--yes", "2")
    for part in (issued, REASON, "1/2 人已签", "已收到或可能已收到被召回件的单位", "2 个单位将收到"):
        assert part in done.stderr
    return done.stdout.strip()


def test_a_recall_is_drafted_once(desk, issued, recall):
    assert f"by {recall[:8]} already" in desk.refused("editor_chen", "recall", issued, "--reason", "x",
                                                      "--yes", "2", status=1)
    assert "is a recall itself" in desk.refused("editor_chen", "recall", recall, "--reason", "x",
                                                status=3)
    desk.sql("SELECT 1 FROM certwire.make_group('test-units', '测试'); SELECT 1 FROM certwire.put_in_group('test-units', 'unit-a', '自用')")
    assert "nothing to try" in desk.refused("editor_wang", "send", recall, "--test", status=3)


def test_nothing_shows_its_reason_in_the_database(desk, recall):
    dump = desk.sql("SELECT string_agg(p::text, '') || string_agg(r::text, '') FROM certwire.publication p"
                    " CROSS JOIN certwire.publication_reference r", "postgres")
    assert recall in dump and REASON not in dump


def test_it_needs_the_channels_signatures(desk, issued, recall):
    assert "1 of 2 signatures" in desk.refused("editor_wang", "issue", recall, "--yes", "2", status=3)
    desk.refused("editor_wang", "approve", recall, "--yes", "2", status=3)
    said = desk.certwire("editor_chen", "approve", recall, "--yes", "2").stderr
    assert issued in said and REASON in said and "unit-a" in said
    desk.refused("editor_wang", "issue", recall, "--yes", "3", status=3)
    desk.certwire("editor_wang", "issue", recall, "--yes", "2")
    desk.dispatch(recall, issued)
    assert state(desk, issued) == "recalled"
    assert state(desk, recall) == "issued"


def test_status_shows_who_has_confirmed(desk, issued, recall):
    for publication in (issued, recall):
        assert "0/2 已确认封存 confirmed" in desk.certwire("editor_wang", "status", publication).stdout
    desk.sql("UPDATE certwire.delivery SET state = 'settled', stored_at = now() WHERE unit = 'unit-a' "
             "AND publication = :'id'", "postgres", id=recall)
    said = desk.certwire("editor_wang", "status", issued).stdout
    assert "1/2 已确认封存 confirmed" in said and "已召回 recalled" in said and recall[:8] in said
    found = json.loads(desk.certwire("editor_wang", "status", issued, "--json").stdout)
    assert (found["state"], found["taken_back_by"]) == ("recalled", recall)
    assert [(u["unit"], bool(u["confirmed_at"])) for u in found["confirmed"]["units"]] == [
        ("unit-a", True), ("unit-b", False)]


def test_a_number_goes_out_again_only_as_what_replaces_it(desk, issued, recall):
    file = desk.write("b.txt", b"y")
    again = ("draft", "weekly", "--submit", "--number", "2026-47", "--title", "周报（更正）", file)
    assert f"--supersedes {issued[:8]}" in desk.refused("editor_wang", *again, status=1)
    newer = draft(desk, *again, "--supersedes", issued[:8], "--yes", "2")
    assert issued in desk.certwire("editor_wang", "show", newer).stdout
    assert f"by {newer[:8]} already" in desk.refused("editor_wang", "supersede", issued, "--title", "x",
                                                     file, "--yes", "2", status=1)
    desk.certwire("editor_wang", "withdraw", newer, "--reason", "再议", "--yes", "2")
    newer = draft(desk, "supersede", issued, "--title", "周报（更正）", file, "--yes", "2")
    assert "1 of 2 signatures" in desk.refused("editor_wang", "issue", newer, "--yes", "2", status=3)
    desk.certwire("editor_chen", "approve", newer, "--yes", "2")
    desk.certwire("editor_wang", "issue", newer, "--yes", "2")
    desk.dispatch(newer, issued)
    assert state(desk, issued) == "recalled", "the recall has the last word"
    assert json.loads(desk.certwire("editor_wang", "show", newer, "--json").stdout)["manifest"][
        "references"] == [{"relation": "supersedes", "publication": issued}]


def test_what_is_superseded_says_so(desk):
    file = desk.write("c.txt", b"z")
    old = draft(desk, "draft", "seminar", "--number", "S-1", "--title", "研讨会", *SEMINAR, file)
    desk.certwire("editor_wang", "issue", old, "--yes", "1")
    desk.dispatch(old)
    desk.refused("editor_wang", "draft", "weekly", "--number", "2026-30", "--title", "x", "--supersedes", old,
                 file, "--yes", "2", status=1)
    newer = draft(desk, "supersede", old, "--number", "S-2", "--title", "研讨会改期", *SEMINAR, file, "--yes", "1")
    desk.certwire("editor_wang", "issue", newer, "--yes", "1")
    desk.dispatch(newer, old)
    assert state(desk, old) == "superseded"
    assert newer[:8] in desk.certwire("editor_wang", "status", old).stdout


def test_a_back_number_goes_to_a_unit_that_is_entitled_now(desk):
    file = desk.write("d.txt", b"d")
    made = draft(desk, "draft", "seminar", "--number", "S-9", "--title", "研讨会", *SEMINAR, file)
    desk.certwire("editor_wang", "issue", made, "--yes", "1")
    desk.dispatch(made)
    assert "未获授权接收该频道" in desk.refused("editor_wang", "send", made, "--to", "unit-b", "--yes", "1", status=3)
    desk.sql("SELECT 1 FROM certwire.grant_channel('unit-b', 'seminar')")
    assert "启明星辰" in desk.certwire("editor_wang", "send", made, "--to", "unit-b", "--yes", "1").stdout
    assert "already" in desk.refused("editor_wang", "send", made, "--to", "unit-b", "--yes", "1", status=1)
    desk.refused("editor_wang", "send", made, "--to", "Unit B", status=2)
    said = desk.certwire("editor_wang", "remind", made).stdout
    assert "2 个单位尚未收到" in said and said.count("不在线") == 2
    found = json.loads(desk.certwire("editor_wang", "remind", made, "--json").stdout)
    assert [u["unit"] for u in found["units"]] == ["unit-a", "unit-b"] and all(u["contact"] for u in found["units"])


def test_a_publication_that_nobody_answered_has_no_replies(desk, issued):
    assert "0 个单位已答复" in desk.certwire("editor_wang", "replies", issued).stdout
    assert desk.certwire("editor_wang", "replies", issued, "--csv").stdout.startswith('\ufeff"unit","单位"')
    desk.refused("editor_wang", "replies", issued, "--csv", "--json", status=2)
