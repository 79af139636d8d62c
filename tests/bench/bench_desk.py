#!/usr/bin/python3
"""How fast the editors' tool answers with many units and publications: bench_desk.py [--keep FOLDER] [UNITS [PUBLICATIONS]].

A private PostgreSQL is filled by SQL, past its triggers; then `certwire list`, `status` and `board` for the last
quarter are run, three times each. --keep leaves the database running in FOLDER, an empty one (pg_ctl ends it).
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
BIN = Path(os.environ.get("CERTWIRE_BUILD") or TESTS.parent / "build/release").resolve() / "bin"

FILL = r"""
SET session_replication_role = replica;
INSERT INTO certwire.keyset (version, jws, digest, issued_at, expires_at) VALUES (1, 'a.b.c', sha256('k'), now(), now() + interval '1 year');
INSERT INTO certwire.unit (id, name) SELECT 'unit' || i, '单位' || i || '（有限公司）' FROM generate_series(1, :units) i;
INSERT INTO certwire.standing (unit, since, standing, reason) SELECT id, now() - interval '2 years', 'good', '准入' FROM certwire.unit;
INSERT INTO certwire.contact (unit, role, name, phone, put_by) SELECT id, 'fixed', '值班室', '010-82990000', 'x' FROM certwire.unit;
INSERT INTO certwire.entitlement (effect, unit, channel, since) SELECT 'grant', id, 'weekly', now() - interval '2 years' FROM certwire.unit;
-- One a day or so, over the last three hundred weeks' worth of days; the newest 90 days are the quarter.
INSERT INTO certwire.publication (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience, audience_digest,
		drafted_by, drafted_at, drafted_keyset, approvals_needed, approved_at, issue_requested_by, issue_requested_at, issued_at, keyset, issued_version)
	SELECT md5(i::text), 'publish', (ARRAY['weekly', 'monthly', 'opportunity', 'seminar'])[1 + i % 4], '2026-' || i, 'issued', sha256(i::text::bytea),
		sha256('b'), decode(repeat('00', 24), 'hex'), 2, '{"v":1,"rule":"entitled"}', sha256('r'), 'x', t, 1, 2, t, 'x', t, t, 1, 1
	FROM (SELECT i, now() - i * interval '1 day' - interval '1 hour' AS t FROM generate_series(1, :publications) i) p;
INSERT INTO certwire.delivery (publication, unit, epoch, number, state, to_seal, offers, next_offer_at, stored_at, opened_at)
	SELECT p.id, u.id, 1, row_number() OVER (PARTITION BY u.id ORDER BY p.issued_at), CASE WHEN owed THEN 'owed' ELSE 'settled' END, false, 1, now(),
		CASE WHEN NOT owed THEN p.issued_at + h % 7200 * interval '1 second' END, CASE WHEN NOT owed AND h % 3 = 0 THEN p.issued_at + interval '1 day' END
	FROM certwire.publication p CROSS JOIN certwire.unit u
	CROSS JOIN LATERAL (SELECT abs(hashtext(p.id || u.id)) AS h) x CROSS JOIN LATERAL (SELECT h % 200 = 0 AS owed) y
	ORDER BY p.issued_at, u.id; -- as issues write them
RESET session_replication_role;
SELECT certwire.recount();
"""


def run(*command, env, **options):
    return subprocess.run([str(word) for word in command], env=env, check=True, capture_output=True, text=True, **options)


def fill(folder, env, units, publications):
    run(BIN / "certwire-db", "migrate", env={**env, "PGUSER": "postgres"})
    owner = {**env, "PGUSER": "postgres"}
    run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", env=owner, input="CREATE ROLE bench LOGIN IN ROLE certwire_editor")
    began = time.monotonic()
    run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"units={units}", "-v", f"publications={publications}", "-f", "-",
        env=owner, input=FILL)
    run("psql", "-XqAt", "-c", "VACUUM (FREEZE, ANALYZE)", env=owner)
    print(f"filled: {units} units, {publications} publications, {units * publications} deliveries in {time.monotonic() - began:.0f} s",
          flush=True)
    return owner


def measure(env, name, *args):
    times = []
    for _ in range(3):
        began = time.monotonic()
        said = run(BIN / "certwire", *args, "--dsn", "user=bench", env=env)
        times.append(time.monotonic() - began)
    print(f"{name:28} {min(times):6.2f} s best, {max(times):6.2f} s worst, {len(said.stdout) // 1024} KiB", flush=True)


def main(units, publications, keep):
    folder = Path(keep or tempfile.mkdtemp(prefix="certwire-bench-"))
    folder.chmod(0o711)
    cluster = folder / "pg"
    env = {**os.environ, "PGHOST": str(cluster), "PGPORT": "5432", "PGDATABASE": "postgres", "HOME": str(folder)}
    pg = lambda act: subprocess.run(["sh", "-c", f'. "$0"; {act} "$1"', TESTS / "lib/pg.sh", cluster], check=True)
    pg("pg_start")
    try:
        owner = fill(folder, env, units, publications)
        newest = run("psql", "-XqAt", "-c", "SELECT id FROM certwire.publication ORDER BY issued_at DESC LIMIT 1", env=owner).stdout.strip()
        day = time.strftime("%Y-%m-%d", time.localtime(time.time() - 90 * 86400))
        measure(env, "list", "list")
        measure(env, "list --before", "list", "--before", newest)
        measure(env, "list --limit 1000", "list", "--limit", "1000")
        measure(env, "status", "status", newest)
        measure(env, "status --json", "status", newest, "--json")
        measure(env, "board, a quarter", "board", "--from", day)
        measure(env, "board --csv, a quarter", "board", "--from", day, "--csv")
        measure(env, "board --html, a quarter", "board", "--from", day, "--html", folder / "board.html")
        print(f"page: {(folder / 'board.html').stat().st_size // 1024} KiB")
    finally:
        if not keep:
            pg("pg_stop")
            subprocess.run(["rm", "-rf", folder], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("units", nargs="?", type=int, default=10000)
    parser.add_argument("publications", nargs="?", type=int, default=1000)
    told = parser.parse_args()
    main(told.units, told.publications, told.keep)
