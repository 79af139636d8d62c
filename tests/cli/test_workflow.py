"""From draft to issue by people: handed over, returned, changed, approved, previewed, scheduled; tests."""

import json
import re

import pytest

COMMENT = "第三页数据有误，请核对：境内网站"


def draft(desk, *args, channel="weekly"):
    return desk.certwire("editor_wang", "draft", channel, *args, desk.write("周报.txt", b"x" * 3000)).stdout.strip()


def state(desk, publication):
    return desk.sql("SELECT state FROM certwire.publication WHERE id = :'id'", id=publication)


@pytest.fixture(scope="module")
def first(desk):
    publication = draft(desk, "--number", "2026-47", "--title", "周报（第47期）")
    assert "not handed over" in desk.refused("editor_chen", "approve", publication, "--yes", "2", status=3)
    assert "certwire submit" in desk.refused("editor_chen", "approve", publication, "--yes", "2", status=3)
    assert "drafted by editor_wang" in desk.refused("editor_chen", "submit", publication, status=3)
    desk.certwire("editor_wang", "submit", publication)
    return publication


@pytest.fixture(scope="module")
def returned(desk, first):
    desk.refused("editor_wang", "return", first, "--comment", COMMENT, status=3)
    desk.refused("editor_chen", "return", first, status=2)
    desk.certwire("editor_chen", "return", first, "--comment", COMMENT)
    assert state(desk, first) == "draft"
    return first


def test_a_comment_is_read_by_who_reads_the_draft_and_by_nobody_else(desk, returned):
    shown = desk.certwire("editor_wang", "show", returned).stdout
    assert f"{COMMENT}，editor_chen" in shown
    rows = desk.sql("SELECT sealed FROM certwire.publication_comment", "postgres")
    length = desk.sql("SELECT length(sealed) FROM certwire.publication_comment", "postgres")
    assert COMMENT.encode().hex() not in rows and length == str(24 + 256 + 16)
    desk.sql("UPDATE certwire.publication_comment SET sealed = set_byte(sealed, 30, 255 - get_byte(sealed, 30))",
             "postgres")
    assert "does not open" in desk.certwire("editor_wang", "show", returned).stdout


@pytest.fixture(scope="module")
def edited(desk, returned):
    """Another title, the file as it was; the drafter of the change is editor_chen."""
    done = desk.certwire("editor_chen", "edit", returned, "--title", "周报（更正）", "--submit")
    new = done.stdout.strip()
    assert re.fullmatch("[0-9a-f]{32}", new) and new != returned
    assert state(desk, returned) == "withdrawn" and state(desk, new) == "review"
    return new


def test_an_edit_is_a_new_manifest_with_none_of_the_old_signatures(desk, edited):
    said = json.loads(desk.certwire("editor_wang", "show", edited, "--json").stdout)
    assert said["manifest"]["title"] == "周报（更正）" and said["manifest"]["fields"]["issue"] == "47"
    assert [(f["name"], f["size"]) for f in said["manifest"]["files"]] == [("周报.txt", 3000)]
    assert [s["name"] for s in said["signatures"]] == ["陈磊"]
    desk.refused("editor_chen", "approve", edited, "--yes", "2", status=3)


def test_what_is_withdrawn_is_not_edited(desk, edited, returned):
    assert "withdrawn" in desk.refused("editor_wang", "edit", returned, "--title", "x", status=3)


@pytest.fixture(scope="module")
def previewed(desk, edited):
    first = desk.certwire("editor_wang", "preview", edited).stdout
    for part in ("单位将看到 what the unit will see", "周报（更正）", "大小 size: 明文 2.9 KiB，密封后每单位 32.0 KiB，共 64.0 KiB",
                 "将收到 will receive: 2", "unit-a", "安天科技（哈尔滨）", "不会收到 will not: 1", "已暂停资格：未续签协议",
                 "上次预览 last preview: 无"):
        assert part in first
    desk.certwire("editor_wang", "approve", edited, "--yes", "2")
    return edited


