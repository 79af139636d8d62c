"""Refusals: each is one line that says what is wrong, where, and what to do.

That line is held against golden/refused/, as every refusal in this folder is (tests/lib/golden.py); tests/lint/refusals.py
finds the messages that no test meets."""

import base64
import json
import os
import subprocess

import pytest

from desk import BIN, SEMINAR, peer, private

DRAFT = ["draft", "weekly", "--number", "2026-47", "--title", "题"]
MAKE = ["keyset", "make", "--root-key", "root.key", "--passphrase-file", "root.pass", "--out", "none.jws"]
GEN = ["keygen", "--out", "none.key", "--passphrase-file", "root.pass"]
MANY = [word for n in range(130) for word in ("--to", f"unit-{n}")]

REFUSALS = [
    [], ["frobnicate"], ["device"], ["draft"], ["draft", "weekly"], ["draft", "weekly", "a.txt", "--number", "47", "--title", "题"],
    ["draft", "weekly", "--number", "2026-47", "--title", "题"], ["draft", "Weekly", "a.txt"],
    ["draft", "weekly", "a.txt", "--frob"], ["draft", "weekly", "absent.pdf", "--number", "2026-47", "--title", "题"],
    ["edit", "zz"], ["preview", "abc"], ["submit", "ffffffff"], ["approve", "ffffffff"], ["return", "ffffffff"],
    ["schedule", "ffffffff"], ["schedule", "ffffffff", "--at", "tomorrow"], ["issue", "ffffffff", "--yes", "3"],
    ["withdraw", "ffffffff"], ["status", "ffffffff", "--watch", "--json"], ["list", "--limit", "0"],
    ["board", "--from", "soon"], ["board", "--html", "/nowhere/board.html"], ["unlock", "--minutes", "500"],
    ["list", "--before", "ffffffff"], ["status", "ffffffff", "--limit", "0"], ["board", "--csv", "--json"],
    ["board", "--from", "2026-02-02", "--to", "2026-02-01"], ["board", "--units", "0"], ["supersede", "ffffffff", "a.txt", "--supersedes", "x"],
    ["recall", "ffffffff"], ["send", "ffffffff"], ["send", "ffffffff", "--to", "Unit A"], ["replies", "ffffffff", "--csv", "--json"],
    ["show", "ffffffff"], ["remind", "ffffffff"], ["audit", "ffffffff"], ["keyset", "import", "absent.jws"], ["keyset", "show", "a.txt"],
    ["key", "show", "a.txt"], ["device", "certify", "unit-a", "d9", "--fingerprint", "1"], ["unlock", "--key", "absent.key"],
    ["lint", "absent.pdf"], ["lint", "."], ["verify", "absent.json"], ["keygen", "--role", "king"],
    ["list", "--limit"], ["list", "--limit", "x"], ["list", "--limit", "1", "--limit", "2"], ["list", "--csv"], ["board", "--csv=1"], ["list", "-x"],
    ["list", "one"], ["completion", "zsh"], ["manual", "x"], [*DRAFT, "a.txt", *MANY], [*DRAFT, "a.txt", *MANY[:-10]], ["board", "--to", "2026-13-01"],
    [*DRAFT, "a.txt", "--language", "x y"], [*DRAFT[:-1], "", "a.txt"], [*DRAFT[:-1], "e\u0301", "a.txt"], [*DRAFT, "a.txt", "--field", "noequals"],
    [*DRAFT, "a.txt", "--field", "--=1"], [*DRAFT, "a.txt", "--expires", "2020-01-01"], [*DRAFT, "e\u0301.txt"],
    [*DRAFT, ".hidden"], [*DRAFT, "large.bin"], ["lint", *["a.txt"] * 65], [*DRAFT[:1], "seminar", *DRAFT[2:], *SEMINAR, *[f"n{n}.txt" for n in range(64)]],
    [*DRAFT, "a.txt", "--fields", "latin.txt"], [*DRAFT, "a.txt", "--fields", "odd.txt"], [*DRAFT, "a.txt", "--not-before", "2098-02-01", "--expires", "2098-01-01"],
    [*DRAFT, "a.txt", "--to", "Unit A"], [*DRAFT, "a.txt", "--to", "unit-zz"], [*DRAFT, "a.txt", "--test"], ["draft", "daily", *DRAFT[2:], "a.txt"],
    ["show", "ffffffff", "--key", "a.txt"], ["return", "ffffffff", "--comment", ""], ["recall", "ffffffff", "--reason", ""], ["audit", "verify"],
    ["device", "list"], ["keyset", "import", "keyset-1.jws", "--dsn", "frob"], ["list", "--dsn", "user=x password=y"], ["list", "--dsn", "host=/nowhere user=x"],
    ["list", "--dsn", "user=nobody"], [*DRAFT, "a.txt", "--root", "12345"], [*DRAFT, "a.txt", "--root", "abcde"], ["verify", "a.txt"],
    ["verify", "a.txt", "--files", "."], ["verify", "a.txt", "--manifest", "absent.json"], ["list", "--config", "absent.conf"], ["key", "show", "junk.key"],
    ["key", "show", "cut.key"], ["key", "show", "pg"], ["keyset", "show", "absent.jws"], ["list", "--key", "root.key", "--passphrase-file", "root.pass"],
    ["list", "--key", "editor_wang.key", "--passphrase-file", "root.pass"], ["list", "--key", "editor_wang.key", "--passphrase-file", "empty.pass"],
    ["list", "--key", "editor_wang.key", "--passphrase-file", "nothing.pass"], ["list", "--key", "editor_wang.key", "--passphrase-file", "a.txt"],
    ["list", "--key", "editor_wang.key", "--passphrase-file", "absent.pass"], ["list", "--key", "editor_wang.key", "--passphrase-file", "link.pass"],
    ["unlock", "--key", "root.key"], [*GEN, "--role", "king", "--name", "x"], [*GEN, "--role", "editor", "--name", "x\ny"],
    [*GEN, "--role", "dispatcher", "--name", "x"], [*GEN, "--role", "editor", "--name", "x", "--out", "root.key"],
    [*MAKE, "--expires", "2020-01-01"], [*MAKE, "--expires", "2099-01-01", "--key", "editor:x:AAAA"], [*MAKE, "--expires", "2099-01-01", "--key", "editor:x"],
    [*MAKE, "--expires", "2099-01-01", "--key", "absent.key"], [*MAKE, "--expires", "2099-01-01", "--approvals", "weekly=0"],
    [*MAKE, "--expires", "2099-01-01", "--key", "root.key"], [*MAKE, "--expires", "2099-01-01", "--retire", "00"], [*MAKE, "--expires", "2099-01-01", "--next-root", "editor_wang.key"],
    [*MAKE, "--expires", "2099-01-01", "--next-root", "absent.key"], [*MAKE, "--expires", "2099-01-01", "--previous", "absent.jws"],
    [*MAKE, "--expires", "2099-01-01", "--root-key", "editor_wang.key"], [*MAKE, "--expires", "2099-01-01", "--out", "keyset-1.jws", "--previous", "keyset-1.jws"],
    [*MAKE, "--expires", "2099-01-01", "--previous", "a.txt"], ["show", "ffffffff", "--json", "--out"], [*DRAFT, "a.txt", "--config", "nokey.conf"], [*DRAFT, "a.txt", "--config", "noroot.conf"],
    ["draft", "daily", *DRAFT[2:], "a.txt", "--field", "a b=1"], ["draft", "opportunity", *DRAFT[2:], "a.txt", "--field", "sponsor=" + "x" * 5000],
    ["list", "--limit", "9" * 30], ["draft", "opportunity", *DRAFT[2:], "a.txt", "--field", "sponsor=\udce9"],
]


