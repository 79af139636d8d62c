"""What a dispatcher serves at /metrics, fetched and taken apart."""

import re
import subprocess
import urllib.request

SAMPLE = re.compile(r'^(?P<name>[a-z_]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Page:
    """One answer: `page.value(name, label="x")`; a name is given without `certwire_`."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            found = SAMPLE.match(line)
            assert found, f"no sample: {line}"
            labels = tuple(sorted(LABEL.findall(found["labels"] or "")))
            key = (found["name"].removeprefix("certwire_"), labels)
            assert key not in self.samples, f"twice: {line}"
            self.samples[key] = float(found["value"])

    def all(self, name, **labels):
        """The values of every sample of that name that has these labels."""
        return [value for (found, has), value in self.samples.items()
                if found == name and set(labels.items()) <= set(has)]

    def value(self, name, **labels):
        """The sum of them; None when there is none."""
        values = self.all(name, **labels)
        return sum(values) if values else None


def fetch(address):
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return Page(answer.read().decode())


def promtool_says(page):
    """What promtool finds wrong with the page: nothing, or lines."""
    done = subprocess.run(["promtool", "check", "metrics"], input=page.text, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout if done.returncode or done.stdout else ""
