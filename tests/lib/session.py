"""A psql that stays, as a person has it: several statements in one transaction, and one that waits."""

import subprocess

END = "-- said --"


class Session:
    def __init__(self, cluster, login, name="psql"):
        self.child = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", cluster.dsn(login) + f" application_name={name}"], text=True,
            encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.communicate()

    def begin(self, text):
        """Give it statements without waiting for what they say; `said` takes that."""
        self.child.stdin.write(f"{text}\n\\echo '{END}'\n")
        self.child.stdin.flush()

    def said(self):
        lines = []
        while (line := self.child.stdout.readline()).rstrip("\n") != END:
            assert line, f"psql ended: {lines}"
            lines.append(line)
        return "".join(lines)

    def run(self, text):
        self.begin(text)
        return self.said()
