"""What CNCERT and units do about what was issued: recall, supersede, and replies, in one world.

huaan stays connected and has a second device later, tiangong is away when things are issued, luoxing
loses the channel in between.
"""

import json
import time

import pytest

import forge
import recorded
from proxy import Proxy
from waiting import wait_for
from world import World

REASON = "附件含未公开漏洞细节"
WEEKLY = {"周报.pdf": b"%PDF-1.7 weekly\n" * 5000}
FIXED = {"周报（更正）.pdf": b"%PDF-1.7 fixed\n" * 5000}


class Moves:
    def __init__(self, world):
        self.world = world
        self.proxy = Proxy(world.broker.port)
        world.broker.extra_names.append(self.proxy.address)
        world.dispatcher.settings["broker"] = self.proxy.address

    def set(self):
        near = [self.proxy.address]
        channels = ["weekly", "seminar", "opportunity"]
        self.huaan = self.world.admit("huaan", "华安网络", channels, brokers=near).start().connected()
        self.luoxing = self.world.admit("luoxing", "络星信息", channels, brokers=near).start().connected()
        self.tiangong = self.world.admit("tiangong", "天工安全", channels, brokers=near)
        return self

    def publish(self, channel, number, title, files, receivers, *extra):
        made = self.world.office.draft(channel, number, title, [self.world.file(n, c) for n, c in files.items()],
                                       *extra)
        self.world.office.approve(made)
        self.world.office.issue(made, receivers)
        return made

    def take_back(self, receivers, *args):
        """Drafted by one editor, approved by the other, issued; its id."""
        made = self.world.office.certwire("editor_wang", *args, "--yes", receivers).strip()
        self.world.office.approve(made)
        self.world.office.issue(made, receivers)
        self.world.issued(made)
        return made

    def status(self, publication):
        return json.loads(self.world.office.certwire("editor_wang", "status", publication, "--json"))

    def confirmed(self, publication, units):
        """Wait until these and no other units have confirmed."""
        def now():
            return {u["unit"] for u in self.status(publication)["confirmed"]["units"] if u["confirmed_at"]}
        wait_for(lambda: now() == set(units), lambda: f"{units} to confirm {publication}: "
                 f"{self.status(publication)['confirmed']}")

    def items(self, publication):
        return {(r["unit"], r["device"], r["state"]) for r in self.world.receipt_items(publication)}


@pytest.fixture(scope="module")
def moves():
    world = World()
    made = Moves(world)
    with world:
        try:
            made.set()
        except BaseException:
            world.show_logs()
            raise
        yield made


@pytest.fixture(scope="module")
def weekly(moves):
    """Stored by two, then the second loses the channel; the third is away."""
    made = moves.publish("weekly", "2026-47", "周报第47期", WEEKLY, 3)
    moves.huaan.has(made)
    moves.luoxing.has(made)
    moves.world.office.admin("deny_channel", "luoxing", "weekly", "不再接收周报")
    return made


def test_one_signature_recalls_nothing_though_the_database_says_it_does(moves, weekly):
    """A superuser lowers what the database demands; the dispatcher goes by the keyset."""
    cluster = moves.world.cluster
    recall = moves.world.office.certwire("editor_wang", "recall", weekly, "--reason", REASON, "--yes", "3").strip()
    demanded = cluster.value("SELECT pg_get_functiondef('certwire.approvals_for'::regproc)")
    cluster.sql("CREATE OR REPLACE FUNCTION certwire.approvals_for(keyset int, channel text) RETURNS int "
                "LANGUAGE sql STABLE AS 'SELECT 1'; UPDATE certwire.publication SET approvals_needed = 1, "
                "state = 'approved', approved_at = now(), issue_requested_by = 'editor_wang', "
                "issue_requested_at = now() WHERE id = :'p'; NOTIFY certwire_issue", p=recall)
    wait_for(lambda: cluster.value("SELECT issue_refused_code FROM certwire.publication WHERE id = :'p'",
                                   p=recall) == 211,
             lambda: "the dispatcher to refuse it:\n" + moves.world.dispatcher.process.log_tail())
    cluster.sql(demanded)
    moves.world.office.certwire("editor_chen", "withdraw", recall, "--reason", "签署不足", "--yes", "3")
    assert moves.huaan.documents()


