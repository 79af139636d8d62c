"""What a program says when it refuses, word for word.

Each refusal that a test meets is held against golden/refused/<the test's file>.txt, under the name of the test or
fixture that met it. What changes from run to run is masked. CERTWIRE_UPDATE_GOLDEN=1 writes anew what whole files
of tests meet; otherwise a text that is not there fails at once, one that is there and is not met any more at the end.
"""

import os
import re
import sys
from pathlib import Path

UPDATE = bool(os.environ.get("CERTWIRE_UPDATE_GOLDEN"))
MASKS = [
    (r"\b\d{5}(?:[ -]\d{5}){7}\b", "<fingerprint>"),
    (r"\b[0-9a-f]{32}\b", "<id>"),
    (r"\b(?:(?=[0-9]*[a-f])[0-9a-f]{6,8}|\d{8})\b", "<brief>"),
    (r"(?<![\w-])[\w-]{43}(?![\w-])", "<public>"),
    (r"自 \d{4}-\d\d-\d\d 起", "自 <day> 起"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\+\d\d:\d\d|Z)", "<time>"),
]
met = {}  # golden file: {test: [what it met]}


def masked(text, folder=None, masks=()):
    if folder:
        text = text.replace(str(folder), "<folder>")
    for pattern, name in [*MASKS, *masks]:
        text = re.sub(pattern, name, text)
    return text


def shown(word):
    """An argument as the golden file shows it: in one line, not too long."""
    word = word.replace("\n", "\\n").encode("utf-8", "backslashreplace").decode()
    word = word if len(word) <= 60 else word[:20] + "…"
    return f"'{word}'" if not word or " " in word else word


def read(path):
    """{test: [what it met]} of a golden file; nothing when there is none."""
    found = {}
    for block in re.split(r"^# ", path.read_text(encoding="utf-8") if path.exists() else "", flags=re.M)[1:]:
        test, _, rest = block.partition("\n")
        found[test] = re.findall(r"^(\$ .*\n\S+ .*)$", rest, re.M)
    return found


def who_asks():
    """The file and name of the test or fixture that is running: the outermost caller from a file of tests."""
    frame, found = sys._getframe(1), None
    while frame:
        if Path(frame.f_code.co_filename).name.startswith("test_"):
            found = frame
        frame = frame.f_back
    assert found, "only tests and their fixtures meet refusals"
    return Path(found.f_code.co_filename), found.f_code.co_name


def refused(words, status, line, folder=None, masks=()):
    """`words`, the command, ended with `status` and said `line` last; `masks`: what else changes from run to run."""
    file, test = who_asks()
    path = file.parent / "golden" / "refused" / f"{file.stem.removeprefix('test_')}.txt"
    command = " ".join(shown(word) for word in words).replace(" --config editor_wang.conf", "")
    command = command if len(command) <= 160 else command[:150] + " …"
    said = masked(f"$ {command}\n{status} {line}", folder, masks)
    mine = met.setdefault(path, {}).setdefault(test, [])
    if said not in mine:
        mine.append(said)
    assert UPDATE or said in read(path).get(test, []), f"not in {path}, under # {test}:\n{said}"


def written(tests):
    return "\n".join(f"# {test}\n" + "\n".join(said) + "\n" for test, said in tests.items() if said)


def finish(whole):
    """At the end of a run, `whole` when whole files ran and nothing failed. Returns what is wrong, or ""."""
    wrong = ""
    for path, tests in met.items():
        golden = read(path)
        if UPDATE:
            source = (path.parents[2] / f"test_{path.stem}.py").read_text(encoding="utf-8")
            kept = {test: said for test, said in golden.items() if f"def {test}(" in source}
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written({**kept, **tests}), encoding="utf-8")
        elif whole:
            gone = [said for test, met_now in tests.items() for said in golden.get(test, []) if said not in met_now]
            wrong += "".join(f"{path}: is not said any more:\n{said}\n" for said in gone)
    return wrong


def pytest_sessionfinish(session, exitstatus):
    """Imported by a conftest: the hook of that name."""
    option = session.config.option
    wrong = finish(exitstatus == 0 and not option.keyword and not any("::" in arg for arg in session.config.args))
    if wrong:
        print("\n" + wrong)
        session.exitstatus = 1