@pytest.fixture(scope="module")
def papers(desk):
    """Files that are wrong, each in its way."""
    for name, data in {"a.txt": b"x", "e\u0301.txt": b"x", ".hidden": b"x", "latin.txt": "年份: \xe9".encode("latin-1", "replace") + b"\xe9",
                       "odd.txt": "没有冒号\n".encode(), **{f"n{n}.txt": b"x" for n in range(64)}}.items():
        desk.write(name, data)
    with open(desk.folder / "large.bin", "wb") as file:
        file.truncate(64 * 2 ** 20 + 1)
    private(desk.folder / "junk.key", "junk\n")
    private(desk.folder / "cut.key", (desk.folder / "editor_wang.key").read_text()[:60])
    private(desk.folder / "empty.pass", "\nsecond line\n")
    private(desk.folder / "nothing.pass", "")
    (desk.folder / "link.pass").symlink_to("root.pass")
    private(desk.folder / "nokey.conf", f"dsn = user=editor_wang\nroot_fingerprint = {desk.keys['root']['fingerprint']}\n")
    private(desk.folder / "noroot.conf", "dsn = user=editor_wang\n")
    return desk


def test_each_refusal_is_one_line_that_says_what_to_do(papers):
    for args in REFUSALS:
        config = [] if "--config" in args else ["--config", "editor_wang.conf"]
        done = papers.call([BIN / "certwire", *config, *args])
        assert done.returncode in (1, 2, 3) and not done.stdout and len(done.stderr.splitlines()) == 1, (args, done.stderr)
    assert papers.sql("SELECT count(*) FROM certwire.publication") == "0" and not (papers.folder / "none.jws").exists()


