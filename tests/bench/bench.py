#!/usr/bin/python3
"""Certwire beside the alternatives: scripts/bench.sh runs this. One file a row: row_*.py.

Each row starts its contenders, takes them in turn for some rounds, and tells medians with their minimum and
maximum, and the ratio to the contender that is the limit. --json keeps what was measured; docs/performance.md
is written from it by report.py.
"""

import argparse
import importlib
import json
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

ROWS = ("fan_small", "fan_parts", "instructions", "storm", "revocation", "no_stall", "receipts", "issue", "whole", "catch_up",
        "queries", "copy", "growth", "client")


def machine():
    model = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {"processor": model[0] if model else platform.machine(), "processors": os.cpu_count(), "memory_mib": memory,
            "kernel": platform.release(), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description=__doc__.split("\n\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"what to measure: {', '.join(ROWS)} (all)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender has its turn (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured; rows that FILE has are kept")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    kept = json.loads(options.json.read_text()) if options.json and options.json.exists() else {"rows": {}}
    for name in options.rows or ROWS:
        folder = Path(tempfile.mkdtemp(prefix="certwire-bench-"))
        folder.chmod(0o711)
        try:
            began = time.time()
            row = importlib.import_module(f"row_{name}").measure(folder, options.rounds)
            row["machine"], row["seconds"], row["at"] = machine(), round(time.time() - began), time.strftime("%Y-%m-%d")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(table(row), flush=True)
        kept["rows"][name] = row
        if options.json:
            options.json.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def table(row):
    """The row as text."""
    lines = [f"\n{row['title']}"]
    for figure in row["figures"]:
        of = f"  {figure['ratio']:.3f} of {figure['limit']}" if "ratio" in figure else ""
        spread = f" ({figure['min']:.4g} to {figure['max']:.4g})" if "min" in figure else ""
        lines.append(f"  {figure['name']:<52} {figure['median']:>10.4g} {figure['unit']}{spread}{of}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