def test_a_preview_tells_what_changed_since_the_last_and_since_approval(desk, previewed):
    desk.sql("SELECT 1 FROM certwire.suspend_unit('unit-b', '核查'); SELECT 1 FROM certwire.reinstate_unit('unit-c', '已续签')")
    said = json.loads(desk.certwire("editor_wang", "preview", previewed, "--json").stdout)
    assert said["since_last_preview"] == [{"unit": "unit-c", "receives": True}, {"unit": "unit-b", "receives": False}]
    assert {c["unit"]: c["why"] for c in said["since_approved"]} == {"unit-c": "资格正常：已续签", "unit-b": "已暂停资格：核查"}
    again = desk.certwire("editor_wang", "preview", previewed).stdout
    assert "受众未变 unchanged" in again and "与批准时相比 since it was approved: 2" in again


TEST = ("--test", "--number", "2026-48", "--title", "试发")


@pytest.fixture(scope="module")
def tested(desk):
    """unit-a is CNCERT's own."""
    line = desk.refused("editor_wang", "draft", "weekly", *TEST, desk.write("a.txt", b"x"), status=3)
    assert "certwire.make_group('test-units'" in line
    desk.sql("SELECT 1 FROM certwire.make_group('test-units', '测试'); "
             "SELECT 1 FROM certwire.put_in_group('test-units', 'unit-a', 'CNCERT 自用')")


def test_what_is_drafted_is_sent_as_a_test_and_stays_as_it_is(desk, tested, previewed):
    old = state(desk, previewed)
    done = desk.certwire("editor_wang", "send", previewed, "--test")
    made = done.stdout.strip()
    said = json.loads(desk.certwire("editor_chen", "show", made, "--json").stdout)
    manifest = said["manifest"]
    assert (manifest["title"], manifest["number"], manifest["fields"]["test"]) == ("【测试】周报（更正）", f"test-2026-47-{made[:4]}", "是")
    assert [(f["name"], f["size"]) for f in manifest["files"]] == [("周报.txt", 3000)] and not manifest["references"]
    assert [u["unit"] for u in said["audience"]["units"] if u["receives"]] == ["unit-a"]
    assert (state(desk, previewed), state(desk, made)) == (old, "review")
    again = json.loads(desk.certwire("editor_wang", "send", made, "--test", "--json").stdout)
    assert again["manifest"]["number"] == f"test-{f'2026-47-{made[:4]}'}-{again['id'][:4]}" and again["manifest"]["title"] == manifest["title"]
    assert "leave them out" in desk.refused("editor_wang", "send", made, "--test", "--to", "unit-b", status=2)


def test_an_audience_that_only_a_policy_explains_is_neither_issued_nor_scheduled(desk, previewed):
    desk.admit("unit-d", "丁公司")
    again = desk.certwire("editor_chen", "edit", previewed, "--submit").stdout.strip()
    desk.certwire("editor_wang", "approve", again, "--yes", "2")
    desk.sql("SELECT 1 FROM certwire.set_policy('weekly', '放宽', levels => '{provincial}')")
    for act in (["issue"], ["schedule", "--at", "2098-01-01"]):
        line = desk.refused("editor_wang", *act, again, "--yes", "3", status=3)
        assert f"no act about these units explains it: +unit-d; have it approved again: certwire return {again[:8]}" in line
    desk.sql("SELECT 1 FROM certwire.set_policy('weekly', '复原', levels => '{}')")
    desk.certwire("editor_wang", "schedule", again, "--at", "2098-01-01", "--yes", "2")
    assert state(desk, again) == "scheduled"
    assert "已定时 scheduled" in desk.certwire("editor_wang", "list").stdout
    assert "2098-01-01" in desk.certwire("editor_wang", "status", again).stdout
    desk.certwire("editor_wang", "issue", again, "--yes", "2")
    assert state(desk, again) == "approved"


def test_a_test_goes_to_test_units_alone_and_is_marked_as_one(desk, tested):
    desk.refused("editor_wang", "draft", "weekly", *TEST[:-1], "题" * 168, desk.write("a.txt", b"x"), status=2)
    made = draft(desk, *TEST)
    said = json.loads(desk.certwire("editor_wang", "show", made, "--json").stdout)
    assert (said["manifest"]["title"], said["manifest"]["number"]) == ("【测试】试发", "test-2026-48")
    assert said["manifest"]["fields"]["test"] == "是"
    assert [u["unit"] for u in said["audience"]["units"] if u["receives"]] == ["unit-a"]
