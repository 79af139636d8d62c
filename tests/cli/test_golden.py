"""What the tool says, word for word: help of every verb, previews. CERTWIRE_UPDATE_GOLDEN=1 writes them anew.

Refusals, here and in every file of this folder, are held against golden/refused/ (tests/lib/golden.py)."""

import os
import re
import unicodedata
from pathlib import Path

from desk import BIN

GOLDEN = Path(__file__).parent / "golden"

def held_against(name, text):
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CERTWIRE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def masked(text):
    """Ids, times and people's keys are never the same twice."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "<id>", text)
    text = re.sub(r"\b[0-9a-f]{8}\b", "<brief>", text)
    text = re.sub(r"自 \d{4}-\d\d-\d\d 起", "自 <day> 起", text)
    return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\+\d\d:\d\d|Z)", "<time>", text)


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_help_of_every_verb(desk):
    whole = desk.run([BIN / "certwire", "--help"]).stdout
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= )", whole.split("Commands:\n")[1], re.M)
    verbs = [verb for verb in verbs if desk.call([BIN / "certwire", *verb.split(), "--help"]).returncode == 0]
    assert {"draft", "edit", "lint", "preview", "submit", "approve", "return", "schedule", "issue", "withdraw", "list", "show",
            "status", "board", "audit", "verify", "unlock", "whoami", "doctor"} <= set(verbs)
    groups = list(dict.fromkeys(verb.split()[0] for verb in verbs if " " in verb and verb.split()[0] not in verbs))
    assert groups == ["device", "key", "keyset"]
    verbs = [*verbs, *groups]
    held_against("help", "".join(f"$ certwire {verb} --help\n" + desk.run([BIN / "certwire", *verb.split(), "--help"]).stdout + "\n"
                                 for verb in verbs))


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
