"""A private PostgreSQL: own folder, reached over a socket in a folder of mode 0700 only."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from process import Process
from waiting import wait_for

PORT = 5432  # names the socket's file; nothing listens on the network
DATABASE = "certwire"

# fsync is off because these clusters never outlive a crash of the machine; a killed process loses
# nothing by it.
SETTINGS = """
listen_addresses = ''
fsync = off
shared_buffers = 64MB
max_connections = 60
log_line_prefix = '%m [%p] %u '
"""


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda p: int(p.parts[4]))
    assert found, "no PostgreSQL server: run scripts/install-deps.sh"
    return found[-1].parent


class Cluster:
    def __init__(self, folder, log_folder, persistent=False):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else None
        self.bin = binaries()
        self.process = Process(
            "postgres", [self.bin / "postgres", "-D", self.data, "-k", self.folder, "-p", PORT],
            log_folder, user=self.user, persistent=persistent, stop_signal=signal.SIGINT)

    def create(self):
        self.make_folder()
        self._as_owner([self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
                        "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(SETTINGS)
        self.start()
        self.sql(f"CREATE DATABASE {DATABASE}", database="postgres")

    def make_folder(self):
        self.folder.mkdir(mode=0o700)
        if self.user:
            shutil.chown(self.folder, self.user, pwd.getpwnam(self.user).pw_gid)

    def start(self):
        self.process.start()
        wait_for(self.answers, lambda: "PostgreSQL to answer:\n" + self.process.log_tail())

    def stop(self):
        self.process.stop()

    def restart(self):
        self.stop()
        self.start()

    def back_up(self, folder, *more):
        """An online copy in a new folder, from which the cluster can be started; with "-R" as this one's standby."""
        self._as_owner([self.bin / "pg_basebackup", "-h", self.folder, "-p", str(PORT), "-U", "postgres", "-D", folder,
                        "-c", "fast", "-X", "stream", "--no-sync", *more])

    def kill(self):
        """As `pg_ctl stop -m immediate`, without waiting for anybody."""
        self.process.signal(signal.SIGQUIT)
        self.process.killed = True
        self.process.ended()

    def freeze(self):
        """Every process of it stops where it is, the backends too: connections stay, answers do not come."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    @contextlib.contextmanager
    def holding(self, login):
        """The backends of one login stop where they are: what it asks is not answered, nobody else is held up."""
        pids = [row["pid"] for row in self.rows(
            "SELECT pid FROM pg_stat_activity WHERE usename = :'who'", who=login)]
        assert pids, f"{login} has no connection"
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def _signal_all(self, number):
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if self.process.pid in (int(entry.name), int(parent)):
                try:
                    os.kill(int(entry.name), number)
                except ProcessLookupError:
                    pass

    def answers(self):
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", self.folder, "-p", str(PORT),
                               "-U", "postgres", "-d", "postgres"], check=False).returncode == 0

    def dsn(self, login, database=DATABASE):
        return f"host={self.folder} port={PORT} dbname={database} user={login}"

    def psql(self, text, login="postgres", database=DATABASE, **variables):
        """Run SQL text through psql; `:'name'` in it is replaced by the variable, quoted."""
        given = [f"--set={k}={v}" for k, v in variables.items()]
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "--set=ON_ERROR_STOP=1", *given,
             self.dsn(login, database)],
            input=text, capture_output=True, text=True, check=False, encoding="utf-8",
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})

    def sql(self, text, login="postgres", database=DATABASE, **variables):
        done = self.psql(text, login, database, **variables)
        if done.returncode != 0:
            raise AssertionError(f"as {login}: {text}\n{done.stderr}")
        return done.stdout.rstrip("\n")

    def rows(self, query, login="postgres", **variables):
        """The query's rows as dictionaries."""
        return json.loads(self.sql(f"SELECT coalesce(json_agg(q), '[]') FROM ({query}) q", login,
                                   **variables))

    def value(self, query, login="postgres", **variables):
        """The only value of the query's only row."""
        (row,) = self.rows(query, login, **variables)
        (value,) = row.values()
        return value

    def _as_owner(self, argv):
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False,
                              cwd="/", **who)
        assert done.returncode == 0, f"{argv[0]}:\n{done.stdout}{done.stderr}"
