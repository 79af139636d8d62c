"""Each verb's --json is one valid JSON text, with the fields that docs/json.md tells; a year's work in one world.
(audit, verify and audit verify need signed entries: tests/scenario.)"""

import json
import re
import subprocess

import json_fields
from desk import BIN, private

SEEN = set()


def say(desk, login, *words, options=("--json",)):
    """What `certwire --json` says as that person: checked, read."""
    done = desk.try_certwire(login, *words, *options)
    assert done.stdout, done.stderr
    verb = " ".join(words[:2 if words[0] in ("device", "key", "keyset") else 1])
    json_fields.check(verb, done.stdout)
    SEEN.add(verb)
    return json.loads(done.stdout)


def test_from_draft_to_issue(desk):
    file = desk.write("a.txt", b"x")
    say(desk, "editor_wang", "lint", file)
    made = say(desk, "editor_wang", "draft", "weekly", "--number", "2026-47", "--title", "周报", file)["id"]
    say(desk, "editor_wang", "preview", made)
    say(desk, "editor_wang", "submit", made)
    say(desk, "editor_chen", "return", made, "--comment", "改")
    say(desk, "editor_chen", "show", made)
    made = say(desk, "editor_chen", "edit", made, "--title", "周报（更正）", "--submit")["id"]
    say(desk, "editor_wang", "preview", made)
    say(desk, "editor_wang", "approve", made, "--yes", "2")
    desk.sql("SELECT 1 FROM certwire.suspend_unit('unit-b', '核查')")
    changed = say(desk, "editor_wang", "preview", made)
    assert changed["since_last_preview"] and changed["since_approved"]
    say(desk, "editor_wang", "schedule", made, "--at", "2098-01-01", "--yes", "1")
    say(desk, "editor_wang", "issue", made, "--yes", "1")
    desk.dispatch(made)
    other = say(desk, "editor_wang", "draft", "weekly", "--number", "2026-48", "--title", "周报", file)["id"]
    say(desk, "editor_wang", "withdraw", other, "--reason", "误", "--yes", "1")


def test_after_issue(desk):
    made = json.loads(desk.certwire("editor_wang", "list", "--json").stdout)[1]["id"]
    desk.sql("SELECT 1 FROM certwire.reinstate_unit('unit-b', '核查完毕')")
    say(desk, "editor_wang", "send", made, "--to", "unit-b", "--yes", "1")
    desk.seal(made)
    assert len(say(desk, "editor_wang", "remind", made)["units"]) == 2
    say(desk, "editor_wang", "replies", made)
    assert len(say(desk, "editor_wang", "list")) == 3
    recall = say(desk, "editor_wang", "recall", made, "--reason", "误", "--yes", "2")["id"]
    say(desk, "editor_wang", "supersede", made, "a.txt", "--title", "更正", "--yes", "2")
    desk.certwire("editor_chen", "approve", recall, "--yes", "2")
    desk.certwire("editor_wang", "issue", recall, "--yes", "2")
    desk.dispatch(recall, made)
    assert say(desk, "editor_wang", "status", made)["confirmed"]["units"]
    desk.sql("UPDATE certwire.publication SET issued_at = issued_at - interval '2 days'", "postgres")
    board = say(desk, "editor_wang", "board")
    assert board["units"] and board["days"] and board["overdue"]
    for word in ("whoami", "doctor"):
        say(desk, "editor_wang", word)


def test_keys_and_devices(desk):
    private(desk.folder / "new.pass", "long enough\n")
    say(desk, "registrar_zhao", "keygen", "--role", "editor", "--name", "新", "--out", "new.key", "--passphrase-file", "new.pass")
    say(desk, "registrar_zhao", "key", "show", "new.key")
    say(desk, "registrar_zhao", "keyset", "import", "keyset-1.jws")
    say(desk, "registrar_zhao", "keyset", "show")
    fingerprint = desk.request("unit-a", "d2")
    assert say(desk, "registrar_zhao", "device", "list")["pending"]
    say(desk, "registrar_zhao", "device", "certify", "unit-a", "d2", "--fingerprint", fingerprint)
    if subprocess.run(["keyctl", "show", "@s"], capture_output=True, check=False).returncode == 0:
        done = desk.run(["keyctl", "session", "-", BIN / "certwire", "unlock", "--minutes", "1", "--json", "--config", "editor_wang.conf"])
        json_fields.check("unlock", done.stdout[done.stdout.index("{"):])


def test_no_verb_that_prints_json_is_left_out(desk):
    whole = desk.run([BIN / "certwire", "--help"]).stdout.split("Commands:\n")[1].split("\n\n")[0]
    verbs = set(re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= )", whole, re.M))
    assert verbs - SEEN == {"unlock", "audit", "verify", "audit verify", "keyset make"}
    assert verbs - {"keyset make"} <= set(json_fields.documented())
