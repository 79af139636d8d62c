#!/usr/bin/python3
"""Puts what scripts/bench.sh measured into docs/performance.md: report.py FILE.json. Each row of figures has a place in
the page, between <!-- row NAME --> and <!-- end -->; its bars become docs/performance-NAME.svg.
"""

import html
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
BAR, ROW, LEFT, WIDTH = 14, 24, 330, 860


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def table(name, row):
    lines = [f"*{row['at']}, {row['machine']['processors']} processors ({row['machine']['processor']}), load "
             f"{row['machine']['load']:.1f} at the end*", "", "| | median | least to most | of the limit |", "|---|---|---|---|"]
    for f in row["figures"]:
        spread = f"{number(f['min'])} to {number(f['max'])}" if "min" in f else ""
        ratio = f"**{f['ratio']:.2f}** of {f['limit']} ({f['ratio_min']:.2f} to {f['ratio_max']:.2f})" if "ratio" in f else ""
        lines.append(f"| {f['name']} | {number(f['median'])} {f['unit']} | {spread} | {ratio} |")
    return "\n".join([*lines, "", f"![{row['title']}](performance-{name}.svg)"])


def svg(row):
    """Bars of the figures that share the first one's unit, each with its number: nothing is told by colour alone."""
    unit = row["figures"][0]["unit"]
    shown = [f for f in row["figures"] if f["unit"] == unit]
    most = max(f["median"] for f in shown) or 1
    height = ROW * len(shown) + 40
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
             f'role="img" font-family="sans-serif" font-size="12"><title>{html.escape(row["title"])}</title>'
             '<style>text{fill:#222}.b{fill:#33658a}.l{fill:#86a8bf}@media(prefers-color-scheme:dark)'
             '{text{fill:#ddd}.b{fill:#7fb3d5}.l{fill:#4d6b80}}</style>',
             f'<text x="4" y="16" font-weight="bold">{html.escape(row["title"])} ({html.escape(unit)})</text>']
    for i, f in enumerate(shown):
        y = 30 + ROW * i
        width = (WIDTH - LEFT - 80) * f["median"] / most
        kind = "b" if f["name"].startswith("certwire") else "l"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{html.escape(f["name"])}</text>'
                     f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}"/>'
                     f'<text x="{LEFT + width + 6:.1f}" y="{y + 11}">{number(f["median"])}</text>')
    return "\n".join([*parts, "</svg>", ""])


def plans(row):
    """How PostgreSQL answers, as auto_explain tells it."""
    lines = [f"# {row['title']}: the plans", "", f"*{row['at']}; rows and buffers are of one warm run.*"]
    for name, text in row["plans"].items():
        lines += ["", f"## {name[:1].upper()}{name[1:]}", "", *(f"    {line}".rstrip() for line in text.strip().splitlines())]
    return "\n".join([*lines, ""])


def main():
    page = DOCS / "performance.md"
    text = page.read_text(encoding="utf-8")
    for name, row in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["rows"].items():
        place = re.compile(rf"(<!-- row {name} -->\n)(?:(?!<!--).*\n)*(<!-- end -->)")
        if not place.search(text):
            raise SystemExit(f"{page} has no place for the row {name}")
        text = place.sub(lambda m, n=name, r=row: m[1] + table(n, r) + "\n" + m[2], text)
        (DOCS / f"performance-{name}.svg").write_text(svg(row), encoding="utf-8")
        if "plans" in row:
            (DOCS / "performance-plans.md").write_text(plans(row), encoding="utf-8")
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: report.py FILE.json")
    main()
