"""How long a callback of the plugins may hold the broker's loop, whatever PostgreSQL does."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import row_revocation
from contenders import BUILD, TOPIC, Certwire, load
from rounds import figure

UNITS, MANY, FROZEN_S, CUT = 1000, 100000, 30, 900
EVENTS = {1: "reload", 2: "ACL check", 3: "connect", 7: "message", 9: "tick", 10: "disconnect"}
PLUGIN = rf"plugin {BUILD}/lib/(certwire_\w+)\.so"


class Timed(Certwire):
    """With a clock between broker and plugins (load/timed.c)."""

    def __init__(self, folder, units, **options):
        super().__init__(folder, units, **options)
        self.told = self.gate.folder / "timed"

    def start(self):
        if not self.started:
            self.gate.open()
            self.started = True
            conf, count = re.subn(PLUGIN, rf"plugin {BUILD}/tests/\1_timed.so", self.gate.conf.read_text())
            assert count == 2, "the configuration loads other plugins"
            self.gate.conf.write_text(conf)
            self.process.env["CERTWIRE_TIMED"] = str(self.told)
        super().start()

    def longest(self):
        """Of each event since the start, in milliseconds: the longest call by the clock, and in CPU time. Ends the broker."""
        self.stop()
        found = {}
        for line in self.told.read_text().splitlines():
            event, *longest, count = map(int, line.split())
            if count:
                before = found.get(EVENTS[event], (0, 0))
                found[EVENTS[event]] = tuple(max(a, b / 1e6) for a, b in zip(before, longest))
        self.told.unlink()
        return found


def measure(folder, rounds):
    figures = []
    few = Timed(folder, UNITS)
    try:
        for what, do in (("PostgreSQL frozen for 30 s", frozen), ("PostgreSQL slow", slow), (f"{CUT} units cut at once", cut)):
            figures += lines(what, [once(few, do) for _ in range(rounds)])
    finally:
        few.close()
    many = Timed(folder, MANY, reload_interval=10)
    try:
        figures += lines(f"copy of {MANY} units reloading", [once(many, reloading) for _ in range(rounds)])
    finally:
        many.close()
    return {"title": f"No stall: the longest time a callback of the plugins holds the loop, {UNITS} units connected", "figures": figures}


def once(ours, do):
    """The longest of everything in one life of the broker, in milliseconds."""
    ours.start()
    told = do(ours)
    found = {f"the longest {name}{of}": ms[i] for name, ms in sorted(ours.longest().items())
             for i, of in enumerate((", by the clock", ", in CPU time"))}
    return found | {"the longest answer to a ping": told["longest_ping_s"] * 1e3}


def lines(what, turns):
    names = dict.fromkeys(name for turn in turns for name in turn)
    return [figure(f"{what}: {name}", "ms", [turn.get(name, 0) for turn in turns]) for name in names]


def served(ours, seconds):
    """A fan-out to all of them, one message after the other, for about so long; somebody pings all the time."""
    messages = max(100, seconds * 40)
    return load(ours, "fan", clients=UNITS, messages=messages, size=100, topic=TOPIC, window=1, ping=True)


def beside(ours, act):
    with ThreadPoolExecutor(1) as pool:
        load_underway = pool.submit(served, ours, FROZEN_S)
        time.sleep(3)  # until they are connected
        act()
        return load_underway.result()


def frozen(ours):
    def freeze():
        ours.gate.cluster.freeze()
        time.sleep(FROZEN_S)
        ours.gate.cluster.thaw()
    return beside(ours, freeze)


def slow(ours):
    """It answers for 50 ms of each half second."""
    def stutter():
        for _ in range(2 * FROZEN_S):
            ours.gate.cluster.freeze()
            time.sleep(.45)
            ours.gate.cluster.thaw()
            time.sleep(.05)
    return beside(ours, stutter)


def cut(ours):
    return row_revocation.cut(ours, 0, CUT, **{"at-once": True})


def reloading(ours):
    return served(ours, FROZEN_S)
