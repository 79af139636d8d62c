"""The Grafana dashboard that packaging/ ships, as far as Prometheus is asked by it."""

import json
import re
from dataclasses import dataclass

from programs import ROOT

DASHBOARD = ROOT / "packaging/prometheus/certwire-dashboard.json"
RULES = "groups:\n  - name: dashboard\n    rules:\n"
SELECTOR = re.compile(r"\b(certwire_[a-z_]+)\b(?:\{([^}]*)\})?")


@dataclass
class Query:
    panel: str
    expr: str
    legend: str

    def selectors(self):
        """(metric, labels that it is selected by) for each place where a metric is named."""
        return [(name, re.findall(r"([a-z_]+) *[=!]", labels)) for name, labels in SELECTOR.findall(self.expr)]

    def kept(self):
        """Labels that `by (...)` keeps: what the legend may name."""
        return {word for group in re.findall(r"\bby *\(([^)]*)\)", self.expr) for word in re.findall(r"\w+", group)}

    def shown(self):
        return set(re.findall(r"\{\{ *(\w+) *\}\}", self.legend))


def queries():
    def panels(level):
        for panel in level:
            yield panel
            yield from panels(panel.get("panels", []))
    found = [Query(panel["title"], target["expr"], target.get("legendFormat", ""))
             for panel in panels(json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"])
             for target in panel.get("targets", [])]
    assert found, "the dashboard asks for nothing"
    return found


def as_rules(asked):
    """The queries as recording rules, for promtool, which checks queries in rules alone."""
    return RULES + "".join(f"      - record: dashboard:{number}\n        expr: {json.dumps(query.expr)}\n"
                           for number, query in enumerate(asked))
