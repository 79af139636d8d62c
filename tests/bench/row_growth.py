"""How the broker's costs grow with the units that are connected: 100, 1,000, 10,000 on one broker."""

from rounds import figure, take_turns
from contenders import TOPIC, Bare, Certwire, load

UNITS = (100, 1000, 10000)
DELIVERIES = 100000
SMALL = 100


def measure(folder, rounds):
    figures = []
    for units in UNITS:
        place = folder / str(units)
        place.mkdir()
        place.chmod(0o711)
        bare, ours = contenders = [Bare(place), Certwire(place, units)]
        try:
            for contender in contenders:
                contender.start()
            empty = {c.name: c.resident() for c in contenders}
            found = take_turns(contenders, rounds, lambda c, n=units: once(c, n))
        finally:
            for contender in contenders:
                contender.close()
        told = {name: [each(t, units, empty[name]) for t in turns] for name, turns in found.items()}
        for place, (what, unit) in enumerate(WHAT):
            base, own = ([t[place] for t in told[c.name]] for c in contenders)
            figures += [figure(f"bare, {units:,} units: {what}", unit, base),
                        figure(f"certwire, {units:,} units: {what}", unit, own, (f"bare, {units:,}", base))]
        figures.append(figure(f"certwire, {units:,} units: memory before anybody connects", "MiB", [empty[ours.name] / 2**20]))
    return {"title": "Growth: 100, 1,000 and 10,000 units connected to one broker", "figures": figures}


WHAT = (("a delivery of 100 bytes", "us"), ("a connect and its subscription", "us"), ("memory a connection", "bytes"))


def once(contender, units):
    return load(contender, "fan", clients=units, messages=DELIVERIES // units, size=SMALL, topic=TOPIC, window=8)


def each(told, units, empty):
    return (told["cpu_s"] * 1e6 / told["deliveries"], told["connect_cpu_s"] * 1e6 / units,
            max(told["resident_bytes"] - empty, 0) / units)
