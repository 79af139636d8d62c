#!/usr/bin/python3
"""The noise-proof part of the benchmarks: guard.py BENCH_GUARD. Counts user instructions by callgrind and compares
each operation with libsodium's own, in the same run, against the bounds of guard.txt. Exit status 1 when one is passed.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTS = {"acl_check": 5000}
COUNT = 100


def bounds():
    """(operation, of which operation of libsodium, at most) of each line of guard.txt; the rest is the reason."""
    found = []
    for number, line in enumerate((HERE / "guard.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            match = re.match(r"(\w+) of (\w+) at most ([0-9.]+): \S", line)
            if not match:
                raise SystemExit(f"guard.txt:{number}: expected 'OPERATION of OPERATION at most RATIO: reason'")
            found.append((match[1], match[2], float(match[3])))
    return found


def instructions(program, operation, folder):
    count = COUNTS.get(operation, COUNT)
    out = Path(folder) / operation
    done = subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={out}", "-q",
                           program, operation, str(count)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{operation}: {done.stderr.strip()}")
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE).group(1)) / count


def main():
    rules, passed = bounds(), True
    with tempfile.TemporaryDirectory(prefix="certwire-guard-") as folder:
        taken = {name: instructions(sys.argv[1], name, folder) for rule in rules for name in rule[:2]}
    for operation, limit, most in rules:
        ratio = taken[operation] / taken[limit]
        fine = 0 < ratio <= most
        passed = passed and fine
        print(f"{'ok  ' if fine else 'OVER'} {operation:<14} {taken[operation]:>10.0f} instructions, {ratio:.4f} of {limit}"
              f" ({taken[limit]:.0f}); at most {most}")
    if not passed:
        raise SystemExit("an operation costs more than its bound in tests/bench/guard.txt allows: find out why, "
                         "or give the bound a new reason")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: guard.py BENCH_GUARD")
    main()