@pytest.mark.parametrize("text", ["frob = 1", "nonsense", "dsn = user=a\ndsn = user=b", "key =", "dsn = user=x password=y", "# \udce9", "#" * 300000,
                                  "root_fingerprint = 12345"])
def test_a_configuration_that_is_wrong_is_told_with_its_line(desk, text):
    (desk.folder / "wrong.conf").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = desk.call([BIN / "certwire", "keyset", "show", "--config", "wrong.conf"])
    assert done.returncode in (1, 2) and "wrong.conf" in done.stderr or "fingerprint" in done.stderr


# Of a weekly for two units that is drafted and not handed over.
EARLY = [["withdraw", "--reason", "误"], ["withdraw", "--reason", "误", "--yes", "9"], ["withdraw", "--reason", "误", "--yes", "all"],
         ["withdraw", "--reason", "", "--yes", "2"], ["withdraw", "--reason", "x" * 1100, "--yes", "2"], ["withdraw", "--reason", "a\nb", "--yes", "2"],
         ["issue", "--yes", "2"], ["schedule", "--at", "2098-01-01", "--yes", "2"], ["recall", "--reason", "误", "--yes", "2"], ["recall", "--reason", "", "--yes", "2"],
         ["send", "--to", "unit-a", "--yes", "1"], ["remind"], ["return", "--comment", "改"], ["approve", "--yes", "2"],
         ["supersede", "a.txt", "--title", "更正", "--yes", "2"], ["show", "--key", "editor_wang.key", "--out", "a.txt"]]
# The same when it is under review, approved, withdrawn.
REVIEW = [["submit"], ["return", "--comment", ""], ["return", "--comment", "我"], ["issue", "--yes", "2"], ["remind"], ["send", "--to", "unit-a"], ["approve"]]
APPROVED = [["submit"], ["approve", "--yes", "2"], ["remind"], ["issue"], ["issue", "--yes", "two"], ["issue", "--yes", "3"], ["schedule", "--at", "2020-01-01", "--yes", "2"],
            ["schedule", "--at", "2098-01-01", "--yes", "2"], ["schedule", "--at", "2097-01-01", "--yes", "2"], ["edit", "a.txt", "--to", "unit-zz"]]
WITHDRAWN = [["submit"], ["approve", "--yes", "2"], ["return", "--comment", "改"], ["edit", "--title", "x"], ["issue", "--yes", "2"], ["schedule", "--at", "2098-01-01", "--yes", "2"],
             ["withdraw", "--reason", "误", "--yes", "2"], ["remind"], ["send", "--to", "unit-a", "--yes", "1"], ["recall", "--reason", "误", "--yes", "2"]]
ISSUED = [["submit"], ["approve", "--yes", "2"], ["return", "--comment", "改"], ["edit", "--title", "x"], ["issue", "--yes", "2"], ["schedule", "--at", "2098-01-01", "--yes", "2"],
          ["withdraw", "--reason", "误", "--yes", "2"], ["send", "--to", "unit-a", "--yes", "1"], ["send", "--to", "unit-c", "--yes", "1"], ["send", "--to", "unit-zz", "--yes", "1"],
          ["recall", "--reason", "误", "--yes", "9"], ["recall", "--reason", "误", "--yes", "all"], ["supersede", "a.txt", "--title", "x", "--yes", "9"],
          ["supersede", "a.txt"], ["supersede", "absent.txt", "--title", "x", "--yes", "2"], ["status", "--after", "unit-z"]]


def draft(desk, number, *options):
    """Of three parts."""
    file = desk.write("a.txt", b"x" * 70000)
    return desk.certwire("editor_wang", "draft", "weekly", "--number", number, "--title", "周报", *options, file).stdout.strip()


def each_is_refused(desk, made, verbs, by="editor_wang"):
    before = desk.sql("SELECT state FROM certwire.publication WHERE id = :'id'", id=made)
    for verb, *args in verbs:
        desk.refused(by, verb, made, *args, status=None)
    assert desk.sql("SELECT state FROM certwire.publication WHERE id = :'id'", id=made) == before


