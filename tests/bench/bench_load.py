"""What the broker's copy of many units costs: the first copy, a change of one unit, a reload. Prints
seconds; asserts nothing. Usage: CERTWIRE_BUILD=... python3 bench_load.py [UNITS]"""

import os
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "broker"), str(TESTS / "lib"), str(TESTS / "peer")]

import certwire_peer as peer  # noqa: E402
from gate import YEAR, Gate  # noqa: E402
from ports import accepts  # noqa: E402
from waiting import wait_for  # noqa: E402

FILL = """
COPY filling FROM STDIN;
{rows}\\.
INSERT INTO certwire.unit (id, name) SELECT unit, unit FROM filling;
INSERT INTO certwire.membership (unit, term, level, region, since, reason)
    SELECT unit, 4, 'provincial', '110000', now() - interval '1 hour', 'x' FROM filling;
INSERT INTO certwire.standing (unit, since, standing, reason)
    SELECT unit, now() - interval '1 hour', 'good', 'x' FROM filling;
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at,
        certified_by)
    SELECT unit, 'd1', 'a.b.c', jws, kid, now(), now() + interval '1 year', now(), 'x' FROM filling;
"""


class FullGate(Gate):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def start(self, replace=()):
        self.sql("SELECT count(certwire.set_policy(c.id, 'x', levels => '{provincial}')) "
                 "FROM certwire.channel c")
        started = time.monotonic()
        self.fill()
        self.cluster.sql("ANALYZE")
        tell("filling the database", started)
        started = time.monotonic()
        self.write_conf(replace)
        self.broker.start()
        wait_for(lambda: accepts(self.port) or not self.broker.running(), "the broker", 600)
        tell("from the broker's start to its port", started)

    def fill(self):
        now, rows = int(time.time()), []
        for i in range(self.units):
            key = peer.Key.generate()
            jws = peer.jws_sign("certwire-device+jws", self.registrar, {
                "v": 1, "unit": f"unit-{i}", "device": "d1", "public": peer.b64(key.public),
                "not_before": now - 60, "not_after": now + YEAR, "serial": os.urandom(16).hex()})
            rows.append(f"unit-{i}\t{jws}\t{key.kid}\n")
        self.cluster.sql("CREATE TEMP TABLE filling (unit text, jws text, kid text);"
                         + FILL.format(rows="".join(rows)))


def tell(what, started):
    print(f"{what:<48} {time.monotonic() - started:8.3f} s", flush=True)


def query(gate, what, text):
    started = time.monotonic()
    gate.cluster.sql(text, "broker_a")
    tell(what, started)


def connect(gate, device):
    """A wire with all rights: the copy has heard of what happened last."""
    def attempt():
        wire = gate.connect_when_known(device)
        try:
            return wire if wire.subscribe("certwire/v1/channel/weekly") == [1] else None
        except AssertionError:
            return None  # cut, because its rights came back just then
    return wait_for(attempt, "full rights")


def main():
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    with FullGate(units, reload_interval="10\nplugin_opt_start_timeout 600") as gate:
        query(gate, "copy_version (and psql's own start)",
              "SELECT count(*) FROM certwire.copy_version()")
        query(gate, "copy_units of one",
              "SELECT count(*) FROM certwire.copy_units('{unit-77}')")
        query(gate, "copy_units of 500", "SELECT count(*) FROM certwire.copy_units("
              "(SELECT array_agg('unit-' || i) FROM generate_series(1, 500) i))")
        query(gate, "copy_units of all", "SELECT count(*) FROM certwire.copy_units()")
        device = gate.admit("newcomer")
        wire = connect(gate, device)
        times = []
        for _ in range(20):
            gate.sql("SELECT certwire.suspend_unit('newcomer', 'x')")
            started = time.monotonic()
            wire.wait_closed()
            times.append(time.monotonic() - started)
            gate.sql("SELECT certwire.reinstate_unit('newcomer', 'x')")
            wire = connect(gate, device)
        print("from a suspension's COMMIT (psql's end) to the cut, 20 times, reloads between: "
              f"mean {sum(times) / 20:.3f} s, worst {max(times):.3f} s")
        pings = []
        end = time.monotonic() + 15
        while time.monotonic() < end:
            pings.append(wire.ping())
            time.sleep(0.005)
        print(f"pings during reloads: worst {max(pings):.3f} s of {len(pings)}")
        rss = Path(f"/proc/{gate.broker.pid}/status").read_text().split("VmRSS:")[1].split()[0]
        print(f"the broker's memory: {int(rss) // 1024} MiB")
        print(gate.broker.log_tail())


if __name__ == "__main__":
    main()
