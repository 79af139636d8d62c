"""Brokers to measure: the contenders, each on a port of its own, with the same limits and no log.

A contender has a name, start(), stop(), port, tls_port, pid, and the options with which bench_load talks to it.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path[:0] = [str(TESTS / "broker"), str(TESTS / "lib"), str(TESTS / "peer")]

import certwire_peer as peer  # noqa: E402
from gate import YEAR, Gate  # noqa: E402
from ports import accepts, free_port  # noqa: E402
from postgres import Cluster  # noqa: E402
from process import Process  # noqa: E402
from tls import make_certificate  # noqa: E402
from waiting import wait_for  # noqa: E402

BUILD = Path(os.environ.get("CERTWIRE_BUILD") or ROOT / "build/release").resolve()
LOAD = BUILD / "tests/bench_load"
TOPIC = "certwire/v1/channel/weekly"
SPARE = 8  # units more than there are to be, for who pings
LISTENERS = r"^listener 8883$(.|\n)*^listener 1883"

# What the shipped configuration sets and is no decision about rights: the same for all.
LIMITS = """per_listener_settings false
persistence false
retain_available false
max_packet_size 131072
max_inflight_messages 20
max_inflight_bytes 2097152
max_queued_messages 10000
max_queued_bytes 33554432
set_tcp_nodelay true
max_keepalive 60
sys_interval 0
log_dest none
connection_messages false
"""


def key_of(client_id):
    """As bench_load derives it."""
    return peer.Key(peer.digest(f"certwire bench {client_id}".encode()))


def load(contender, verb, *args, **options):
    """Runs a load on a contender; what it measured."""
    words = [verb, "--port", contender.port, "--pid", contender.pid, "--credential", contender.credential,
             "--audience", contender.name_in_tokens]
    for name, value in options.items():
        words += [f"--{name}"] if value is True else [f"--{name}", value]
    done = subprocess.run([str(word) for word in (LOAD, *words, *args)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{contender.name}: {done.args} ended with {done.returncode}: {done.stderr.strip()}\n{contender.log()}")
    return json.loads(done.stdout)


class Contender:
    """A Mosquitto of Debian with a configuration."""

    credential = "password"

    def __init__(self, name, folder, settings=""):
        self.name = name
        self.folder = Path(folder) / re.sub(r"\W+", "-", name)
        self.folder.mkdir()
        self.folder.chmod(0o711)
        self.port, self.tls_port = free_port(), free_port()
        self.settings = settings
        self.process = Process(self.folder.name, self.command(), self.folder)

    def command(self):
        return ["/usr/sbin/mosquitto", "-c", self.folder / "mosquitto.conf"]

    @property
    def pid(self):
        return self.process.pid

    @property
    def name_in_tokens(self):
        return f"127.0.0.1:{self.port}"

    def write(self):
        make_certificate(self.folder / "tls", "127.0.0.1")
        self.settings += self.prepare() or ""
        user = "user root\n" if os.geteuid() == 0 else ""
        (self.folder / "mosquitto.conf").write_text(
            f"{LIMITS}{user}{self.settings}\nlistener {self.port} 127.0.0.1\nmax_qos 1\n"
            f"listener {self.tls_port} 127.0.0.1\nmax_qos 1\n"
            f"certfile {self.folder}/tls/server.crt\nkeyfile {self.folder}/tls/server.key\n", encoding="utf-8")

    def prepare(self):
        """Files of its own; more settings."""

    def start(self):
        if not (self.folder / "mosquitto.conf").exists():
            self.write()
        self.process.start()
        wait_for(lambda: accepts(self.port) or not self.process.running(), lambda: f"{self.name} to listen", 600)
        if not self.process.running():
            raise SystemExit(f"{self.name} did not start:\n{self.log()}")

    def stop(self):
        self.process.stop()

    def close(self):
        self.process.kill()

    def resident(self):
        """Bytes of memory."""
        return int(Path(f"/proc/{self.pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024

    def log(self):
        return self.process.log_tail()


class Bare(Contender):
    """Everybody may everything: the limit."""

    credential = "none"

    def __init__(self, folder, name="bare"):
        super().__init__(name, folder, "allow_anonymous true\n")


def users(count):
    return [f"unit-{i}" for i in range(count + SPARE)] + ["dispatcher"]


def password_of(user):
    return f"pw-{user}.{'a' if user == 'dispatcher' else 'd1'}"


class PasswordFile(Contender):
    """password_file and acl_file."""

    def __init__(self, folder, count):
        super().__init__("password_file", folder)
        self.count = count

    def prepare(self):
        words, rights = self.folder / "passwords", self.folder / "rights"
        words.write_text("".join(f"{u}:{password_of(u)}\n" for u in users(self.count)))
        subprocess.run(["mosquitto_passwd", "-U", words], check=True)
        rights.write_text("".join(f"user {u}\ntopic {'write' if u == 'dispatcher' else 'read'} {TOPIC}\n"
                                  for u in users(self.count)))
        for file in (words, rights):
            file.chmod(0o600)
        return f"allow_anonymous false\npassword_file {words}\nacl_file {rights}\n"


class DynamicSecurity(Contender):
    """Mosquitto's own plugin; all clients in one role, which has so many ACLs besides the one that counts."""

    PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"

    def __init__(self, folder, count, acls=0):
        super().__init__("dynamic-security" + (f", {acls} ACLs" if acls else ""), folder)
        self.count, self.acls = count, acls

    def prepare(self):
        file = self.folder / "dynamic-security.json"
        rights = [{"acltype": kind, "topic": f"other/{i}", "priority": 10, "allow": True}
                  for i in range(self.acls) for kind in ("publishClientReceive",)]
        rights += [{"acltype": kind, "topic": TOPIC, "priority": 1, "allow": True}
                   for kind in ("publishClientReceive", "publishClientSend", "subscribePattern")]
        file.write_text(json.dumps({
            "defaultACLAccess": {"publishClientSend": False, "publishClientReceive": False, "subscribe": False,
                                 "unsubscribe": True},
            "roles": [{"rolename": "unit", "acls": rights}],
            "clients": [self.client(user) for user in users(self.count)]}))
        file.chmod(0o600)
        return f"allow_anonymous false\nplugin {self.PLUGIN}\nplugin_opt_config_file {file}\n"

    @staticmethod
    def client(user):
        salt = os.urandom(12)
        secret = hashlib.pbkdf2_hmac("sha512", password_of(user).encode(), salt, 101)
        return {"username": user, "roles": [{"rolename": "unit"}], "iterations": 101,
                "password": base64.b64encode(secret).decode(), "salt": base64.b64encode(salt).decode()}