def test_what_is_refused_in_each_state_says_what_comes_first(desk):
    made = draft(desk, "2026-47")
    each_is_refused(desk, made, EARLY)
    each_is_refused(desk, made, [["approve", "--yes", "2"], ["submit"]], by="editor_chen")
    desk.certwire("editor_wang", "submit", made)
    each_is_refused(desk, made, REVIEW)
    desk.certwire("editor_wang", "withdraw", made, "--reason", "误", "--yes", "2")
    each_is_refused(desk, made, WITHDRAWN)
    made = draft(desk, "2026-48", "--submit", "--not-before", "2097-06-01", "--expires", "2097-12-31")
    desk.certwire("editor_chen", "approve", made, "--yes", "2")
    each_is_refused(desk, made, APPROVED)


@pytest.fixture(scope="module")
def out(desk):
    """A weekly that has been issued to two units."""
    made = draft(desk, "2026-40", "--submit")
    desk.certwire("editor_chen", "approve", made, "--yes", "2")
    desk.certwire("editor_wang", "issue", made, "--yes", "2")
    desk.dispatch(made)
    return made


def test_what_is_refused_once_it_is_out_says_how_it_is_taken_back(desk, out):
    each_is_refused(desk, out, ISSUED)
    assert "--supersedes" in desk.refused("editor_wang", *DRAFT[:2], "--number", "2026-40", "--title", "题", "a.txt", status=1)
    only = draft(desk, "2026-41", "--submit", "--to", "unit-a")
    desk.certwire("editor_chen", "approve", only, "--yes", "1")
    desk.certwire("editor_wang", "issue", only, "--yes", "1")
    desk.refused("editor_wang", "schedule", only, "--at", "2098-01-01", "--yes", "1", status=3)
    desk.dispatch(only)
    desk.refused("editor_wang", "send", only, "--to", "unit-b", "--yes", "1", status=3)
    recall = desk.certwire("editor_wang", "recall", only, "--reason", "误", "--yes", "1").stdout.strip()
    desk.refused("editor_wang", "recall", only, "--reason", "误", "--yes", "1", status=1)
    desk.certwire("editor_chen", "approve", recall, "--yes", "1")
    desk.certwire("editor_wang", "issue", recall, "--yes", "1")
    desk.dispatch(recall, only)
    for verb, *args in (["recall", "--reason", "误"], ["send", "--to", "unit-b", "--yes", "1"]):
        desk.refused("editor_wang", verb, recall, *args, status=3)
    desk.refused("editor_wang", "send", only, "--to", "unit-b", "--yes", "1", status=3)


def test_the_work_of_another_role_is_told_whose_it_is(desk, out):
    for login in ("registrar_zhao", "dispatch_a"):
        desk.seat(login, desk.keys["root"]["fingerprint"])
        for words in (["list"], ["board"], ["status", out], ["submit", out], ["approve", out], [*DRAFT, "a.txt"], ["audit", out], ["audit", "verify"]):
            desk.refused(login, *words, status=3)
    for words in (["device", "list"], ["device", "certify", "unit-a", "d1"], ["keyset", "import", "keyset-1.jws"]):
        desk.try_certwire("editor_wang", *words)
    desk.refused("registrar_zhao", "device", "certify", "unit-a", "d7", "--fingerprint", "1", status=1)


class Copy:
    """Copies of the database, each changed by SQL past its triggers, and asked as if it were the true one."""

    def __init__(self, desk):
        self.desk = desk

    def refused(self, sql, *words, login="editor_wang", **values):
        self.desk.sql("CREATE DATABASE copy TEMPLATE postgres", "postgres", database="template1")
        self.desk.sql("SET session_replication_role = replica; " + sql, "postgres", database="copy", **values)
        line = self.desk.refused(login, *words, "--dsn", f"user={login} dbname=copy", status=None)
        self.desk.sql("DROP DATABASE copy", "postgres", database="template1")
        return line


@pytest.fixture(scope="module")
def copy(desk):
    return Copy(desk)


def keyset(desk, **changes):
    """The keyset with other fields, signed by the root; its words for SQL."""
    payload = json.loads(base64.urlsafe_b64decode((desk.folder / "keyset-1.jws").read_text().split(".")[1] + "=="))
    key = peer.read_key_file((desk.folder / "root.key").read_bytes(), "口令 of root".encode())[2]
    return {"jws": peer.jws_sign("certwire-keyset+jws", key, {**payload, **changes})}


