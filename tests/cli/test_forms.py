"""The four kinds of publication: their fields, checked when drafted, from options, a file, a terminal."""

import json

import pytest

from desk import BIN, SEMINAR
from terminal import Terminal

OPPORTUNITY = """# 专项研究课题
机会类别：专项研究课题
主办单位: 国家互联网应急中心
预算范围: 30-50 万元
deadline: 2098-12-20 18:00
申报方式:
  在客户端回复意向
  并寄送盖章的申报书
"""


def draft(desk, channel, number, *args):
    return desk.certwire("editor_wang", "draft", channel, "--number", number, "--title", "题目", *args,
                         desk.write("a.txt", b"x")).stdout.strip()


def manifest(desk, publication):
    return json.loads(desk.certwire("editor_wang", "show", publication, "--json").stdout)["manifest"]


def refused(desk, channel, number, *args, status=2):
    before = desk.sql("SELECT count(*) FROM certwire.publication")
    line = desk.refused("editor_wang", "draft", channel, "--number", number, "--title", "题目", *args,
                        desk.write("a.txt", b"x"), status=status)
    assert desk.sql("SELECT count(*) FROM certwire.publication") == before
    return line


@pytest.mark.parametrize("channel, number, period", [
    ("weekly", "2026-1", ("2025-12-29", "2026-01-04")), ("weekly", "2026-53", ("2026-12-28", "2027-01-03")),
    ("monthly", "2028-02", ("2028-02-01", "2028-02-29")), ("monthly", "2026-12", ("2026-12-01", "2026-12-31"))])
def test_year_issue_and_period_follow_from_the_number(desk, channel, number, period):
    fields = manifest(desk, draft(desk, channel, number))["fields"]
    assert (fields["period-from"], fields["period-to"]) == period
    assert (fields["year"], int(fields["issue"])) == (number[:4], int(number[5:]))


def test_a_special_issue_says_so_and_has_any_number(desk):
    assert "--special" in refused(desk, "weekly", "zk-1")
    assert manifest(desk, draft(desk, "weekly", "zk-1", "--special"))["fields"] == {}


def test_a_file_with_chinese_headings_fills_in_the_form(desk):
    path = desk.write("课题.txt", OPPORTUNITY.encode())
    said = manifest(desk, draft(desk, "opportunity", "2026-1", "--fields", path, "--field", "regions=广东"))
    assert said["fields"] == {
        "opportunity": "research", "sponsor": "国家互联网应急中心", "budget": "30-50 万元",
        "deadline": "2098-12-20T18:00:00+08:00", "how-to-declare": "在客户端回复意向\n并寄送盖章的申报书",
        "regions": "广东"}


def test_the_form_is_shown_with_its_chinese_names(desk):
    path = desk.write("课题.txt", OPPORTUNITY.encode())
    shown = desk.certwire("editor_wang", "show", draft(desk, "opportunity", "2026-2", "--fields",
                                                       path)).stdout
    for line in ("机会类别  专项研究课题\n", "主办单位  国家互联网应急中心\n", "并寄送盖章的申报书\n"):
        assert line in shown


