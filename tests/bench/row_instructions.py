"""User instructions a delivery on the broker's one thread, by callgrind: steadier than any clock."""

import re
import shutil

from rounds import figure
from contenders import TOPIC, Bare, Certwire, load

CLIENTS, FEW, MANY = 50, 20, 120
UNITS = 1000


def measure(folder, rounds):
    if not shutil.which("valgrind"):
        raise SystemExit("valgrind is missing: apt-get install valgrind")
    found = {}
    for make in (Wrapped, lambda f, command: Certwire(f, UNITS, command)):
        name, counts = None, []
        for messages in (FEW, MANY):
            place = folder / f"{len(found)}-{messages}"
            place.mkdir()
            out = place / "callgrind.out"
            contender = make(place, ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={out}", "-q"])
            name = contender.name
            try:
                contender.start()
                load(contender, "fan", clients=CLIENTS, messages=messages, size=100, topic=TOPIC, window=8)
                contender.stop()
            finally:
                contender.close()
            counts.append(int(re.search(r"^totals: (\d+)", (place / "callgrind.out-01").read_text(), re.MULTILINE).group(1)))
        found[name] = (counts[1] - counts[0]) / ((MANY - FEW) * CLIENTS)
    names = list(found)
    return {"title": f"User instructions a delivery of 100 bytes, QoS 1, {CLIENTS} units a message (callgrind)",
            "figures": [figure(names[0], "instructions", [found[names[0]]]),
                        figure(names[1], "instructions", [found[names[1]]], (names[0], [found[names[0]]]))]}


class Wrapped(Bare):
    def __init__(self, folder, command):
        self.wrapped = command
        super().__init__(folder)

    def command(self):
        return [*self.wrapped, *super().command()]
