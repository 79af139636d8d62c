"""What people ask of a large ledger, in PostgreSQL itself: 10,000 units, 1,000 publications, 10 million deliveries."""

import re
import subprocess
import time

import bench_desk
from contenders import Cluster, Process, BUILD
from rounds import figure

UNITS, PUBLICATIONS = 10000, 1000
NEWEST = "SELECT id FROM certwire.publication ORDER BY issued_at DESC LIMIT 1"
OLD = "SELECT id FROM certwire.publication ORDER BY issued_at OFFSET 10 LIMIT 1"
ASKED = {
    "status of the newest publication": ("editor", "SELECT * FROM certwire.publication_status('{newest}')"),
    "status of an old one": ("editor", "SELECT * FROM certwire.publication_status('{old}')"),
    "audience of a channel": ("editor", "SELECT * FROM certwire.audience('weekly')"),
    "why, of a unit": ("admin", f"SELECT * FROM certwire.why('unit{UNITS // 2}', 'weekly')"),
}
EXPLAIN = """LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET auto_explain.log_timing = off;
SET client_min_messages = log;
"""


def measure(folder, rounds):
    cluster = Cluster(folder / "pg", folder)
    try:
        cluster.create()
        Process("migrate", [BUILD / "bin/certwire-db", "migrate", "--dsn", cluster.dsn("postgres")], folder).start().ended()
        for login in ("editor", "admin"):
            cluster.sql(f"CREATE ROLE {login} LOGIN IN ROLE certwire_{login}")
        began = time.monotonic()
        cluster.sql(bench_desk.FILL, units=UNITS, publications=PUBLICATIONS)
        cluster.sql("VACUUM (FREEZE, ANALYZE)")
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
        ids = {"newest": cluster.value(NEWEST), "old": cluster.value(OLD)}
        asked = {name: (login, sql.format(**ids)) for name, (login, sql) in ASKED.items()}
        figures = [figure(f"certwire: {name}", "ms", timed(cluster, login, sql, rounds)) for name, (login, sql) in asked.items()]
        for table in ("delivery", "delivery_count"):
            size = cluster.value(f"SELECT pg_total_relation_size('certwire.{table}') AS n")
            figures.append(figure(f"storage: {table}, with its indexes", "bytes a delivery", [size / (UNITS * PUBLICATIONS)]))
        plans = {name: plan(cluster, sql) for name, (_, sql) in asked.items()}
    finally:
        cluster.process.kill()
    return {"title": f"Queries over {UNITS} units and {PUBLICATIONS} publications, warm", "figures": figures, "plans": plans}


def timed(cluster, login, sql, rounds):
    """Milliseconds of each round, all rows included; the first warms up and is not kept."""
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", cluster.dsn(login)], check=False, capture_output=True, text=True,
                          input="\\timing on\n" + f"{sql} \\g /dev/null\n" * (rounds + 1))
    if done.returncode:
        raise SystemExit(f"{sql}, as {login}: {done.stderr}")
    return [float(ms) for ms in re.findall(r"^Time: ([0-9.]+) ms", done.stdout, re.MULTILINE)][1:]


def plan(cluster, sql):
    """How PostgreSQL went about it, the statements inside its functions included."""
    done = subprocess.run(["psql", "-XqAt", cluster.dsn("postgres")], check=True, capture_output=True, text=True,
                          input=f"{EXPLAIN}{sql} \\g /dev/null\n")
    return re.sub(r"^LOG: +duration: .*  plan:\n", "", done.stderr, flags=re.MULTILINE)