FILL = """
COPY filling FROM STDIN;
{rows}\\.
INSERT INTO certwire.unit (id, name) SELECT unit, unit FROM filling;
INSERT INTO certwire.membership (unit, term, level, region, since, reason)
    SELECT unit, 4, 'provincial', '110000', now() - interval '1 hour', 'x' FROM filling;
INSERT INTO certwire.standing (unit, since, standing, reason)
    SELECT unit, now() - interval '1 hour', 'good', 'x' FROM filling;
INSERT INTO certwire.paper (unit, kind, reference, signed_on)
    SELECT unit, kind, 'x', current_date FROM filling, unnest('{{agreement,confidentiality}}'::text[]) kind;
INSERT INTO certwire.contact (unit, role, name, phone, since)
    SELECT unit, 'fixed', 'x', '010-82990000', now() - interval '1 hour' FROM filling;
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at,
        certified_by)
    SELECT unit, 'd1', 'a.b.c', jws, kid, now(), now() + interval '1 year', now(), 'x' FROM filling;
"""


class FullGate(Gate):
    """A gate with so many units, each with a right to all four channels. Its keys are bench_load's."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units
        self.tls_port = free_port()
        self.dispatcher = peer.Device("dispatcher", "a", key_of("dispatcher.a"))

    def start(self, replace=()):
        self.sql("SELECT count(certwire.set_policy(c.id, 'x', levels => '{provincial}')) FROM certwire.channel c")
        self.fill()
        self.cluster.sql("ANALYZE")
        make_certificate(self.folder / "tls", "127.0.0.1")
        os.chmod(self.folder / "tls", 0o755)
        tls = (f"listener {self.tls_port} 127.0.0.1\nmax_qos 1\ncertfile {self.folder}/tls/server.crt\n"
               f"keyfile {self.folder}/tls/server.key\nlistener {self.port}")
        self.write_conf({LISTENERS: tls, **dict(replace)})
        if os.geteuid() == 0:
            self.conf.write_text(self.conf.read_text() + "\nuser root\n")

    def fill(self):
        now, rows = int(time.time()), []
        for i in range(self.units + SPARE):
            key = key_of(f"unit-{i}.d1")
            jws = peer.jws_sign("certwire-device+jws", self.registrar, {
                "v": 1, "unit": f"unit-{i}", "device": "d1", "public": peer.b64(key.public), "not_before": now - 60,
                "not_after": now + YEAR, "serial": os.urandom(16).hex()})
            rows.append(f"unit-{i}\t{jws}\t{key.kid}\n")
        self.cluster.sql("CREATE TEMP TABLE filling (unit text, jws text, kid text);"
                         + FILL.format(rows="".join(rows)))


class Certwire(Contender):
    """Both plugins over a PostgreSQL with so many units."""

    credential = "token"

    def __init__(self, folder, units, command=None, reload_interval=600):
        self.gate = FullGate(units, reload_interval=f"{reload_interval}\nplugin_opt_start_timeout 600")
        self.wrapped = command or []
        super().__init__(f"certwire, {units} units", folder)
        self.port, self.tls_port = self.gate.port, self.gate.tls_port
        self.started = False

    def command(self):
        return [*self.wrapped, "/usr/sbin/mosquitto", "-c", self.gate.conf]

    def start(self):
        if not self.started:
            self.gate.open()
            self.started = True
        super().start()

    def write(self):
        (self.folder / "mosquitto.conf").write_text("# the gate's\n")

    def dsn(self, login):
        return self.gate.cluster.dsn(login)

    def close(self):
        super().close()
        self.gate._destroy()


class Query(Contender):
    """A plugin that asks PostgreSQL at every check, over a socket of the same machine."""

    def __init__(self, folder, count):
        super().__init__("query per check", folder)
        self.count = count
        self.cluster = Cluster(self.folder / "pg", self.folder)

    def prepare(self):
        self.cluster.create()
        self.cluster.sql("CREATE TABLE client (name text PRIMARY KEY, password text NOT NULL);"
                         "CREATE TABLE acl (name text, topic text, may_read boolean, may_write boolean, "
                         "PRIMARY KEY (name, topic));"
                         + "".join(f"INSERT INTO client VALUES ('{u}', '{password_of(u)}');"
                                   f"INSERT INTO acl VALUES ('{u}', '{TOPIC}', {u != 'dispatcher'}, {u == 'dispatcher'});"
                                   for u in users(self.count)) + "ANALYZE;")
        return (f"allow_anonymous false\nplugin {BUILD}/tests/query_plugin.so\n"
                f"plugin_opt_dsn {self.cluster.dsn('postgres')}\n")

    @property
    def backend(self):
        """The process that answers it: its time is part of the price."""
        return int(self.cluster.rows("SELECT pid FROM pg_stat_activity WHERE application_name = 'query_plugin'")[0]["pid"])

    def close(self):
        super().close()
        self.cluster.process.kill()
