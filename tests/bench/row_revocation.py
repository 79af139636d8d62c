"""From the COMMIT of a suspension to the closed socket."""

import statistics

from contenders import TOPIC, Certwire, load

CLIENTS, READERS, CUTS = 1000, 100, 60


def measure(folder, rounds):
    ours = Certwire(folder, CLIENTS)
    figures = []
    try:
        ours.start()
        for readers, what in ((0, "nobody is served meanwhile"), (READERS, f"a fan-out of 32 KiB to {READERS} goes on")):
            seconds, made = [], 0
            for turn in range(rounds):
                told = load(ours, "cut", clients=CLIENTS, readers=readers, cuts=CUTS // rounds, topic=TOPIC,
                            dsn=ours.dsn("admin_li"))
                seconds += told["seconds"]
                made += told["published"]
                restore(ours, CUTS // rounds)
            seconds.sort()
            for name, value in (("median", statistics.median(seconds)), ("99th of 100", seconds[int(len(seconds) * .99)]),
                                ("worst", seconds[-1])):
                figures.append({"name": f"{what}: {name} of {len(seconds)}", "unit": "ms", "median": value * 1e3})
    finally:
        ours.close()
    return {"title": f"Revocation: {CLIENTS} units connected, COMMIT to closed socket", "figures": figures}


def restore(ours, cuts):
    ours.gate.sql("".join(f"SELECT count(certwire.reinstate_unit('unit-{CLIENTS - 1 - i}', 'x'));" for i in range(cuts)))