@pytest.mark.parametrize("channel, number, fields, says", [
    ("weekly", "2026-47", ["year=2025"], "--number 2026-47 is year 2026, issue 47; the fields say year 2025"),
    ("weekly", "2026-54", [], "--field period-from='2026-11-16' --field period-to='2026-11-22'"),
    ("weekly", "2026-47", ["period-from=2026-11-31"], "period-from 起始日期: '2026-11-31' is no day"),
    ("weekly", "2026-47", ["period-to=2026-11-01"], "period-to 截止日期 (2026-11-01) lies before period-from"),
    ("weekly", "2026-47", ["periode=x"], "'periode' is no field; there are year (年份)"),
    ("opportunity", "1", [], "--field opportunity='research' --field sponsor="),
    ("opportunity", "1", ["opportunity=gift"], "'gift' is none of: research (专项研究课题)"),
    ("seminar", "1", ["starts=tomorrow"], "starts 开始时间: 'tomorrow' is no time that a calendar has; "
     "write it like: 2026-12-10T09:00:00+08:00"),
    ("seminar", "1", [*SEMINAR, "ends=2098-12-10 08:00"], "ends 结束时间 (2098-12-10T08:00:00+08:00) lies before"),
    ("seminar", "1", [*SEMINAR, "reply-by=2098-12-11 08:00"], "starts 开始时间"),
    ("seminar", "1", ["starts=2020-01-01 09:00", "ends=2020-01-01 10:00", "place=x"], "is over already"),
    ("seminar", "1", ["starts=2098-01-01 09:00", "ends=2098-01-01 10:00"], "needs a place 地点 or a link"),
    ("seminar", "1", [*SEMINAR, "seats=many"], "seats 席位: 'many' is no whole number"),
    ("seminar", "1", [*SEMINAR, "time-zone=Mars/Base"], "no time zone that is known here"),
    ("seminar", "1", [*SEMINAR, "link=ftp://x"], "link 会议链接: 'ftp://x' is no link"),
    ("seminar", "1", [*SEMINAR, "place=two\nlines"], "one line without control characters"),
    ("seminar", "1", [*SEMINAR, "agenda=two\nlines\x07"], "lines without control characters"),
    ("seminar", "1", [*SEMINAR, "test=1"], "'test' is no field")])
def test_a_bad_value_is_one_clear_line(desk, channel, number, fields, says):
    args = [field if field.startswith("--") else f"--field={field}" for field in fields]
    assert says in refused(desk, channel, number, *args)


@pytest.mark.parametrize("text, says", [
    ("主办单位 无冒号\n", "课题.txt:1: '主办单位 无冒号' is no 'heading: value'"),
    ("  先缩进\n", "课题.txt:1: this line goes on with nothing"),
    ("sponsor: a\n\ndeadline: 2026-02-30 10:00\n", "课题.txt:3: deadline 申报截止"),
    ("unknown: a\n", "课题.txt:1: 'unknown' is no field")])
def test_a_bad_file_is_refused_with_its_line(desk, text, says):
    assert says in refused(desk, "opportunity", "1", "--fields", desk.write("课题.txt", text.encode()))
    desk.write("课题.txt", "主办单位: 局".encode("gb18030"))
    assert "save it as UTF-8" in refused(desk, "opportunity", "1", "--fields", "课题.txt")


def test_what_is_missing_is_asked_for_until_it_is_right(desk):
    file = desk.write("a.txt", b"x")
    with Terminal(desk, [BIN / "certwire", "draft", "opportunity", "--number", "2026-9", "--title", "课题",
                         "--field", "sponsor=CNCERT", file, "--config", "editor_wang.conf"]) as terminal:
        terminal.expect("机会类别 opportunity (research): ")
        terminal.send("gift\n")
        terminal.expect("'gift' is none of")
        terminal.expect("机会类别 opportunity (research): ")
        terminal.send("service\n")
        terminal.expect("申报截止 deadline")
        terminal.send("2098-12-20 18:00\n")
        terminal.expect("申报方式 how-to-declare")
        terminal.send("电话\n")
        terminal.expect("draft 草稿")
        assert terminal.end() == 0


def test_a_seminar_goes_with_its_calendar(desk):
    agenda = "，".join(["09:00 开幕；致辞, 领导"] * 8)
    publication = draft(desk, "seminar", "2026-3", *SEMINAR, "--field", f"agenda={agenda}",
                        "--field=link=https://meeting.example/1", "--field=seats=60")
    desk.certwire("editor_wang", "show", publication, "--out", "seminar-3")
    raw = (desk.folder / "seminar-3/seminar-2026-3.ics").read_bytes()
    lines = raw.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-1] == b"" and all(len(line) <= 75 for line in lines)
    assert all(line.decode() is not None for line in lines)
    text = raw.replace(b"\r\n ", b"").decode()
    escaped = agenda.replace(",", "\\,").replace(";", "\\;")
    for line in ("DTSTART:20981210T010000Z", "DTEND:20981210T090000Z", "SUMMARY:题目", "LOCATION:北京",
                 "URL:https://meeting.example/1", f"DESCRIPTION:席位：60\\n议程：{escaped}"):
        assert line + "\r\n" in text
    assert "seminar-2026-3.ics" in {f["name"] for f in manifest(desk, publication)["files"]}
