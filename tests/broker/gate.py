"""A broker with our plugins over a private PostgreSQL, and units that are only keys: no program of
ours besides the plugins and certwire-db.

    with Gate() as gate:
        huaan = gate.admit("huaan", channels=["weekly"])
        wire = gate.connect(huaan)
"""

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import certwire_peer as peer
from admission import ADMIT, GRANTS_ONLY, TERM, grants
from mqtt5 import Wire
from ports import accepts, free_port
from postgres import Cluster
from process import Process
from waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CERTWIRE_BUILD", ROOT / "build/dev"))
SHIPPED = ROOT / "broker-plugins/mosquitto.conf"
CHANNELS = ("weekly", "monthly", "opportunity", "seminar")
YEAR = 365 * 86400
# One session for both, so that a test need not wait for two programs.
CERTIFY = """SET SESSION AUTHORIZATION admin_li;
SELECT certwire.request_device(:'unit', :'device', :'request');
SET SESSION AUTHORIZATION registrar_zhao;
SELECT certwire.certify_device(:'unit', :'device', :'kid', :'jws', to_timestamp(:not_before), to_timestamp(:not_after));
"""


class Gate:
    def __init__(self, **options):
        self.folder = Path(tempfile.mkdtemp(prefix="certwire-gate-"))
        os.chmod(self.folder, 0o711)
        self.logs = self.folder / "run"
        self.logs.mkdir(mode=0o700)
        self.cluster = Cluster(self.folder / "pg", self.logs)
        self.port = free_port()
        self.conf = self.folder / "mosquitto.conf"
        self.options = options
        self.broker = Process("broker", ["/usr/sbin/mosquitto", "-c", self.conf], self.logs)
        self.root = peer.Key.generate()
        self.registrar = peer.Key.generate()
        self.dispatcher = peer.Device("dispatcher", "a", peer.Key.generate())
        self.keysets = []
        self.wires = []
        atexit.register(self._destroy)

    def __enter__(self):
        try:
            self.open()
        except BaseException:
            self.show_logs()
            self._destroy()
            raise
        return self

    def __exit__(self, kind, error, trace):
        try:
            for wire in self.wires:
                wire.close()
            if kind is None:
                self.broker.stop()
                self.cluster.stop()
            else:
                self.show_logs()
        finally:
            self._destroy()

    def open(self):
        self.cluster.create()
        Process("migrate", [BUILD / "bin/certwire-db", "migrate", "--dsn",
                            self.cluster.dsn("postgres")], self.logs).start().ended()
        self.cluster.sql("CREATE ROLE admin_li LOGIN IN ROLE certwire_admin;"
                         "CREATE ROLE registrar_zhao LOGIN IN ROLE certwire_registrar;"
                         "CREATE ROLE broker_a LOGIN IN ROLE certwire_broker;")
        self.sql(TERM + GRANTS_ONLY)
        # Mosquitto gives up root for its own user before it loads plugins.
        os.chmod(self.cluster.folder, 0o711)
        self.put_keyset()
        self.start()

    @property
    def name(self):
        return f"127.0.0.1:{self.port}"

    # The broker

    def write_conf(self, replace=()):
        text = SHIPPED.read_text(encoding="utf-8")
        lines = {
            r"plugin_opt_dsn .*": f"plugin_opt_dsn {self.cluster.dsn('broker_a')}",
            r"plugin_opt_broker_name .*": f"plugin_opt_broker_name {self.name}",
            r"plugin_opt_root_fingerprint .*":
                f"plugin_opt_root_fingerprint {peer.fingerprint(self.root.public)}",
            r"plugin /usr/local/lib/certwire/": f"plugin {BUILD}/lib/",
            r"^log_dest .*": "log_dest stderr",
            r"^listener 8883$(.|\n)*^listener 1883": f"listener {self.port}",
            **{rf"^plugin_opt_{k} .*": f"plugin_opt_{k} {v}" for k, v in self.options.items()},
            **dict(replace),
        }
        for pattern, line in lines.items():
            text, count = re.subn(pattern, line, text, flags=re.MULTILINE)
            assert count, f"the shipped configuration has no '{pattern}'"
        self.conf.write_text(text, encoding="utf-8")

    def start(self, replace=()):
        self.write_conf(replace)
        self.broker.start()
        wait_for(lambda: accepts(self.port) or not self.broker.running(),
                 lambda: "the broker to listen:\n" + self.broker.log_tail())
        assert self.broker.running(), self.broker.log_tail()

    def reload(self):
        before = self.broker.log().count("reloaded;")
        self.broker.signal(signal.SIGHUP)
        wait_for(lambda: self.broker.log().count("reloaded;") > before, "the reload")

    def show_logs(self):
        for process in (self.broker, self.cluster.process):
            if process.log_file.exists():
                print(f"---- {process.name}\n{process.log_tail()}", file=sys.stderr)

    # The office

    def put_keyset(self, root=None, **override):
        now = int(time.time())
        keys = [("registrar", self.registrar), ("dispatcher", self.dispatcher.key)]
        version = len(self.keysets) + 1
        fields = {
            "v": 1, "version": version, "issued_at": now - 60, "expires_at": now + YEAR,
            "previous": peer.digest(self.keysets[-1].encode()).hex() if self.keysets else None,
            "root": peer.b64(self.root.public), "next_root": None,
            "keys": [{"public": peer.b64(key.public), "role": role, "name": role,
                      "not_before": now - 86400, "not_after": now + YEAR, "status": "active",
                      "since": now - 86400} for role, key in keys],
            "channels": {channel: {"approvals": 1} for channel in CHANNELS}, **override}
        jws = peer.jws_sign("certwire-keyset+jws", root or self.root, fields)
        self.sql("SELECT certwire.put_keyset(:version, :'jws', decode(:'digest', 'hex'), "
                 "to_timestamp(:issued), to_timestamp(:expires), decode(:'previous', 'hex'))"
                 if self.keysets else
                 "SELECT certwire.put_keyset(:version, :'jws', decode(:'digest', 'hex'), "
                 "to_timestamp(:issued), to_timestamp(:expires), NULL)",
                 "registrar_zhao", version=version, jws=jws, issued=fields["issued_at"],
                 digest=peer.digest(jws.encode()).hex(), expires=fields["expires_at"],
                 previous=fields["previous"] or "")
        self.keysets.append(jws)
        return fields

    def sql(self, text, login="admin_li", **variables):
        return self.cluster.sql(text, login, **variables)

    def admit(self, unit, channels=("weekly",), devices=("d1",)):
        """A unit in good standing; its first device."""
        self.sql(ADMIT + grants(channels), unit=unit, name=unit)
        made = [self.certify(unit, device) for device in devices]
        return made[0] if made else None

    def admit_all(self, units, channels=("weekly",)):
        """So many units in good standing, with a device each, in one session."""
        units = list(units)
        self.sql("BEGIN;\n" + "".join(f"\\set unit {unit}\n\\set name {unit}\n" + ADMIT + grants(channels)
                                     for unit in units) + "COMMIT;")
        made = [self._certificate(unit, "d1") for unit in units]
        self.sql("BEGIN;\n" + "".join(
            "".join(f"\\set {name} '{value}'\n" for name, value in variables.items()) + CERTIFY
            for _, variables in made) + "COMMIT;", "postgres")
        return [device for device, _ in made]

    def certify(self, unit, name, /, **override):
        device, variables = self._certificate(unit, name, **override)
        self.sql(CERTIFY, "postgres", **variables)
        return device

    def _certificate(self, unit, name, /, registrar=None, key=None, **override):
        """A device with a new key, and the variables of CERTIFY."""
        device = peer.Device(unit, name, key or peer.Key.generate())
        now = int(time.time())
        fields = {"v": 1, "unit": unit, "device": name, "public": peer.b64(device.key.public),
                  "not_before": now - 60, "not_after": now + YEAR, "serial": os.urandom(16).hex(),
                  **override}
        jws = peer.jws_sign("certwire-device+jws", registrar or self.registrar, fields)
        return device, {"unit": unit, "device": name, "request": device.request(), "kid": device.key.kid,
                        "jws": jws, "not_before": fields["not_before"], "not_after": fields["not_after"]}

    def denials(self, code=None):
        """How often each (code, client id, topic) was recorded."""
        found = self.cluster.rows("SELECT code, client_id, coalesce(topic, '') AS topic, "
                                  "sum(count)::int AS count FROM certwire.denial GROUP BY 1, 2, 3")
        return {(d["code"], d["client_id"], d["topic"]): d["count"] for d in found
                if code in (None, d["code"])}

    def wait_denied(self, code, client_id=None, topic=None):
        wait_for(lambda: any((client_id in (None, c)) and (topic in (None, t))
                             for _, c, t in self.denials(code)),
                 lambda: f"a denial {code} of {client_id} {topic}; there is {self.denials()}", 15)

    # Clients

    def wire(self, **options):
        wire = Wire(self.port, **options)
        self.wires.append(wire)
        return wire

    def attempt(self, device, token=None, **options):
        """A wire that has its CONNACK, whatever it says."""
        wire = self.wire(**options.pop("wire", {}))
        wire.connect(options.pop("client_id", device.client_id), options.pop("user", device.unit),
                     device.token(self.name) if token is None else token, **options)
        return wire

    def connect(self, device, **options):
        wire = self.attempt(device, **options)
        assert wire.code == 0, f"CONNACK {wire.code:#x}"
        return wire

    def connect_when_known(self, device, **options):
        """As connect, for a device that the broker's copy may not have yet."""
        def attempt():
            wire = self.attempt(device, **options)
            return wire if wire.code == 0 else None
        return wait_for(attempt, f"{device.client_id} to be known")

    def _destroy(self):
        atexit.unregister(self._destroy)
        self.broker.kill()
        self.cluster.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
