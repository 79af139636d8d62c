"""From files to an issue, as two editors do it."""

import json
import re

import pytest

from desk import BIN, SEMINAR, peer

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 700
TITLE = "网络安全信息与动态周报（第47期）"
WEEKLY = ("draft", "weekly", "--submit", "--number", "2026-47", "--title", TITLE)


@pytest.fixture(scope="module")
def draft(desk):
    """The id of a draft by editor_wang."""
    desk.write("周报第47期.pdf", PDF)
    desk.write("数据.csv", b"a,b\n")
    done = desk.certwire("editor_wang", *WEEKLY, "--field", "责任编辑=王芳", "周报第47期.pdf",
                         "数据.csv")
    assert re.fullmatch(r"[0-9a-f]{32}\n", done.stdout)
    for part in (TITLE, "周报第47期.pdf", "2 个单位将收到，1 个不会", "1/2 人已签"):
        assert part in done.stderr
    return done.stdout.strip()


def test_the_policy_gives_an_expiry_unless_the_editor_does(desk, draft):
    def expiry(*args):
        number = f"S-{desk.sql('SELECT count(*) FROM certwire.publication')}"
        done = desk.certwire("editor_wang", "draft", "seminar", "--number", number, "--title", "研讨会",
                             *SEMINAR, *args, "周报第47期.pdf")
        return desk.sql("SELECT expires_at - drafted_at < interval '31 days' FROM "
                        "certwire.publication WHERE id = :'id'", id=done.stdout.strip()).strip()

    assert expiry() == ""
    desk.sql("SELECT 1 FROM certwire.set_policy('seminar', '一个月', expires_after => '30 days')")
    assert expiry() == "t"
    assert expiry("--expires", "2099-12-31") == "f"
    assert expiry("--expires", "never") == ""
    desk.sql("SELECT 1 FROM certwire.set_policy('seminar', '不限', expires_after => '0')")


def test_who_waits_for_a_head_start_is_said(desk, draft):
    desk.sql("SELECT 1 FROM certwire.make_group('first', '优先'); SELECT 1 FROM certwire.set_policy("
             "'weekly', '优先', preferred => 'first', head_start => '1 day')")
    done = desk.certwire("editor_wang", "show", draft)
    assert "2 个单位将收到（其中 2 个在优先单位之后）" in done.stdout or "优先期后收到" in done.stdout
    desk.sql("SELECT 1 FROM certwire.set_policy('weekly', '不再优先', preferred => '')")


@pytest.fixture(scope="module")
def approved(desk, draft):
    done = desk.certwire("editor_chen", "approve", draft[:6], "--yes", "2")
    assert "2/2" in done.stdout
    for part in (TITLE, "周报第47期.pdf", "unit-a", "未续签协议", "王芳"):
        assert part in done.stderr
    return draft


def test_nothing_in_the_database_shows_title_or_names(desk, draft):
    dump = desk.sql("SELECT string_agg(p::text, '') FROM certwire.publication p", "postgres")
    dump += desk.sql("SELECT string_agg(s::text, '') FROM certwire.signature s", "postgres")
    parts = desk.sql("SELECT string_agg(encode(data, 'hex'), '') FROM certwire.publication_part",
                     "postgres")
    assert "2026-47" in dump and draft in dump
    for secret in ("周报", "王芳", "数据.csv"):
        assert secret not in dump
        assert secret.encode().hex() not in dump + parts


def test_another_reader_of_the_protocol_opens_what_was_sealed(desk, draft):
    row = json.loads(desk.sql(
        "SELECT json_build_object('stream', encode(stream, 'hex'), 'digest', encode(body_digest, "
        "'hex'), 'manifest', encode(manifest_digest, 'hex'), 'rule', encode(audience, 'hex')) "
        "FROM certwire.publication WHERE id = :'id'", "postgres", id=draft))
    parts = [bytes.fromhex(line) for line in desk.sql(
        "SELECT encode(data, 'hex') FROM certwire.publication_part WHERE publication = :'id' "
        "ORDER BY index", "postgres", id=draft).split()]
    for login, passphrase in (("dispatch_a", None), ("recovery", "口令 of recovery".encode()),
                              ("editor_chen", "口令 of editor_chen".encode())):
        key = peer.read_key_file((desk.folder / f"{login}.key").read_bytes(), passphrase)[2]
        sealed = desk.sql("SELECT encode(sealed, 'hex') FROM certwire.content_key WHERE "
                          "publication = :'id' AND kid = :'kid'", "postgres", id=draft, kid=key.kid)
        content_key = peer.open_grant(bytes.fromhex(sealed), draft, key)
        plain = peer.open_body(bytes.fromhex(row["stream"]), parts, content_key,
                               bytes.fromhex(row["digest"]))
        end = 4 + int.from_bytes(plain[:4], "big")
        manifest, rest = plain[4:end], plain[end:]
        fields = peer.read_manifest(manifest)
        assert fields["title"] == TITLE and fields["fields"] == {
            "year": "2026", "issue": "47", "period-from": "2026-11-16", "period-to": "2026-11-22",
            "责任编辑": "王芳"}
        assert peer.digest(manifest).hex() == row["manifest"]
        assert peer.digest(bytes.fromhex(row["rule"])).hex() == fields["audience"]
        assert rest[:len(PDF) + 4] == PDF + b"a,b\n"


