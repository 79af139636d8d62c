"""A Weekly from draft to settled receipts, a suspension and the end of every program, all of it under valgrind's memcheck: the stock
broker with both plugins, the dispatcher, units, and the editors' tool."""

import shlex
import subprocess
from pathlib import Path

import pytest

from programs import Programs
from waiting import wait_for
from world import World

MEMCHECK = Path(__file__).resolve().parent / "memcheck.sh"
FOUND = 99  # the exit status by which memcheck tells
PATIENCE = 240.0  # each program is some thirty times slower


class Watched(Programs):
    """Each program of ours is a script that runs it under memcheck."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def __getitem__(self, name):
        script = self.folder / name
        if not script.exists():
            script.write_text(f'#!/bin/sh\nexec {MEMCHECK} {shlex.quote(str(super().__getitem__(name)))} "$@"\n')
            script.chmod(0o755)
        return script

    def call(self, name, *args, **options):
        done = super().call(name, *args, **options)
        assert done.returncode != FOUND, f"{name} {' '.join(map(str, args))}:\n{done.stderr}"
        return done


@pytest.fixture(name="world")
def watched_world(tmp_path):
    world = World(programs=Watched(tmp_path), sync_interval="5s")
    world.broker.process.argv.insert(0, str(MEMCHECK))
    world.dispatcher.settings.update(lease="60s")
    with world:
        yield world


def test_memcheck_finds_nothing_in_a_weekly_and_a_suspension(world):
    good = world.admit("huaan", "华安网络", confine="no").start().connected(PATIENCE)
    suspended = world.admit("luoxing", "络星信息", confine="no").start().connected(PATIENCE)
    first = world.office.publish("weekly", "2026-47", "周报", [world.file("周报.txt", b"x" * 40_000)], 2)
    for unit in (good, suspended):
        unit.has(first, PATIENCE)
    world.office.admin("suspend_unit", "luoxing", "超过期限未报送半年工作总结")
    wait_for(lambda: suspended.status()["state"] == "suspended", "the suspended unit to know it", PATIENCE)
    second = world.office.publish("weekly", "2026-48", "周报", [world.file("周报二.txt", b"y")], 1)
    good.has(second, PATIENCE)
    assert len(good.documents()) == 2 and len(suspended.documents()) == 1
    world.broker.reload()
    good.tool("status")
    # Each is ended in its own way, and fails when memcheck has found anything.
    world.close()


def test_memcheck_finds_what_is_wrong(tmp_path):
    """Else a memcheck that looks at nothing would do."""
    source, program = tmp_path / "lost.c", tmp_path / "lost"
    source.write_text("#include <stdlib.h>\nint main(void)\n{\n\tchar *p = malloc(8);\n\treturn p[0] == 1;\n}\n")
    subprocess.run(["gcc", "-g", "-o", program, source], check=True)
    assert subprocess.run([MEMCHECK, program], check=False, capture_output=True).returncode == FOUND
