"""From the COMMIT of a suspension to the closed socket."""

import statistics

from contenders import TOPIC, Certwire, key_of, load, peer
from waiting import wait_for

CLIENTS, READERS, CUTS, ALL = 1000, 100, 60, 900
MANY = 100000


def measure(folder, rounds):
    ours, many = Certwire(folder, CLIENTS), Certwire(folder, MANY, reload_interval=10)
    try:
        ours.start()
        figures = one_by_one(ours, rounds, 0, "nobody is served meanwhile")
        figures += one_by_one(ours, rounds, READERS, f"a fan-out of 32 KiB to {READERS} goes on")
        many.start()
        figures += one_by_one(many, rounds, 0, f"{MANY} units, all copied anew every 10 s")
        told = [at_once(ours) for _ in range(rounds)]
        figures += [line(f"{ALL} units suspended in one statement: the last is cut after", (t["seconds"][0] for t in told)),
                    line("the longest answer to a ping meanwhile", (t["longest_ping_s"] for t in told))]
    finally:
        ours.close()
        many.close()
    return {"title": f"Revocation: {CLIENTS} units connected, COMMIT to closed socket", "figures": figures}


def line(name, seconds):
    found = sorted(s * 1e3 for s in seconds)
    return {"name": name, "unit": "ms", "median": statistics.median(found), "min": found[0], "max": found[-1]}


def one_by_one(ours, rounds, readers, what):
    seconds, pings = [], []
    for _ in range(rounds):
        told = cut(ours, readers, CUTS // rounds)
        seconds += told["seconds"]
        pings.append(told["longest_ping_s"])
    seconds.sort()
    p99 = seconds[int(len(seconds) * .99)]
    return [line(f"{what}: {len(seconds)} cuts", seconds), line(f"{what}: the 99th of 100", [p99]),
            line(f"{what}: the longest answer to a ping", pings)]


def cut(ours, readers, cuts, **options):
    told = load(ours, "cut", clients=CLIENTS, readers=readers, cuts=cuts, topic=TOPIC, dsn=ours.dsn("admin_li"), **options)
    ours.gate.sql(f"SELECT count(certwire.reinstate_unit('unit-' || {CLIENTS} - i, 'x')) FROM generate_series(1, {cuts}) i")
    # A right that the broker hears of later would cut who connects in the next turn.
    for unit in (CLIENTS - 1, CLIENTS - cuts):
        wait_for(lambda u=unit: may_receive(ours.gate, f"unit-{u}"), f"unit-{unit} to have its rights back", 60)
    return told


def may_receive(gate, unit):
    wire = gate.attempt(peer.Device(unit, "d1", key_of(f"{unit}.d1")))
    try:
        return wire.ask_for(f"certwire/v1/unit/{unit}/offer") == [1]
    finally:
        wire.close()


def at_once(ours):
    return cut(ours, 0, ALL, **{"at-once": True})