@pytest.fixture(scope="module")
def recall(moves, weekly):
    return moves.take_back(3, "recall", weekly, "--reason", REASON)


def test_who_had_it_puts_it_away_and_says_so_with_the_channel_or_without(moves, weekly, recall):
    moves.confirmed(weekly, ["huaan", "luoxing"])
    assert {i for i in moves.items(weekly) if i[2] == "recalled"} == {
        ("huaan", "d1", "recalled"), ("luoxing", "d1", "recalled")}
    for unit in (moves.huaan, moves.luoxing):
        assert unit.documents() == {}
        done = unit.try_tool("inbox", "open", weekly)
        assert done.returncode == 3 and "recalled" in done.stderr, done.stderr
        unit.tool("inbox", "verify", weekly)
        assert REASON in unit.tool("inbox", "show", recall)


def test_who_was_away_gets_the_recall_and_never_the_document(moves, weekly, recall):
    assert moves.world.delivery(weekly, "tiangong")["state"] == "recalled"
    moves.tiangong.start().has(recall)
    moves.confirmed(recall, ["huaan", "luoxing", "tiangong"])
    assert [d["id"] for d in moves.tiangong.inbox_list()] == [recall]
    assert moves.tiangong.documents() == {}
    said = moves.world.office.certwire("editor_wang", "status", weekly)
    assert "3/3 已确认封存 confirmed" in said and "已召回 recalled" in said


def test_the_stories_of_both_hold(moves, weekly, recall):
    for number, publication in enumerate((weekly, recall)):
        file = moves.world.folder / f"story-{number}"
        moves.world.programs.run("certwire", "audit", publication, "--out", file, "--dsn",
                                 moves.world.cluster.dsn("auditor_sun"), "--root", moves.world.office.root)
        moves.world.programs.run("certwire", "verify", file, "--root", moves.world.office.root)


@pytest.fixture(scope="module")
def newer(moves, weekly, recall):
    """2026-48 is stored by huaan alone, tiangong is away again; then it is replaced."""
    moves.tiangong.process.stop()
    old = moves.publish("weekly", "2026-48", "周报第48期", WEEKLY, 2)
    moves.huaan.has(old)
    made = moves.take_back(2, "supersede", old, "--title", "周报第48期（更正）",
                           *[moves.world.file(n, c) for n, c in FIXED.items()])
    moves.huaan.has(made)
    return old, made


def test_the_newer_one_takes_the_old_ones_place(moves, newer):
    old, made = newer
    moves.confirmed(old, ["huaan"])
    assert list(moves.huaan.documents().values()) == list(FIXED.values())
    done = moves.huaan.try_tool("inbox", "open", old)
    assert done.returncode == 3 and made[:8] in done.stderr, done.stderr
    assert "更正" in moves.huaan.tool("inbox", "open", "2026-48")
    assert ("huaan", "d1", "recalled") in moves.items(old)


def test_who_never_had_the_old_one_gets_the_newer_one_alone(moves, newer):
    old, made = newer
    assert "superseded" in moves.world.delivery(old, "tiangong")["ended_reason"]
    moves.tiangong.start().has(made)
    assert list(moves.tiangong.documents().values()) == list(FIXED.values())
    assert moves.world.delivery(made, "luoxing") is None
    rows = json.loads(moves.world.office.certwire("editor_wang", "list", "--json"))
    assert {r["id"]: r["state"] for r in rows if r["id"] in newer} == {old: "superseded", made: "issued"}


def test_a_second_device_that_comes_later_gets_what_stands(moves, weekly, newer):
    old, made = newer
    second = moves.world.add_device("huaan", "华安网络", "d2", brokers=[moves.proxy.address]).start()
    wait_for(lambda: ("huaan", "d2", "stored") in moves.items(made),
             lambda: f"d2 to store it: {moves.items(made)}\n" + second.process.log_tail())
    wait_for(lambda: second.status()["state"] == "ok", lambda: f"d2 to want nothing more: {second.status()}")
    assert list(second.documents().values()) == list(FIXED.values())
    assert ("huaan", "d2", "stored") not in moves.items(old) | moves.items(weekly)


