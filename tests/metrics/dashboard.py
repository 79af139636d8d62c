"""Each query of the dashboard is PromQL, by promtool; its legend names only what the query keeps; and a wrong query
would be found. What the metrics and labels are in truth, tests/scenario/test_metrics.py asks a dispatcher."""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from dashboard import Query, as_rules, queries  # noqa: E402


def wrong(asked):
    """What is wrong with these, as promtool says it; nothing: all are right."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as rules:
        rules.write(as_rules(asked))
        rules.flush()
        done = subprocess.run(["promtool", "check", "rules", rules.name], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


found = queries()
said = wrong(found)
assert not said, said
for broken in ("max by (le certwire_x)", "rate(certwire_x)", "histogram_quantile(certwire_x)"):
    assert wrong([*found, Query("broken", broken, "")]), f"promtool takes '{broken}'"
for query in found:
    assert query.shown() <= query.kept(), f"{query.panel}: the legend names {query.shown() - query.kept()}"
print(f"{len(found)} queries")
