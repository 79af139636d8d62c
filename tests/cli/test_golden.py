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
    ["list", "--before", "ffffffff"], ["status", "ffffffff", "--limit", "0"], ["board", "--csv", "--json"],
    ["board", "--from", "2026-02-02", "--to", "2026-02-01"], ["board", "--units", "0"], ["supersede", "ffffffff", "a.txt", "--supersedes", "x"],
    ["recall", "ffffffff"], ["send", "ffffffff"], ["send", "ffffffff", "--to", "Unit A"], ["replies", "ffffffff", "--csv", "--json"],
    ["show", "ffffffff"], ["remind", "ffffffff"], ["audit", "ffffffff"], ["keyset", "import", "absent.jws"], ["keyset", "show", "a.txt"],
    ["key", "show", "a.txt"], ["device", "certify", "unit-a", "d9", "--fingerprint", "1"], ["unlock", "--key", "absent.key"],
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


# Of a weekly for two units that is drafted and not handed over.
EARLY = [["withdraw", "--reason", "误"], ["withdraw", "--reason", "误", "--yes", "9"], ["withdraw", "--reason", "误", "--yes", "all"],
         ["issue", "--yes", "2"], ["schedule", "--at", "2098-01-01", "--yes", "2"], ["recall", "--reason", "误"], ["send", "--to", "unit-a", "--yes", "1"],
         ["send", "--to", "unit-a"], ["remind"], ["return", "--comment", "改"], ["approve", "--yes"], ["status", "--after", "unit-z"]]


def test_what_is_refused_of_a_draft_says_what_comes_first(desk):
    made = desk.certwire("editor_wang", "draft", "weekly", "--number", "2026-47", "--title", "周报", desk.write("a.txt", b"x")).stdout.strip()
    said = ""
    for verb, *args in EARLY:
        done = desk.try_certwire("editor_wang", verb, made, *args)
        said += f"$ certwire {verb} ID {' '.join(args)}\n{done.returncode} {done.stderr or done.stdout}"
    assert desk.sql("SELECT state FROM certwire.publication WHERE id = :'id'", id=made) == "draft"
    held_against("early", masked(said))


SEMINAR = ["--field=starts=2098-12-10 09:00", "--field=ends=2098-12-10 17:00", "--field=time-zone=Asia/Shanghai", "--field=place=北京",
           "--field=seats=40", "--field=reply-by=2098-12-01 18:00"]


def test_previews_of_the_other_kinds(desk):
    said = ""
    for channel, number, title, fields in (("weekly", "2026-48", "网络安全信息与动态周报", []), ("monthly", "2026-11", "网络安全月报", []),
                                           ("seminar", "2026-3", "工业控制系统安全研讨会", SEMINAR)):
        made = desk.certwire("editor_wang", "draft", channel, "--number", number, "--title", title, *fields, desk.write("正文.txt", b"x" * 900)).stdout.strip()
        said += f"$ certwire preview ID  # {channel}\n" + desk.certwire("editor_wang", "preview", made).stdout
    held_against("previews", masked(said))


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