def of_role(desk, *roles):
    payload = json.loads(base64.urlsafe_b64decode((desk.folder / "keyset-1.jws").read_text().split(".")[1] + "=="))
    return [key for key in payload["keys"] if key["role"] in roles]


PUT = "UPDATE certwire.keyset SET jws = :'jws'"


def test_a_keyset_that_does_not_serve_is_told_with_who_mends_it(desk, copy, out):
    work = [*DRAFT, "--special", "a.txt"]
    assert "certwire keyset import" in copy.refused("DELETE FROM certwire.keyset", "keyset", "show")
    assert "certwire keyset import" in copy.refused("DELETE FROM certwire.keyset", *work)
    assert "keyset in PostgreSQL" in copy.refused(PUT, *work, jws="a.b.c")
    assert "new keyset" in copy.refused(PUT, *work, **keyset(desk, issued_at=1, expires_at=1000000000))
    assert "nobody could send this" in copy.refused(PUT, *work, **keyset(desk, keys=of_role(desk, "editor", "registrar", "recovery")))
    assert "does not list key" in copy.refused(PUT, *work, **keyset(desk, keys=of_role(desk, "dispatcher", "registrar", "recovery")))
    daily = {"daily": {"approvals": 1}, "weekly": {"approvals": 2}}
    assert "daily" in copy.refused(PUT, "draft", "daily", *DRAFT[2:], "a.txt", **keyset(desk, channels=daily))
    retired = [{**key, "status": "retired"} for key in of_role(desk, "editor", "dispatcher", "registrar", "recovery")]
    assert "use your newer key" in copy.refused(PUT, *work, **keyset(desk, keys=retired))
    assert "bind_key" in copy.refused("DELETE FROM certwire.key_holder WHERE login = 'editor_wang'", *work)
    assert "bind_key" in copy.refused("DELETE FROM certwire.key_holder WHERE login = 'editor_wang'", "remind", out)


def test_what_is_damaged_in_the_database_is_told_and_not_shown(desk, copy, out):
    part = "publication = :'p' AND index = 1"
    assert "missing" in copy.refused(f"DELETE FROM certwire.publication_part WHERE {part}", "show", out, p=out)
    assert "missing" in copy.refused("DELETE FROM certwire.publication_part WHERE publication = :'p'", "show", out, p=out)
    assert "not sealed to your key" in copy.refused("DELETE FROM certwire.content_key WHERE publication = :'p'", "show", out, p=out)
    flip = "UPDATE certwire.content_key SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE publication = :'p'"
    copy.refused(flip, "show", out, p=out)
    assert "title of" in copy.refused(flip, "board", "--titles", p=out)
    copy.refused("UPDATE certwire.content_key SET sealed = sealed || '\\x00' WHERE publication = :'p'", "show", out, p=out)
    copy.refused("ALTER TABLE certwire.publication DROP CONSTRAINT publication_stream_check; UPDATE certwire.publication SET stream = 'x'", "status", out)
    copy.refused("ALTER DOMAIN certwire.publication_id DROP CONSTRAINT publication_id_check; UPDATE certwire.publication SET id = left(id, 8) || '-x' "
                 "WHERE id = :'p'", "status", out[:8], p=out)
    copy.refused("ALTER TABLE certwire.publication RENAME TO gone", "list")
    copy.refused("ALTER SCHEMA certwire RENAME TO gone", "list")


def test_what_a_restore_lost_is_told_with_what_to_do(desk, copy, out):
    lost = "5" * 32
    park = ("INSERT INTO certwire.receipt (broker, unit, device, number, raw) VALUES ('b', 'unit-a', 'd1', 1, 'x'); INSERT INTO certwire.receipt_parked "
            "(publication, unit, device, state, manifest_digest, reached_at, receipt) SELECT :'p', 'unit-a', 'd1', 'stored', sha256('x'), now(), max(id) "
            "FROM certwire.receipt")
    assert "draft and issue the same number again" in copy.refused(park, "recall", lost[:8], "--reason", "误", p=lost)


def test_no_place_to_write_is_told_with_how_to_choose_another(desk):
    for folder in ("/nowhere", "/" + "x" * 5000):
        done = desk.call([BIN / "certwire", *DRAFT, "a.txt", "--config", "editor_wang.conf"], TMPDIR=folder)
        assert done.returncode in (1, 2) and "TMPDIR" in done.stderr
    certwire = [BIN / "certwire", "keyset", "show", "keyset-1.jws", "--config", "editor_wang.conf"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(certwire, cwd=desk.folder, env=desk.env, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    desk.hold([str(word) for word in certwire], done.returncode, done.stderr)
