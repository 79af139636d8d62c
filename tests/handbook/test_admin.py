"""docs/admin.md does what it says: run as printed, in one psql session, in a world of its own.

    CERTWIRE_BUILD=build/dev /usr/bin/python3 -B tests/handbook/test_admin.py --update

writes what psql prints now into the page, where it is not the same. Look at the difference then.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "handbook")]
import page as pages  # noqa: E402
from backstage import Backstage  # noqa: E402
from clock import Clock  # noqa: E402
from psql import Psql  # noqa: E402
from world import World  # noqa: E402

PAGE = TESTS.parent / "docs/admin.md"
TWIN = PAGE.with_name("admin.zh-CN.md")  # the same blocks (lint.guides), another language around them
FIRST_DAY = "2024-01-08T09:00:00+08:00"


def shell(text, desk, programs):
    """What a shell in the administrator's folder prints."""
    return subprocess.run(
        ["sh", "-c", text], cwd=desk, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PATH": f"{programs['certwire'].parent}:{os.environ['PATH']}"}).stdout


def run(page, shown=lambda step, said: None):
    """Each command of the page with what psql said to it; `shown` is called with each as it comes."""
    steps = pages.read(page)
    (psqlrc,) = (step.text for step in steps if step.kind == "psqlrc")
    folder = Path(tempfile.mkdtemp(prefix="certwire-handbook-"))
    folder.chmod(0o711)
    clock = Clock(folder, FIRST_DAY)
    with World(folder=folder, by_policy=True, term=None) as world:
        desk = folder / "desk"
        desk.mkdir(mode=0o700)
        behind, psql, said = Backstage(world, clock, desk), Psql(desk, world.cluster, psqlrc), []
        for step in steps:
            if step.kind == "csv":
                (desk / step.argument).write_text(step.text, encoding="utf-8")
            elif step.kind == "backstage":
                behind.act(step.argument)
            elif step.kind == "sql" or step.printed:
                said.append((step, psql.run(step.text) if step.kind == "sql" else
                             shell(step.text, desk, world.programs)))
                shown(*said[-1])
        psql.close()
        return said


def test_the_handbook_prints_what_psql_prints():
    wrong = []
    for step, said in run(PAGE.read_text(encoding="utf-8")):
        found = pages.differences(step.printed, said)
        if found:
            wrong += [f"{PAGE.name}, line {step.line + 1}:", step.text, *found, ""]
    assert not wrong, "\n".join(["the page has drifted (--update rewrites it):", *wrong])


def update():
    page = PAGE.read_text(encoding="utf-8")
    outputs = [(step, said) for step, said in run(page) if pages.differences(step.printed, said)]
    for step, said in outputs:
        if "ERROR:" in said and "ERROR:" not in step.printed:
            print(f"{PAGE.name}, line {step.line + 1}, errs now:\n{said}", file=sys.stderr)
    PAGE.write_text(pages.updated(page, outputs), encoding="utf-8")
    twin = TWIN.read_text(encoding="utf-8")
    there = dict(zip([step.line for step in pages.read(page)], pages.read(twin), strict=True))
    TWIN.write_text(pages.updated(twin, [(there[step.line], said) for step, said in outputs]), encoding="utf-8")
    print(f"{len(outputs)} outputs of {PAGE} and its twin rewritten")


if __name__ == "__main__":
    assert sys.argv[1:] == ["--update"], __doc__
    update()