SEMINAR = {"议程.txt": "研讨会议程".encode()}
NOTE = "=cmd|' /C calc'!A0 需要两个车位"


class Seminar:
    """Three units answer: 2, then 3 (who must wait), then one declines; the first says so and is killed."""

    def __init__(self, moves):
        self.moves = moves
        self.id = moves.publish("seminar", "2026-03", "漏洞研判研讨会", SEMINAR, 3, "--field", "seats=4",
                                "--field", "reply-by=2098-12-01T00:00:00+08:00")
        for unit in (moves.huaan, moves.luoxing, moves.tiangong):
            unit.has(self.id)

    def answer(self, unit, *args):
        return unit.tool("reply", self.id[:8], *args)

    def said(self, unit):
        return json.loads(unit.tool("inbox", "show", self.id, "--json"))["reply"]

    def settled(self, unit, deadline=60):
        wait_for(lambda: self.said(unit)["settled"], lambda: f"CNCERT to have the reply of {unit.id}: "
                 f"{self.said(unit)}\n" + unit.process.log_tail(), deadline)

    def replies(self, *args):
        return self.moves.world.office.certwire("editor_chen", "replies", self.id, *args)

    def places(self):
        return {r["unit"]: (r["answer"], r["seats"], r["place"], r["late"])
                for r in json.loads(self.replies("--json"))["replies"]}


@pytest.fixture(scope="module")
def seminar(moves, newer):
    return Seminar(moves)


def test_a_reply_is_owed_until_cncert_has_it_though_the_unit_is_killed(moves, seminar):
    moves.huaan.process.stop()
    moves.huaan.process.kill()
    seminar.answer(moves.huaan, "--accept", "2", "--note", NOTE)
    assert seminar.said(moves.huaan)["sent"] is False
    moves.huaan.start(CERTWIRE_FAULT="unit-after-publish")
    wait_for(lambda: not moves.huaan.process.running(), "the unit to be killed between reply and settlement")
    said = seminar.said(moves.huaan)
    assert said["sent"] and not said["settled"]
    moves.huaan.start()
    seminar.settled(moves.huaan)
    assert "CNCERT 已收到" in moves.huaan.tool("inbox", "show", seminar.id)


def test_seats_are_given_in_order_of_commit_and_the_newest_answer_counts(moves, seminar):
    seminar.answer(moves.luoxing, "--accept", "3")
    seminar.settled(moves.luoxing)
    seminar.answer(moves.tiangong, "--accept", "1")
    seminar.settled(moves.tiangong)
    assert seminar.places() == {"huaan": ("accept", 2, "seated", False), "luoxing": ("accept", 3, "waiting", False),
                                "tiangong": ("accept", 1, "seated", False)}
    seminar.answer(moves.tiangong, "--decline", "--note", "出差")
    seminar.settled(moves.tiangong)
    assert seminar.places()["tiangong"] == ("decline", 0, "declined", False)
    assert moves.status(seminar.id)["replied"] == 3
    assert "，3 已答复 replied" in moves.world.office.certwire("editor_wang", "status", seminar.id)
    text = seminar.replies()
    for part in ("3 个单位已答复", "2 人有席", "共 4 席", "3 人候补", "1 个婉拒", "华安网络", NOTE):
        assert part in text


def test_a_spreadsheet_is_safe_from_what_a_unit_writes(seminar):
    text = seminar.replies("--csv")
    assert text.startswith("\ufeff") and f'"\'{NOTE}"' in text


def test_what_does_not_fit_is_refused(moves, seminar, newer):
    for args, status in ((["--interest"], 2), (["--accept", "0"], 2), (["--accept", "1", "--decline"], 2),
                         (["--accept", "1001"], 2), (["--accept", "1", "--note", "a\nb"], 2)):
        assert moves.huaan.try_tool("reply", seminar.id, *args).returncode == status, args
    assert moves.huaan.try_tool("reply", newer[1], "--decline").returncode == 2
    assert moves.huaan.try_tool("reply", newer[0], "--decline").returncode == 3


