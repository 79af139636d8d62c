"""The broker's copy of the entitlements."""

import subprocess
import time

from rounds import figure
from contenders import BUILD, Certwire

UNITS = 100000


def measure(folder, rounds):
    few, many = Certwire(folder, 1000), Certwire(folder, UNITS)
    starts, sizes = [], []
    try:
        few.start()
        many.start()
        for _ in range(rounds):
            many.stop()
            began = time.monotonic()
            many.start()
            starts.append(time.monotonic() - began)
            sizes.append((many.resident() - few.resident()) / (UNITS - 1000))
    finally:
        few.close()
        many.close()
    gate = subprocess.run([BUILD / "tests/bench_gate"], check=True, capture_output=True, text=True).stdout
    inside = []
    for line in gate.splitlines():
        name, _, number = line.removesuffix(" ns").rpartition(" ")
        if line.endswith(" ns"):
            inside.append({"name": f"on the loop: {name.strip()}", "unit": "ns", "median": float(number)})
    return {"title": f"The copy of {UNITS} units, four channels each",
            "figures": [figure("start with an empty copy, to the open port", "s", starts),
                        figure("memory, of the whole broker", "bytes a unit", sizes), *inside]}
