"""Small messages to many: what a delivery costs the broker."""

from rounds import figure, take_turns
from contenders import TOPIC, Bare, Certwire, DynamicSecurity, PasswordFile, Query, load

CLIENTS, MESSAGES, QUERY_MESSAGES = 500, 120, 6


def measure(folder, rounds):
    contenders = [Bare(folder), Bare(folder, "bare again"), PasswordFile(folder, 1000), DynamicSecurity(folder, 1000),
                  DynamicSecurity(folder, 1000, 1000), Query(folder, 1000), Certwire(folder, 1000), Certwire(folder, 100000)]
    try:
        for contender in contenders:
            contender.start()
        found = take_turns(contenders, rounds, once)
    finally:
        for contender in contenders:
            contender.close()
    limit = ("bare", found["bare"])
    return {"title": f"Fan-out, small: 100 bytes to {CLIENTS} units, QoS 1: broker CPU a delivery",
            "figures": [figure(c.name, "us", found[c.name], None if c.name == "bare" else limit) for c in contenders]}


def once(contender):
    slow = isinstance(contender, Query)
    more = ("--pid", contender.backend) if slow else ()
    told = load(contender, "fan", *more, clients=CLIENTS, messages=QUERY_MESSAGES if slow else MESSAGES, size=100,
                topic=TOPIC, window=8)
    return told["cpu_s"] * 1e6 / told["deliveries"]
