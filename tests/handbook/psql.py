"""The reader's psql: one process for the whole page, fed block by block as a person would."""

import os
import select
import subprocess
import time

DEADLINE = 60.0
SERVICES = {"certwire": "admin_li", "certwire-dba": "postgres", "certwire-clerk": "clerk_gd"}


class Psql:
    def __init__(self, folder, cluster, psqlrc):
        services = folder / "pg_service.conf"
        services.write_text("".join(
            f"[{name}]\n" + cluster.dsn(login).replace(" ", "\n") + "\n"
            for name, login in SERVICES.items()), encoding="utf-8")
        (folder / "psqlrc").write_text(psqlrc, encoding="utf-8")
        # pylint: disable-next=consider-using-with
        self.child = subprocess.Popen(
            ["psql", "service=certwire"], cwd=folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "PGSERVICEFILE": str(services), "PSQLRC": str(folder / "psqlrc"),
                 "HOME": str(folder), "PAGER": "cat", "LC_ALL": "C.UTF-8"})
        self.asked = 0

    def run(self, text):
        """What psql prints for the text, errors in their place."""
        self.asked += 1
        end = f"---- end of block {self.asked} ----\n".encode()
        self.child.stdin.write(text.encode() + b"\\echo " + end)
        self.child.stdin.flush()
        said, deadline = b"", time.monotonic() + DEADLINE
        while not said.endswith(end):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.child.stdout], [], [], left)[0], \
                f"psql has not ended this within {DEADLINE:g} s:\n{text}\n{said.decode()}"
            more = os.read(self.child.stdout.fileno(), 65536)
            assert more, f"psql ended:\n{text}\n{said.decode()}"
            said += more
        lines = said.removesuffix(end).decode().splitlines()
        return "".join(line.rstrip() + "\n" for line in lines).strip("\n") + "\n" if lines else ""

    def close(self):
        self.child.stdin.close()
        self.child.wait(DEADLINE)
        self.child.stdout.close()
