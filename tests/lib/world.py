"""A whole Certwire, private and temporary: PostgreSQL, broker, dispatcher, keys, people and units.

    with World() as world:
        huaan = world.admit("huaan", "华安网络", channels=["weekly"]).start()
        ...

Everything lives in one folder that is removed at the end; every program is ended with the world, and
a program that did not end cleanly (a sanitizer's finding, for example) fails it.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from admission import ADMIT, GRANTS_ONLY, TERM, grants
from broker import Broker
from dispatcher import Dispatcher
from office import ADMIN, LOGINS, Office
from postgres import Cluster
from programs import Programs
from tls import make_certificate
from unit import Unit
from waiting import wait_for


class World:
    def __init__(self, programs=None, folder=None, persistent=False, sync_interval="2s",
                 tls_host=None, by_policy=False, term=TERM):
        self.programs = programs or Programs()
        self.persistent = persistent
        self.by_policy = by_policy
        self.term = term  # None: the test begins a term itself
        self.sync_interval = sync_interval
        self.folder = Path(folder or tempfile.mkdtemp(prefix="certwire-"))
        os.chmod(self.folder, 0o711)  # PostgreSQL's own user must reach its folder
        self.logs = self.folder / "run"
        self.logs.mkdir(mode=0o700)
        self.cluster = Cluster(self.folder / "pg", self.logs, persistent)
        self.office = Office(self.folder / "office", self.cluster, self.programs)
        self.broker = Broker(self, tls_host=tls_host)
        self.dispatcher = Dispatcher(self, "dispatch_a")
        self.units = {}
        self.others = []
        if not persistent:
            atexit.register(self._destroy)

    def __enter__(self):
        try:
            return self.open()
        except BaseException as error:
            if isinstance(error, Exception):
                self.show_logs()
            self._destroy()
            raise

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.close()
            elif issubclass(kind, Exception):
                self.show_logs()
        finally:
            self._destroy()

    def open(self):
        self.prepare()
        if self.broker.tls_host:
            make_certificate(self.folder / "tls", self.broker.tls_host)
        self.broker.start()
        self.dispatcher.start()
        return self

    def prepare(self):
        """The ledger, and who is at CNCERT; no broker and no dispatcher yet."""
        self.cluster.create()
        self.programs.run("certwire-db", "migrate", "--dsn", self.cluster.dsn("postgres"))
        self.cluster.sql("".join(f"CREATE ROLE {login} LOGIN IN ROLE {group};\n"
                                 for login, group in LOGINS.items()))
        self.office.make_keys()
        self.office.write_confs()
        self.office.bind_keys()
        self.cluster.sql((self.term or "") + ("" if self.by_policy else GRANTS_ONLY), ADMIN)
        self.office.make_keyset()

    def close(self):
        """End everything in order, each program in its own way."""
        for process in self._processes():
            process.stop()

    def show_logs(self):
        for process in self._processes():
            if process.log_file.exists():
                print(f"---- {process.name}\n{process.log_tail()}", file=sys.stderr)

    def admit(self, unit, name, channels=("weekly",), device="d1", **settings):
        """Admit a unit to good standing, entitle it, enroll and certify its first device."""
        self.cluster.sql(ADMIT + grants(() if self.by_policy else channels), ADMIN, unit=unit,
                         name=name)
        return self.add_device(unit, name, device, **settings)

    def add_device(self, unit, name, device, **settings):
        made = Unit(self, unit, name, device, **settings).enroll()
        self.units[made.client_id] = made
        return made

    def file(self, name, content):
        """A file of the editor's, to be published."""
        folder = self.folder / "documents"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(content)
        return path

    def present(self, unit):
        return self.cluster.rows("SELECT 1 FROM certwire.presence "
                                 "WHERE unit = :'u' AND device = :'d' AND present",
                                 u=unit.id, d=unit.device) != []

    def delivery(self, publication, unit):
        """The ledger's row of what a unit is owed; None when it is owed nothing of it."""
        found = self.cluster.rows("SELECT * FROM certwire.delivery "
                                  "WHERE publication = :'p' AND unit = :'u'",
                                  p=publication, u=unit)
        return found[0] if found else None

    def stored_at(self, publication, unit):
        row = self.delivery(publication, unit)
        return row and row["stored_at"]

    def owed(self):
        return self.cluster.rows("SELECT publication, unit FROM certwire.delivery "
                                 "WHERE state = 'owed'")

    def issued(self, publication):
        wait_for(lambda: self.cluster.value("SELECT state FROM certwire.publication "
                                            "WHERE id = :'p'", p=publication) == "issued",
                 lambda: f"{publication} to be issued:\n" + self.dispatcher.process.log_tail())

    def receipt_items(self, publication):
        return self.cluster.rows(
            "SELECT unit, device, state, code, receipt, settled_at FROM certwire.receipt_item "
            "WHERE publication = :'p' ORDER BY unit, device, state", p=publication)

    def denials(self, code, client_id):
        return self.cluster.rows("SELECT * FROM certwire.denial WHERE code = :'c' AND "
                                 "client_id = :'w'", c=code, w=client_id)

    def _processes(self):
        return [*(u.process for u in self.units.values()), *self.others, self.dispatcher.process,
                self.broker.process, self.cluster.process]

    def _destroy(self):
        if self.persistent:
            return
        for process in self._processes():
            process.kill()
        if not os.environ.get("CERTWIRE_KEEP_WORLD"):
            shutil.rmtree(self.folder, ignore_errors=True)


def _leave(number, _frame):
    sys.exit(128 + number)


signal.signal(signal.SIGTERM, _leave)