def test_nobody_but_editors_can_read_them_or_tell_them_apart(moves, seminar):
    messages = [m for m in moves.proxy.published() if m.topic.endswith("/reply")]
    assert {m.topic.split("/")[3] for m in messages} == {"huaan", "luoxing", "tiangong"}
    payloads = [forge.payload_of(m.payload.decode()) for m in messages]
    assert all(set(p) == {"v", "unit", "device", "number", "sent_at", "keys", "content"} for p in payloads)
    assert len({len(p["content"]) for p in payloads}) == 1, "an answer must not show by its size"
    crossed = b"".join(m.payload + forge.payload_bytes(m.payload.decode()) for m in messages)
    for secret in (seminar.id.encode(), bytes.fromhex(seminar.id), b"accept", b"decline", NOTE.encode()):
        assert secret not in crossed
    office = moves.world.office.holders
    keys = [moves.huaan.key, moves.luoxing.key, office["dispatch_a"].key, office["dispatch_b"].key]
    for path in keys:
        for payload in payloads:
            with pytest.raises(forge.peer.Refusal):
                forge.peer.open_reply(payload, forge.load_key(path))
    first = next(p for p in payloads if p["unit"] == "huaan")
    opened = forge.peer.open_reply(first, forge.load_key(office["recovery"].key, office["recovery"].passphrase))
    assert (opened["publication"], opened["answer"], opened["seats"]) == (seminar.id, "accept", 2)


def test_no_row_says_what_was_answered(moves, seminar):
    dump = moves.world.cluster.value("SELECT string_agg(convert_from(raw, 'UTF8'), '') FROM certwire.receipt WHERE is_reply")
    assert dump and seminar.id not in dump
    assert NOTE.encode() not in recorded.everything_decoded(moves.proxy)


def test_interest_in_an_opportunity_reaches_the_editors(moves, seminar):
    made = moves.publish("opportunity", "2026-A", "专项课题", {"指南.txt": b"x"}, 3)
    moves.huaan.has(made)
    assert moves.huaan.try_tool("reply", made, "--accept", "1").returncode == 2
    moves.huaan.tool("reply", made, "--interest", "--note", "愿意承担")
    wait_for(lambda: json.loads(moves.huaan.tool("inbox", "show", made, "--json"))["reply"]["settled"],
             "CNCERT to have it")
    found = json.loads(moves.world.office.certwire("editor_wang", "replies", made, "--json"))
    recovery = moves.world.office.holders["recovery"]
    assert found == json.loads(moves.world.office.certwire("editor_wang", "replies", made, "--json", "--key", recovery.key,
                                                           "--passphrase-file", recovery.passphrase))
    assert [(r["unit"], r["place"], r["late"], r["note"]) for r in found["replies"]] == [
        ("huaan", "interested", False, "愿意承担")]
    assert (found["wrong"], found["sealed_to_others"]) == (0, 0)


def test_what_is_scheduled_is_issued_at_its_time_by_the_dispatcher_that_runs(moves):
    office, cluster = moves.world.office, moves.world.cluster
    made = office.draft("weekly", "2026-52", "周报第52期", [moves.world.file(n, c) for n, c in WEEKLY.items()],
                        "--to", "huaan")
    office.approve(made)
    # As soon as this machine lets the tool be there in time.
    for ahead in (2, 10, 60):
        at = int(time.time()) + ahead
        said = office.try_certwire("editor_wang", "schedule", made, "--yes", "1", "--at",
                                   time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at)))
        if said.returncode == 0:
            break
        assert "a time to come" in said.stderr
    moves.world.issued(made)
    told = cluster.rows("SELECT extract(epoch FROM issued_at) AS issued_at, issue_requested_by FROM certwire.publication "
                        "WHERE id = :'p'", p=made)[0]
    assert at <= told["issued_at"] and told["issue_requested_by"] == "editor_wang"
    moves.huaan.has(made)
    assert cluster.rows("SELECT login FROM certwire.audit WHERE act = 'release_scheduled' AND subject = :'p'", p=made) == [
        {"login": "dispatch_a"}]
    # While all of this went on the counts that lists and boards read kept up with the deliveries.
    assert cluster.rows("SELECT * FROM certwire.counts_that_differ()") == []
    wait_for(lambda: not cluster.rows("SELECT FROM certwire.delivery_count_change"), "the dispatcher to fold the counts")
    assert cluster.rows("SELECT * FROM certwire.counts_that_differ()") == []