def test_the_registrar_is_given_no_content_key(desk, draft):
    assert desk.sql("SELECT count(*) FROM certwire.content_key WHERE publication = :'id' AND "
                    "kid = :'kid'", "postgres", id=draft,
                    kid=desk.keys["registrar_zhao"]["kid"]) == "0"


def test_the_drafter_cannot_approve(desk, draft):
    assert "signed" in desk.refused("editor_wang", "approve", draft, "--yes", "2", status=3)


def test_approving_without_a_terminal_needs_yes(desk, draft):
    assert "--yes N" in desk.refused("editor_chen", "approve", draft, status=2)


def test_a_draft_with_too_few_signatures_is_not_issued(desk, draft):
    line = desk.refused("editor_wang", "issue", draft, "--yes", "2", status=3)
    assert "1 of 2" in line and f"certwire approve {draft[:8]}" in line


def test_show_writes_the_very_files_and_never_over_others(desk, approved):
    desk.certwire("editor_chen", "show", approved, "--out", "shown")
    assert (desk.folder / "shown/周报第47期.pdf").read_bytes() == PDF
    assert (desk.folder / "shown/数据.csv").read_bytes() == b"a,b\n"
    desk.refused("editor_chen", "show", approved, "--out", "shown", status=1)


def test_show_tells_programs_who_signed_and_who_will_receive(desk, approved):
    said = json.loads(desk.certwire("editor_wang", "show", approved, "--json").stdout)
    assert said["manifest"]["title"] == TITLE
    assert [(s["name"], s["valid"]) for s in said["signatures"]] == [("王芳", True), ("陈磊", True)]
    assert said["audience"]["receiving"] == 2
    assert {u["unit"]: u["receives"] for u in said["audience"]["units"]} == {
        "unit-a": True, "unit-b": True, "unit-c": False}


def test_a_damaged_part_is_not_shown_and_not_approved(desk, approved):
    stored = desk.sql("SELECT encode(data, 'hex') FROM certwire.publication_part WHERE "
                      "publication = :'id' AND index = 2", "postgres", id=approved)
    change = ("UPDATE certwire.publication_part SET data = decode(:'data', 'hex') "
              "WHERE publication = :'id' AND index = 2")
    desk.sql(change, "postgres", id=approved, data="00" + stored[2:])
    try:
        desk.refused("editor_chen", "show", approved, "--out", "damaged", status=1)
        assert not (desk.folder / "damaged").exists()
    finally:
        desk.sql(change, "postgres", id=approved, data=stored)


@pytest.fixture(scope="module")
def other(desk):
    """A draft to be tampered with."""
    file = desk.write("a.txt", b"x")
    number = f"F-{desk.sql('SELECT count(*) FROM certwire.publication')}"
    return desk.certwire("editor_wang", *WEEKLY[:4], number, *WEEKLY[5:], "--special", file).stdout.strip()


@pytest.mark.parametrize("column, wrong", [
    ("channel", "'monthly'"), ("number", "'2026-48'"), ("kind", "'supersede'"),
    ("expires_at", "now() + interval '1 day'"), ("manifest_digest", "decode(repeat('ab', 32), 'hex')"),
    ("audience", "'{\"v\":1,\"rule\":\"units\",\"units\":[\"unit-b\"]}'"),
    ("body_digest", "decode(repeat('ab', 32), 'hex')")])
def test_what_was_changed_in_the_database_is_found_before_it_is_approved(desk, other, column, wrong):
    desk.sql(f"CREATE TABLE kept AS SELECT id, {column} FROM certwire.publication; "
             f"UPDATE certwire.publication SET {column} = {wrong} WHERE id = :'id'", "postgres",
             id=other)
    try:
        desk.refused("editor_chen", "approve", other, "--yes", "2", status=1)
    finally:
        desk.sql(f"UPDATE certwire.publication p SET {column} = kept.{column} FROM kept "
                 "WHERE kept.id = p.id; DROP TABLE kept", "postgres")
    assert desk.sql("SELECT count(*) FROM certwire.signature WHERE publication = :'id'", "postgres",
                    id=other) == "1"


def test_a_forged_signature_is_shown_as_wrong_and_not_joined(desk, other):
    forged = peer.jws_sign_detached("certwire-manifest+jws", peer.Key.generate(), b"{}")
    desk.sql("UPDATE certwire.signature SET jws = :'jws' WHERE publication = :'id'", "postgres",
             id=other, jws=forged)
    said = json.loads(desk.certwire("editor_chen", "show", other, "--json").stdout)
    assert [s["valid"] for s in said["signatures"]] == [False]
    assert "wrong signature" in desk.refused("editor_chen", "approve", other, "--yes", "2", status=1)


