"""The fault points of a program, read from its source, so that a new one is tried as soon as it is there."""

import re
import signal

from programs import ROOT

CALL = re.compile(r'fault_point\("([a-z0-9-]+)"\)')


def points(folder, prefix=""):
    found = sorted({name for path in (ROOT / folder).rglob("*.c")
                    for name in CALL.findall(path.read_text(encoding="utf-8")) if name.startswith(prefix)})
    assert found, f"no fault point {prefix}* in {folder}"
    return found


def died(process):
    """Wait for the program to die at the fault point it was started with."""
    code = process.ended()
    assert code == -signal.SIGKILL, f"{process.name} ended with {code}:\n{process.log_tail()}"
    process.killed = True
