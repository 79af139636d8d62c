"""The receipt board of a period, and what people look at before they begin: whoami, doctor, unlock."""

import csv
import html.parser
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from desk import BIN
from terminal import Terminal

HOSTILE = "<script>alert(1)</script>\"'&\u202e <img src=x onerror=alert(2)>"
TITLE = "</title><script>x</script>"


class Page(html.parser.HTMLParser):
    """What a browser would make of it: tags with their attributes, and all text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def issued(desk):
    """A weekly that unit-a opened, and unit-b, whose name is hostile, has owed for two days; a monthly on its way."""
    desk.sql("SELECT 1 FROM certwire.rename_unit('unit-b', :'name', '试')", name=HOSTILE.replace("\u202e", ""))
    made = desk.certwire("editor_wang", "draft", "weekly", "--submit", "--number", "2026-47", "--title", TITLE,
                         desk.write("a.txt", b"x")).stdout.strip()
    desk.certwire("editor_chen", "approve", made, "--yes", "2")
    desk.certwire("editor_wang", "issue", made, "--yes", "2")
    fence = desk.sql("SELECT fence FROM certwire.lease_take('test', '1 hour')", "postgres")
    desk.sql(f"SELECT FROM certwire.issue_due({fence}); UPDATE certwire.publication SET issued_at = issued_at - interval "
             "'2 days'; UPDATE certwire.delivery SET state = 'settled', stored_at = now() - interval '47 hours', "
             "opened_at = now() WHERE unit = 'unit-a'", "postgres")
    return made


def board(desk, *args):
    return desk.certwire("editor_wang", "board", *args)


def test_the_board_says_who_has_it_and_whom_to_phone(desk, issued):
    said = json.loads(board(desk, "--json").stdout)
    assert [(p["id"], p["units"], p["owed"], p["opened"]) for p in said["publications"]] == [(issued, 2, 1, 1)]
    assert {u["unit"]: u["states"] for u in said["units"]} == {"unit-a": ["opened"], "unit-b": ["owed"]}
    assert [(o["unit"], o["contact"], o["phone"]) for o in said["overdue"]] == [("unit-b", "值班室", "010-82990000")]
    assert 3590 < said["median_s"] < 3700 and said["days"][-1]["due"] == 2 and said["days"][-1]["stored"] == 1
    assert "逾期 overdue: 1" in board(desk).stdout
    assert json.loads(board(desk, "--json", "--to", "2020-01-01").stdout)["publications"] == []
    assert json.loads(board(desk, "--json", "--overdue-after", "72").stdout)["overdue"] == []


def test_a_table_for_spreadsheets_holds_no_formula(desk, issued):
    desk.sql("SELECT 1 FROM certwire.rename_unit('unit-a', '=HYPERLINK(\"x\")', '试')")
    rows = list(csv.reader(io.StringIO(board(desk, "--csv").stdout.lstrip("\ufeff"))))
    assert rows[0] == ["unit", "name", "channel", "number", "title", "publication", "issued", "state"]
    assert {row[0]: row[1] for row in rows[1:]}["unit-a"] == "'=HYPERLINK(\"x\")"
    assert sorted(row[7] for row in rows[1:]) == ["opened", "owed"]


def test_the_page_needs_nothing_else_and_foreign_text_stays_text(desk, issued):
    board(desk, "--html", "board.html", "--titles")
    text = (desk.folder / "board.html").read_text(encoding="utf-8")
    page = Page(text)
    assert HOSTILE.replace("\u202e", "") in page.text and TITLE in page.text
    assert [tag for tag, _ in page.tags].count("script") == 1 and "img" not in {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name in attributes), (tag, attributes)
    policy = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"][0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy and "http" not in policy
    assert (desk.folder / "board.html").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("args, says", [
    (("--json", "--csv"), "one of --html, --csv, --json"), (("--from", "2026-13-01"), "--from: '2026-13-01' is no date"),
    (("--from", "2026-02-02", "--to", "2026-02-01"), "--from lies after --to"), (("--units", "0"), "--units")])
def test_a_board_that_cannot_be_is_one_line(desk, args, says):
    assert says in desk.refused("editor_wang", "board", *args, status=2)


def test_status_counts_who_is_overdue(desk, issued):
    assert "逾期 overdue 1" in desk.certwire("editor_wang", "status", issued).stdout
    with Terminal(desk, [BIN / "certwire", "status", issued, "--watch", "--config", "editor_wang.conf"]) as terminal:
        terminal.expect("逾期 overdue 1")
        terminal.send("\x03")
        assert terminal.end() == 0


def test_whoami_tells_login_roles_and_key(desk):
    said = json.loads(desk.certwire("editor_wang", "whoami", "--json").stdout)
    assert said == {"login": "editor_wang", "roles": "editor", "kid": desk.keys["editor_wang"]["kid"], "key_role": "editor",
                    "file": desk.keys["editor_wang"]["kid"], "unlocked": False}
    assert "not bound to this login" in desk.certwire("editor_wang", "whoami", "--key", "editor_chen.key").stdout


def test_doctor_says_what_is_not_green_and_what_to_do(desk, issued):
    done = desk.try_certwire("editor_wang", "doctor", "--json")
    lights = {c["what"].split()[1]: c for c in json.loads(done.stdout)}
    assert done.returncode == 1
    assert {what: c["state"] for what, c in lights.items()} == {
        "database": "ok", "role": "ok", "clock": "ok", "binding": "ok", "keyset": "ok", "key": "ok", "dispatcher": "ok",
        "brokers": "bad", "receipts": "bad", "schema": "ok"}
    assert "systemctl status mosquitto" in lights["brokers"]["todo"] and lights["keyset"]["todo"] is None
    text = desk.try_certwire("editor_wang", "doctor").stdout
    assert len(text.splitlines()) == 10 and re.search(r"^bad   代理 brokers +0 → ", text, re.M)
    away = desk.try_certwire("editor_wang", "doctor", "--dsn", "host=/nowhere user=editor_wang")
    assert away.returncode == 1 and away.stdout.startswith("bad   数据库 database") and len(away.stdout.splitlines()) == 1


def keyring():
    """Whether the kernel lets us have a session keyring: containers often do not."""
    return subprocess.run(["keyctl", "show", "@s"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not keyring(), reason="no session keyring here")
def test_a_key_is_unlocked_for_a_while_in_the_kernel_and_nowhere_else(desk):
    """In a session keyring of its own, which ends with the shell."""
    conf = (desk.folder / "editor_wang.conf").read_text().replace("passphrase_file = editor_wang.pass\n", "")
    (desk.folder / "typed.conf").write_text(conf)
    script = f"""set -e
