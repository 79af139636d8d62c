"""What the tool says, word for word: help of every verb, a preview, refusals. CERTWIRE_UPDATE_GOLDEN=1 writes them anew."""

import os
import re
import unicodedata
from pathlib import Path

from desk import BIN

GOLDEN = Path(__file__).parent / "golden"

REFUSALS = [
    [], ["frobnicate"], ["device"], ["draft"], ["draft", "weekly"], ["draft", "weekly", "a.txt", "--number", "47", "--title", "题"],
    ["draft", "weekly", "--number", "2026-47", "--title", "题"], ["draft", "Weekly", "a.txt"],
    ["draft", "weekly", "a.txt", "--frob"], ["draft", "weekly", "absent.pdf", "--number", "2026-47", "--title", "题"],
    ["edit", "zz"], ["preview", "abc"], ["submit", "ffffffff"], ["approve", "ffffffff"], ["return", "ffffffff"],
    ["schedule", "ffffffff"], ["schedule", "ffffffff", "--at", "tomorrow"], ["issue", "ffffffff", "--yes", "3"],
    ["withdraw", "ffffffff"], ["status", "ffffffff", "--watch", "--json"], ["list", "--limit", "0"],
    ["board", "--from", "soon"], ["board", "--html", "/nowhere/board.html"], ["unlock", "--minutes", "500"],
    ["lint", "absent.pdf"], ["lint", "."], ["verify", "absent.json"], ["keygen", "--role", "king"],
]


def held_against(name, text):
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CERTWIRE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def masked(text):
    """Ids, times and people's keys are never the same twice."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "<id>", text)
    text = re.sub(r"\b[0-9a-f]{8}\b", "<brief>", text)
    return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\+\d\d:\d\d|Z)", "<time>", text)


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_help_of_every_verb(desk):
    whole = desk.run([BIN / "certwire", "--help"]).stdout
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= )", whole.split("Commands:\n")[1], re.M)
    verbs = [verb for verb in verbs if desk.call([BIN / "certwire", *verb.split(), "--help"]).returncode == 0]
    assert {"draft", "edit", "lint", "preview", "submit", "approve", "return", "schedule", "issue", "withdraw", "list", "show",
            "status", "board", "audit", "verify", "unlock", "whoami", "doctor"} <= set(verbs)
    held_against("help", "".join(f"$ certwire {verb} --help\n" + desk.run([BIN / "certwire", *verb.split(), "--help"]).stdout + "\n"
                                 for verb in verbs))


def test_each_refusal_is_one_line_that_says_what_to_do(desk):
    desk.write("a.txt", b"x")
    said = ""
    for args in REFUSALS:
        done = desk.call([BIN / "certwire", *args, "--config", "editor_wang.conf"])
        assert done.returncode in (1, 2, 3) and not done.stdout and len(done.stderr.splitlines()) == 1, (args, done.stderr)
        said += f"$ certwire {' '.join(args)}\n{done.returncode} {done.stderr}"
    held_against("refusals", said)


def test_a_preview_and_its_tables_aligned(desk):
    made = desk.certwire("editor_wang", "draft", "opportunity", "--number", "2026-1", "--title", "专项研究课题：物联网安全",
                         "--field=opportunity=research", "--field=sponsor=国家互联网应急中心", "--field=budget=30-50 万元",
                         "--field=deadline=2098-12-20 18:00", "--field=how-to-declare=在客户端回复意向", "--to", "unit-a", "--to",
                         "unit-c", desk.write("指南.txt", b"x" * 2000)).stdout.strip()
    text = desk.certwire("editor_wang", "preview", made).stdout
    held_against("preview", masked(text))
    rows = [line for line in text.splitlines() if re.match(r"  unit-[abc] ", line)]
    assert len(rows) == 3
    starts = {columns(row[:row.index(word)]) for row in rows for word in ("未获", "不在", "已暂停") if word in row}
    assert len(starts) == 1
