"""What it costs the dispatcher to issue to many: entries, grants and offers."""

from contenders import load
from rounds import figure
from service import MIB, Service, memory, spent
from waiting import wait_for

UNITS, LARGE = 10000, 16

STORED = """SELECT (pg_total_relation_size('certwire.entry') + pg_total_relation_size('certwire.entry_signature')
    + pg_total_relation_size('certwire.delivery') + pg_total_relation_size('certwire.delivery_grant'))::float
    / (SELECT count(*) FROM certwire.delivery) AS n"""


def measure(folder, rounds):
    service = Service(folder, UNITS)
    ours, theirs, alone, memories = [], [], [], []
    try:
        service.start()
        # They are there, as another broker says; ours finds that nobody has subscribed.
        service.cluster.sql("SELECT certwire.put_presence('elsewhere', array_agg(id), array_agg('d1'::text), array_agg(true)) "
                            "FROM certwire.unit", "postgres")
        idle = memory(service.process.pid, "VmRSS")
        for turn in range(rounds + 1):
            told = load(service.ours, "verify")
            cpu, database = issue(service, MIB)
            if turn:
                ours.append(cpu * 1e6 / service.all)
                theirs.append(database * 1e6 / service.all)
                alone.append((told["seal_s"] + told["sign_s"]) * 1e6)
                memories.append(memory(service.process.pid, "VmHWM"))
        service.cluster.sql("VACUUM ANALYZE")
        stored = service.cluster.value(STORED)
        issue(service, LARGE * MIB)
        large = memory(service.process.pid, "VmHWM")
    finally:
        service.close()
    limit = "libsodium's sealed box and signature, in operations a CPU second"
    ratios = figure(limit, "", [1 / n for n in ours], (limit, [1 / n for n in alone]))
    first = figure("certwire: the dispatcher", "us an entry, grant and offer", ours)
    first |= {key: ratios[key] for key in ("limit", "ratio", "ratio_min", "ratio_max")}
    return {"title": f"Issue of 1 MiB to {UNITS} units", "figures": [
        first, figure("libsodium: one sealed box and one signature", "us an entry, grant and offer", alone),
        figure("the dispatcher's session in PostgreSQL", "us an entry, grant and offer", theirs),
        figure("memory of the dispatcher, before the first", "MiB", [idle / 2**20]),
        figure("memory of the dispatcher at most, 1 MiB", "MiB", [n / 2**20 for n in memories]),
        figure(f"memory of the dispatcher at most, {LARGE} MiB", "MiB", [large / 2**20]),
        figure("storage: entry, signature, delivery and grant with their indexes", "bytes a delivery", [stored])]}


def session(service):
    return service.cluster.value("SELECT pid AS n FROM pg_stat_activity WHERE application_name = 'certwire-dispatch'")


def issue(service, size):
    """CPU seconds of the dispatcher and of its session, until every unit was offered it."""
    publication = service.draft(size)
    backend = session(service)
    before = spent(service.process.pid), spent(backend)
    service.issue(publication)
    wait_for(lambda: service.cluster.value("SELECT count(*) = :n AS n FROM certwire.delivery WHERE publication = :'p' AND offers > 0",
                                           n=service.all, p=publication),
             lambda: f"the offers:\n{service.process.log_tail()}", 600)
    return spent(service.process.pid) - before[0], spent(backend) - before[1]
