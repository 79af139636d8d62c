"""The whole service: the broker with both plugins, PostgreSQL, the dispatcher, and editors who publish without their tool."""

import os
import subprocess
import time
from pathlib import Path

from contenders import BUILD, LOAD, SPARE, YEAR, Certwire, key_of, peer
from process import Process
from programs import write_conf, write_private
from waiting import wait_for

import forge

RULE = b'{"v":1,"rule":"entitled"}'
MIB = 1040000  # as many bytes as 32 parts hold beside the manifest


def spent(pid, of=lambda thread, pid: True):
    """CPU seconds of a process's threads."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()
               if of(int(task.name), pid)) / 1e9


def beside_the_loop(thread, pid):
    return thread != pid


def stat_of(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def spent_by_family(pid):
    """CPU seconds of a process, its children, and those of its children that have ended."""
    ended = sum(int(ticks) for ticks in stat_of(pid)[13:15]) / os.sysconf("SC_CLK_TCK")
    total = ended + spent(pid)
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int(stat_of(entry.name)[1]) == pid:
                total += spent(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has just ended
    return total


def memory(pid, what):
    """VmRSS or VmHWM, in bytes."""
    return int(Path(f"/proc/{pid}/status").read_text().split(f"{what}:")[1].split()[0]) * 1024


def hexed(data):
    return f"'\\x{data.hex()}'::bytea"


class Service:
    def __init__(self, folder, units):
        self.folder = Path(folder)
        self.ours = Certwire(folder, units)
        self.gate = self.ours.gate
        self.units = units
        self.all = units + SPARE  # of whom some never come
        self.editor = peer.Key.generate()
        self.key = key_of("dispatcher.a")
        self.published = 0
        self.process = None

    @property
    def cluster(self):
        return self.gate.cluster

    def start(self):
        self.ours.start()
        self.cluster.sql("CREATE ROLE dispatch_a LOGIN IN ROLE certwire_dispatcher;"
                         "CREATE ROLE editor_a LOGIN IN ROLE certwire_editor")
        self.gate.sql(f"SELECT count(*) FROM certwire.bind_key('{self.key.kid}', 'dispatch_a', 'dispatcher');"
                      f"SELECT count(*) FROM certwire.bind_key('{self.editor.kid}', 'editor_a', 'editor')")
        now = int(time.time())
        self.gate.put_keyset(keys=[
            {"public": peer.b64(key.public), "role": role, "name": role, "not_before": now - 86400, "not_after": now + YEAR,
             "status": "active", "since": now - 86400}
            for role, key in (("registrar", self.gate.registrar), ("dispatcher", self.key), ("editor", self.editor))])
        self.process = self.dispatcher()
        self.process.start()
        wait_for(lambda: self.cluster.value("SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'certwire-dispatch'"),
                 lambda: f"the dispatcher to come:\n{self.process.log_tail()}")
        # All their rights have just begun: it first looks whether anything of before is to be entered for them.
        wait_for(lambda: self.cluster.value("SELECT f.version = s.version AND NOT EXISTS (SELECT FROM certwire.fill_todo) AS done "
                                            "FROM certwire.fill_state f, certwire.entitlement_state s"),
                 lambda: f"the dispatcher to have looked at every unit:\n{self.process.log_tail()}", 600)

    def dispatcher(self):
        write_private(self.ours.folder / "a.key", f"certwire-key 1\nrole: dispatcher\nname: a\npublic: {peer.b64(self.key.public)}\n"
                      f"protection: none\nsecret: {peer.b64(self.key.secret[:32])}\n")
        conf = write_conf(self.ours.folder / "dispatch.conf", {
            "dsn": self.cluster.dsn("dispatch_a"), "name": "a", "key": "a.key", "broker": f"127.0.0.1:{self.ours.port}",
            "root_fingerprint": peer.fingerprint(self.gate.root.public), "log_level": "error", "offer_retry": "1h"})
        return Process("dispatcher", [BUILD / "bin/certwire-dispatch", "--config", conf], self.ours.folder)

    def close(self):
        if self.process:
            self.process.kill()
        self.ours.close()

    # What editors do

    def draft(self, size):
        """A Weekly with a document of so many bytes, drafted, signed and approved."""
        self.published += 1
        publication, number, files = forge.new_id(), f"2026-{self.published}", {"a.bin": os.urandom(size)}
        manifest = forge.manifest(publication, files, "weekly", number, audience=peer.digest(RULE).hex())
        body = forge.seal_body(manifest, list(files.values()))
        statements = ["BEGIN", f"SELECT certwire.draft_begin('{publication}', 'publish', 'weekly', '{number}', "
                      f"{hexed(peer.digest(manifest))}, {hexed(body.digest)}, {hexed(body.stream)}, {len(body.parts)}, {hexed(RULE)}, "
                      f"{hexed(peer.digest(RULE))}, NULL, NULL, {len(self.gate.keysets)}, 1)"]
        statements += [f"SELECT certwire.draft_part('{publication}', {i}, {hexed(part)})" for i, part in enumerate(body.parts)]
        statements += [f"SELECT certwire.put_content_key('{publication}', '{key.kid}', "
                       f"{hexed(peer.seal_grant(publication, body.content_key, key.public))})" for key in (self.key, self.editor)]
        statements += [f"SELECT certwire.draft_finish('{publication}', '{self.editor.kid}', '{forge.approval(self.editor, manifest)}')",
                       "COMMIT"]
        self.cluster.sql(";\n".join(statements) + ";", "editor_a")
        return publication

    def issue(self, *publications):
        self.cluster.sql("".join(f"SELECT certwire.request_issue('{p}');" for p in publications), "editor_a")

    def sealed(self, *publications):
        """Waits until each is sealed to every unit."""
        wait_for(lambda: self.cluster.value("SELECT count(*) = :n AS n FROM certwire.delivery_grant WHERE publication = ANY (:'ids')",
                                            n=len(publications) * self.all, ids="{%s}" % ",".join(publications)),
                 lambda: f"the grants:\n{self.process.log_tail()}", 600)

    # What it costs

    def cpu(self):
        """CPU seconds so far of broker, dispatcher and PostgreSQL."""
        return {"broker": spent(self.ours.pid), "dispatcher": spent(self.process.pid),
                "PostgreSQL": spent_by_family(self.cluster.process.pid)}

    def since(self, before):
        now = self.cpu()
        return {name: now[name] - before[name] for name in now}

    def units_load(self, *words):
        """Simulated units, started: bench_load units."""
        command = [LOAD, "units", "--port", self.ours.port, "--pid", self.ours.pid, "--credential", "token",
                   "--audience", self.ours.name_in_tokens, "--clients", self.units, *words]
        return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ended(self, load):
        told, said = load.communicate()
        if load.returncode:
            raise SystemExit(f"bench_load units ended with {load.returncode}: {said}\n{self.process.log_tail()}\n{self.ours.log()}")
        return told


def ready(load):
    """Waits until the units are there."""
    if load.stdout.readline() != "ready\n":
        raise SystemExit(f"the units did not come: {load.stderr.read()}")
