"""Receipts of many units: committed by the plugin, settled by the dispatcher."""

from contenders import load, peer
from rounds import figure
from service import Service, beside_the_loop, spent
from waiting import wait_for

UNITS, PUBLICATIONS, RATE = 1000, 4, 1000

FILL = """
SET session_replication_role = replica;
DELETE FROM certwire.receipt_item;
DELETE FROM certwire.receipt;
DELETE FROM certwire.delivery;
DELETE FROM certwire.publication;
UPDATE certwire.device SET settled = 0;
INSERT INTO certwire.publication (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience,
        audience_digest, drafted_by, drafted_at, drafted_keyset, approvals_needed, approved_at, issue_requested_by,
        issue_requested_at, issued_at, keyset, issued_version)
    SELECT id, 'publish', 'weekly', '2026-' || n, 'issued', decode(digest, 'hex'), sha256('b'),
        decode(repeat('00', 24), 'hex'), 2, '{{"v":1,"rule":"entitled"}}', sha256('r'), 'x', now(), 1, 2, now(), 'x', now(), now(), 1, 1
    FROM (VALUES {published}) p (n, id, digest);
INSERT INTO certwire.delivery (publication, unit, epoch, number, state, to_seal, offers, next_offer_at)
    SELECT p.id, u.id, 1, substr(p.number, 6)::int, 'owed', false, 1, now() + interval '1 day'
    FROM certwire.publication p, certwire.unit u;
SET session_replication_role = DEFAULT;
SELECT certwire.recount();
VACUUM ANALYZE certwire.delivery, certwire.device, certwire.receipt, certwire.receipt_item;
"""

STORED = """SELECT (pg_total_relation_size('certwire.receipt') + pg_total_relation_size('certwire.receipt_item'))::float
    / (SELECT count(*) FROM certwire.receipt) AS n"""


def measure(folder, rounds):
    service = Service(folder, UNITS)
    costs = {"the plugins' threads": [], "the dispatcher": [], "PostgreSQL": []}
    alone, latencies = [], {50: [], 99: []}
    try:
        service.start()
        for turn in range(rounds + 1):
            verify = load(service.ours, "verify")["verify_s"] * 1e6
            cost = as_fast_as_they_can(service)
            timed = at_a_rate(service)
            if turn:
                alone.append(verify)
                for name in costs:
                    costs[name].append(cost[name])
                for percent in latencies:
                    latencies[percent].append(timed[f"latency_p{percent}_s"] * 1e3)
        stored = service.cluster.value(STORED)
    finally:
        service.close()
    limit = ("libsodium: one verification", alone)
    both = [w + d for w, d in zip(costs["the plugins' threads"], costs["the dispatcher"])]
    first = figure("certwire: the plugins' threads and the dispatcher", "us a receipt", both)
    # How many a CPU second, against verifications a CPU second.
    rates = figure("", "", [1 / n for n in both], (limit[0], [1 / n for n in alone]))
    first |= {key: rates[key] for key in ("limit", "ratio", "ratio_min", "ratio_max")}
    return {"title": f"Receipts: {UNITS} units, {PUBLICATIONS} each, as fast as they can", "figures": [
        first, figure(limit[0], "us a receipt", alone),
        *(figure(f"certwire: {name}", "us a receipt", values) for name, values in costs.items()),
        *(figure(f"{RATE} a second: from the receipt to the head that settles it, {percent} of 100", "ms", values)
          for percent, values in latencies.items()),
        figure("storage: a receipt with one item, with their indexes", "bytes", [stored])]}


def fill(service):
    ids = [f"{n + 1:032x}" for n in range(PUBLICATIONS)]
    published = ", ".join(f"({n + 1}, '{i}', '{peer.digest(i.encode()).hex()}')" for n, i in enumerate(ids))
    service.cluster.sql(FILL.format(published=published))


def as_fast_as_they_can(service):
    fill(service)
    before = service.cpu() | {"plugins": spent(service.ours.pid, beside_the_loop)}
    count = load(service.ours, "receipts", clients=UNITS, publications=PUBLICATIONS)["receipts"]
    wait_for(lambda: settled(service) >= count, lambda: f"receipts to be settled:\n{service.process.log_tail()}", 300)
    cost = service.since(before)
    return {"the plugins' threads": (spent(service.ours.pid, beside_the_loop) - before["plugins"]) * 1e6 / count,
            "the dispatcher": cost["dispatcher"] * 1e6 / count, "PostgreSQL": cost["PostgreSQL"] * 1e6 / count}


def at_a_rate(service):
    fill(service)
    return load(service.ours, "receipts", clients=UNITS, publications=PUBLICATIONS, rate=RATE)


def settled(service):
    return service.cluster.value("SELECT count(*) AS n FROM certwire.delivery WHERE state = 'settled'")