certwire() {{ {BIN}/certwire "$@" --config typed.conf; }}
certwire whoami
certwire unlock --minutes 1 --passphrase-file editor_wang.pass
certwire whoami
certwire show "$1" >/dev/null && echo shown
grep -rlF "$(cat editor_wang.pass)" . | sort
certwire unlock --lock
certwire unlock --lock
certwire show "$1" || echo again $?
"""
    done = desk.call(["keyctl", "session", "-", "sh", "-c", script, "sh",
                      desk.sql("SELECT id FROM certwire.publication LIMIT 1")])
    lines = [line for line in done.stdout.splitlines() if line]
    assert done.returncode == 0, done.stderr
    assert "locked 未解锁" in done.stdout and "unlocked 已解锁" in done.stdout and "shown" in lines
    assert "was not unlocked 本未解锁" in done.stdout and lines[-1] == "again 2"
    assert [line for line in lines if line.startswith("./")] == ["./editor_wang.pass"]


@pytest.mark.skipif(not keyring(), reason="no session keyring here")
@pytest.mark.parametrize("args, status, says", [
    (("--minutes", "0"), 2, "--minutes"), (("--minutes", "481"), 2, "--minutes"),
    (("--key", "root.key"), 3, "an editor's or registrar's is unlocked")])
def test_what_is_not_unlocked(desk, args, status, says):
    assert says in desk.refused("editor_wang", "unlock", *args, status=status)


def confined(desk, error, *args):
    return desk.call(["/usr/bin/python3", Path(__file__).parent / "no_keyring.py", error, BIN / "certwire", *args, "--config", "editor_wang.conf"])


def test_a_full_keyring_is_told(desk):
    done = confined(desk, "EDQUOT", "unlock")
    assert done.returncode == 1 and "keyring is full; see: keyctl show" in done.stderr


@pytest.mark.parametrize("error", ["EPERM", "ENOSYS", "EACCES"])
def test_where_no_keyring_can_be_used_it_is_said_and_the_rest_works(desk, issued, error):
    """As in a container whose profile forbids the calls."""
    for act in ([], ["--lock"]):
        done = confined(desk, error, "unlock", *act)
        assert done.returncode == 1 and not done.stdout and len(done.stderr.splitlines()) == 1
        assert "keyring cannot be used here" in done.stderr and "give --passphrase-file" in done.stderr
    assert confined(desk, error, "show", issued).returncode == 0
    assert json.loads(confined(desk, error, "whoami", "--json").stdout)["unlocked"] is False