def test_issuing_needs_the_right_number_of_units(desk, approved):
    assert "it concerns 2 units, not 3" in desk.refused(
        "editor_wang", "issue", approved, "--yes", "3", status=3)
    desk.refused("editor_wang", "issue", approved, "--yes", "two", status=2)
    assert "--yes N" in desk.refused("editor_wang", "issue", approved, status=2)
    assert desk.sql("SELECT issue_requested_at IS NULL FROM certwire.publication WHERE id = :'id'",
                    id=approved) == "t"
    done = desk.certwire("editor_wang", "issue", approved[:8], "--yes", "2")
    assert "unit-a" in done.stderr and "未续签协议" in done.stderr
    assert desk.sql("SELECT issue_requested_by FROM certwire.publication WHERE id = :'id'",
                    id=approved) == "editor_wang"


def test_what_would_reach_nobody_is_not_issued(desk):
    file = desk.write("a.txt", b"x")
    draft = desk.certwire("editor_wang", "draft", "seminar", "--number", "1", "--title", "研讨会",
                          *SEMINAR, "--to", "unit-b", file).stdout.strip()
    assert "reach nobody" in desk.refused("editor_wang", "issue", draft, "--yes", "0", status=3)


def test_a_key_of_another_role_or_login_drafts_nothing(desk):
    file = desk.write("a.txt", b"x")
    assert "role registrar" in desk.refused("registrar_zhao", *WEEKLY, file, status=3)
    assert "bound" in desk.refused("editor_wang", *WEEKLY, file, "--key", "editor_chen.key",
                                   "--passphrase-file", "editor_chen.pass", status=3)


@pytest.mark.parametrize("args, status", [
    (("--to", "unit-zz", "a.txt"), 1), (("--to", "Unit A", "a.txt"), 2),
    (("--expires", "2026-11-31", "a.txt"), 2), (("--expires", "2020-01-31", "a.txt"), 2),
    (("--not-before", "2098-01-02", "--expires", "2098-01-01", "a.txt"), 2),
    (("--title", "two\nlines", "a.txt"), 2), (("--number", "2026/47", "a.txt"), 2),
    (("--field", "noequals", "a.txt"), 2), (("absent.txt",), 1), (("pg",), 1),
    (("a.txt", "A.TXT"), 1), ((), 2)])
def test_what_no_unit_should_get_is_not_drafted(desk, args, status):
    desk.write("a.txt", b"x")
    desk.write("A.TXT", b"y")
    before = desk.sql("SELECT count(*) FROM certwire.publication")
    base = ["draft", "weekly"]
    for option, value in (("--number", "2026-50"), ("--title", "题")):
        if option not in args:
            base += [option, value]
    desk.refused("editor_wang", *base, *args, status=status)
    assert desk.sql("SELECT count(*) FROM certwire.publication") == before


def test_a_channel_that_the_keyset_does_not_know_is_refused(desk):
    desk.write("a.txt", b"x")
    assert "daily" in desk.refused("editor_wang", "draft", "daily", "--number", "1", "--title", "题",
                                   "a.txt", status=2)


def test_without_a_pinned_root_nothing_is_sealed(desk):
    desk.write("a.txt", b"x")
    done = desk.call([BIN / "certwire", *WEEKLY, "a.txt", "--dsn", "user=editor_wang", "--key",
                      "editor_wang.key", "--passphrase-file", "editor_wang.pass"])
    assert done.returncode == 2 and "--root" in done.stderr


def test_a_number_that_is_taken_is_refused(desk, draft):
    file = desk.write("a.txt", b"x")
    second = desk.refused("editor_wang", *WEEKLY, file, status=1)
    assert f"2026-47 exists already: {draft[:8]}" in second and "withdraw" in second
    third = desk.certwire("editor_wang", "draft", "weekly", "--number", "2026-48", "--title", "题",
                          file)
    assert "exists already" not in third.stderr


def test_what_is_withdrawn_can_neither_be_approved_nor_issued(desk):
    file = desk.write("a.txt", b"x")
    draft = desk.certwire("editor_wang", "draft", "weekly", "--number", "2026-49", "--title", "题",
                          file).stdout.strip()
    desk.refused("editor_wang", "withdraw", draft, status=2)
    desk.certwire("editor_chen", "withdraw", draft, "--reason", "附件有误", "--yes", "2")
    desk.refused("editor_chen", "approve", draft, "--yes", "2", status=3)
    desk.refused("editor_wang", "issue", draft, "--yes", "2", status=3)
    assert "附件有误" in desk.certwire("editor_wang", "status", draft).stdout
