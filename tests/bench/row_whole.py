"""The whole way of one publication: what the service spends from issue to the last receipt settled."""

from contenders import TOPIC, Bare, load
from rounds import figure
from service import MIB, Service, ready

UNITS, PART, PARTS = 1000, 32793, 32
# What goes to and from a unit beside the parts: an offer and a head of about this size, and a receipt.
SMALL, DOWN = 1800, 2


def measure(folder, rounds):
    bare, service = Bare(folder), Service(folder, UNITS)
    parts, alone = {}, []
    try:
        bare.start()
        service.start()
        for turn in range(rounds + 1):
            least = moved(bare) + cryptography(load(service.ours, "verify"))
            spent = published(service, turn)
            if turn:
                alone.append(least)
                for name, seconds in spent.items():
                    parts.setdefault(name, []).append(seconds)
    finally:
        bare.close()
        service.close()
    all_of_it = [sum(of_turn) for of_turn in zip(*parts.values())]
    limit = "bare Mosquitto moving the same bytes, and the cryptography alone"
    return {"title": f"The whole way: 1 MiB to {UNITS} units, issue to the last receipt settled",
            "figures": [figure("certwire: broker, dispatcher and PostgreSQL", "CPU s", all_of_it, (limit, alone)),
                        figure(limit, "CPU s", alone),
                        *(figure(f"certwire: {name} alone", "CPU s", values) for name, values in parts.items())]}


def published(service, told):
    """CPU seconds of each part of the service. Units have told so many receipts before."""
    publication = service.draft(MIB)
    units = service.units_load("--held", told, "--told", told)
    ready(units)
    before = service.cpu()
    service.issue(publication)
    service.ended(units)
    return service.since(before)


def moved(bare):
    """CPU seconds of a broker that moves as much and knows nothing."""
    return (load(bare, "fan", clients=UNITS, messages=PARTS, size=PART, topic=TOPIC, window=1)["cpu_s"]
            + load(bare, "fan", clients=UNITS, messages=DOWN, size=SMALL, topic=TOPIC, window=1)["cpu_s"]
            + load(bare, "receipts", clients=UNITS, publications=1)["cpu_s"])


def cryptography(told):
    """Of each unit: its grant and entry, its head, and its receipt twice."""
    return UNITS * (told["seal_s"] + 2 * told["sign_s"] + 2 * told["verify_s"])
