"""Receipts of many units: committed by the plugin, settled by the dispatcher."""

import statistics
from pathlib import Path

from contenders import BUILD, Certwire, key_of, load, peer
from process import Process
from programs import write_conf, write_private
from rounds import figure
from waiting import wait_for

UNITS, PUBLICATIONS = 1000, 4

FILL = """
SET session_replication_role = replica;
INSERT INTO certwire.publication (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience,
        audience_digest, drafted_by, drafted_at, drafted_keyset, approvals_needed, approved_at, issue_requested_by,
        issue_requested_at, issued_at, keyset, issued_version)
    SELECT id, 'publish', 'weekly', '2026-' || n, 'issued', decode(digest, 'hex'), sha256('b'),
        decode(repeat('00', 24), 'hex'), 2, '{"v":1,"rule":"entitled"}', sha256('r'), 'x', now(), 1, 2, now(), 'x', now(), now(), 1, 1
    FROM published;
INSERT INTO certwire.delivery (publication, unit, epoch, number, state, to_seal, offers, next_offer_at)
    SELECT p.id, u.id, 1, p.n, 'owed', false, 1, now() + interval '1 day' FROM published p, certwire.unit u;
"""
EMPTY = """
SET session_replication_role = replica;
TRUNCATE certwire.receipt, certwire.receipt_item, certwire.delivery, certwire.publication CASCADE;
"""


def fill(ours):
    rows = [(n + 1, f"{n + 1:032x}") for n in range(PUBLICATIONS)]
    published = ", ".join(f"({n}, '{i}', '{peer.digest(i.encode()).hex()}')" for n, i in rows)
    ours.gate.cluster.sql(EMPTY + f"CREATE TEMP TABLE published AS SELECT * FROM (VALUES {published}) v (n, id, digest);"
                          + FILL + "SET session_replication_role = DEFAULT; SELECT certwire.recount();")


def dispatcher(ours):
    """The real one, at that broker and database."""
    gate, key = ours.gate, key_of("dispatcher.a")
    gate.cluster.sql("CREATE ROLE dispatch_a LOGIN IN ROLE certwire_dispatcher")
    gate.sql(f"SELECT count(*) FROM certwire.bind_key('{key.kid}', 'dispatch_a', 'dispatcher')")
    write_private(ours.folder / "a.key", f"certwire-key 1\nrole: dispatcher\nname: a\npublic: {peer.b64(key.public)}\n"
                  f"protection: none\nsecret: {peer.b64(key.secret[:32])}\n")
    conf = write_conf(ours.folder / "dispatch.conf", {
        "dsn": gate.cluster.dsn("dispatch_a"), "name": "a", "key": "a.key", "broker": f"127.0.0.1:{ours.port}",
        "root_fingerprint": peer.fingerprint(gate.root.public), "log_level": "error"})
    return Process("dispatcher", [BUILD / "bin/certwire-dispatch", "--config", conf], ours.folder)


def spent(pid, of=lambda thread, pid: True):
    """CPU seconds of a process's threads."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()
               if of(int(task.name), pid)) / 1e9


def beside_the_loop(thread, pid):
    return thread != pid


def measure(folder, rounds):
    ours = Certwire(folder, UNITS)
    writer, settling, alone = [], [], []
    process = None
    try:
        ours.start()
        process = dispatcher(ours)
        for _ in range(rounds + 1):
            fill(ours)
            verify = load(ours, "verify")["verify_s"]
            process.start()
            before = spent(ours.pid, beside_the_loop)
            told = load(ours, "receipts", clients=UNITS, publications=PUBLICATIONS)
            wait_for(lambda n=told["receipts"]: settled(ours) >= n, lambda: f"receipts to be settled:\n{process.log_tail()}", 300)
            settling.append(spent(process.pid) * 1e6 / told["receipts"])
            writer.append((spent(ours.pid, beside_the_loop) - before) * 1e6 / told["receipts"])
            alone.append(verify * 1e6)
            process.stop()
    finally:
        if process:
            process.kill()
        ours.close()
    both = [1 / ((w + s) / v) for w, s, v in zip(writer, settling, alone)][1:]
    return {"title": f"Receipts: {UNITS} units, {PUBLICATIONS} each, as fast as they can: CPU of writer and dispatcher",
            "figures": [figure("certwire: the plugins' threads", "us a receipt", writer[1:]),
                        figure("certwire: the dispatcher, its start included", "us a receipt", settling[1:]),
                        figure("libsodium: one verification", "us a receipt", alone[1:]),
                        {"name": "receipts a CPU second, of libsodium's verifications", "unit": "x",
                         "median": statistics.median(both), "min": min(both), "max": max(both)}]}


def settled(ours):
    return ours.gate.cluster.value("SELECT count(*) AS n FROM certwire.delivery WHERE state = 'settled'")
