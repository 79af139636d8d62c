"""A large document, as parts, to many."""

from rounds import figure, take_turns
from contenders import TOPIC, Bare, Certwire, load

PART, PARTS, SIZES = 32768, 32, (200, 1000)


def measure(folder, rounds):
    contenders = [Bare(folder), Bare(folder, "bare again"), Certwire(folder, 1000)]
    figures = []
    try:
        for contender in contenders:
            contender.start()
        for clients in SIZES:
            found = take_turns(contenders, rounds, lambda c, n=clients: load(
                c, "fan", clients=n, messages=PARTS, size=PART, topic=TOPIC, window=1, ping=True))
            rates = {name: [t["deliveries"] * PART / 1e6 / t["cpu_s"] for t in told] for name, told in found.items()}
            pings = {name: [t["longest_ping_s"] * 1e3 for t in told] for name, told in found.items()}
            limit = ("bare", rates["bare"])
            for c in contenders:
                figures.append(figure(f"{c.name}, to {clients}", "MB per CPU second", rates[c.name],
                                      None if c.name == "bare" else limit))
            figures += [figure(f"{c.name}, to {clients}: longest turn (a ping's answer)", "ms", pings[c.name])
                        for c in contenders if c.name != "bare again"]
    finally:
        for contender in contenders:
            contender.close()
    return {"title": "Fan-out, parts: 1 MiB as 32 parts of 32 KiB", "figures": figures}
