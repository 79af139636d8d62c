"""The dispatcher, PostgreSQL and a plain broker, without CNCERT's tool: drafts are made and signed here. Units
are tests/peer/, and what the broker's plugins do is done by hand."""

import os
import secrets
import time

import certwire_peer as peer
import forge
from admission import ADMIT, GRANTS_ONLY, TERM, grants
from client import Client
from office import LOGINS
from ports import accepts, free_port
from postgres import Cluster
from process import Process
from programs import Programs, write_conf, write_private
from tls import make_certificate
from waiting import wait_for

YEAR = 365 * 86400
CONTENT = {"周报.pdf": os.urandom(100_000), "清单.csv": b"a,b\n"}
TOPIC = "certwire/v1/"


def hexed(data):
    return f"'\\x{data.hex()}'::bytea"


class Desk:
    """CNCERT's people without their tool: keys, keyset, drafts."""

    ROLES = {"registrar_zhao": "registrar", "editor_wang": "editor", "editor_chen": "editor",
             "dispatch_a": "dispatcher", "dispatch_b": "dispatcher"}

    def __init__(self, folder):
        self.folder = folder
        self.programs = Programs()
        self.logs = folder / "run"
        self.logs.mkdir()
        self.cluster = Cluster(folder / "pg", self.logs)
        self.port = free_port()
        self.root = peer.Key.generate()
        self.keys = {login: peer.Key.generate() for login in self.ROLES}
        self.keysets = []
        self.number = 0
        self.tls_port = free_port()
        make_certificate(folder / "tls", "127.0.0.1")
        broker = write_private(folder / "broker.conf",
                               "user root\nallow_anonymous true\nset_tcp_nodelay true\n"
                               f"listener {self.port} 127.0.0.1\n"
                               f"listener {self.tls_port} 127.0.0.1\n"
                               f"certfile {folder}/tls/server.crt\nkeyfile {folder}/tls/server.key\n")
        self.broker = Process("broker", ["/usr/sbin/mosquitto", "-c", broker], self.logs)
        # The second dispatcher uses TLS; by the name localhost it must not accept that certificate.
        self.dispatchers = {
            "dispatch_a": self._dispatcher("dispatch_a", broker=f"127.0.0.1:{self.port}"),
            "dispatch_b": self._dispatcher("dispatch_b", broker_ca=folder / "tls/ca.crt", broker=[
                f"mqtts://127.0.0.1:{self.tls_port}, mqtts://localhost:{self.tls_port}"])}

    def open(self):
        self.cluster.create()
        self.programs.run("certwire-db", "migrate", "--dsn", self.cluster.dsn("postgres"))
        self.cluster.sql("".join(f"CREATE ROLE {login} LOGIN IN ROLE {group};\n"
                                 for login, group in LOGINS.items()))
        for login, role in self.ROLES.items():
            self.cluster.sql(f"SELECT certwire.bind_key('{self.keys[login].kid}', '{login}', "
                             f"'{role}')", "admin_li")
        self.cluster.sql(TERM + GRANTS_ONLY, "admin_li")
        self.put_keyset()
        self.broker.start()
        wait_for(lambda: accepts(self.port), "the broker to listen")

    def close(self):
        for process in (*self.dispatchers.values(), self.broker, self.cluster.process):
            process.stop()

    def _dispatcher(self, login, **settings):
        name = login.replace("_", "-")
        key = self.keys[login]
        write_private(self.folder / f"{name}.key",
                      f"certwire-key 1\nrole: dispatcher\nname: {name}\n"
                      f"public: {peer.b64(key.public)}\nprotection: none\n"
                      f"secret: {peer.b64(key.secret[:32])}\n")
        conf = write_conf(self.folder / f"{name}.conf", {
            "dsn": self.cluster.dsn(login), "name": name, "key": f"{name}.key",
            "root_fingerprint": peer.fingerprint(self.root.public),
            "lease": "3s", "offer_retry": "1s", "push_parts": 2, "log_level": "debug", **settings})
        return Process(name, [self.programs["certwire-dispatch"], "--config", conf], self.logs)

    def put_keyset(self, **status):
        now = int(time.time())
        before = self.keysets[-1] if self.keysets else None
        fields = {
            "v": 1, "version": len(self.keysets) + 1, "issued_at": now, "expires_at": now + YEAR,
            "previous": peer.digest(before.encode()).hex() if before else None,
            "root": peer.b64(self.root.public), "next_root": None,
            "keys": [{"public": peer.b64(key.public), "role": self.ROLES[login], "name": login,
                      "not_before": now - YEAR, "not_after": now + YEAR,
                      "status": status.get(login, "active"),
                      "since": now + 1 if login in status else now - YEAR}
                     for login, key in self.keys.items()],
            "channels": {"weekly": {"approvals": 2}, "monthly": {"approvals": 1}}}
        jws = forge.jws("certwire-keyset+jws", self.root, fields)
        previous = hexed(peer.digest(before.encode())) if before else "NULL"
        self.cluster.sql(
            f"SELECT certwire.put_keyset({fields['version']}, '{jws}', "
            f"{hexed(peer.digest(jws.encode()))}, to_timestamp({now}), to_timestamp({now + YEAR}), "
            f"{previous})", "registrar_zhao")
        self.keysets.append(jws)

    def keyrings(self):
        held = []
        for jws in self.keysets:
            held.append(peer.Keyset.accept(jws.encode(), held[-1] if held else None,
                                           peer.fingerprint(self.root.public)))
        return held

    def certify(self, unit, device):
        """A certified device of the unit."""
        now = int(time.time())
        made = peer.Device(unit, device, peer.Key.generate())
        certificate = forge.jws("certwire-device+jws", self.keys["registrar_zhao"], {
            "v": 1, "unit": unit, "device": device, "public": peer.b64(made.key.public),
            "not_before": now - 60, "not_after": now + YEAR, "serial": secrets.token_hex(16)})
        self.cluster.sql(f"SELECT certwire.request_device('{unit}', '{device}', '{made.request()}')",
                         "admin_li")
        self.cluster.sql(
            f"SELECT certwire.certify_device('{unit}', '{device}', '{made.key.kid}', "
            f"'{certificate}', to_timestamp({now - 60}), to_timestamp({now + YEAR}))",
            "registrar_zhao")
        return made

    def admit(self, unit, channels=("weekly", "monthly")):
        self.cluster.sql(ADMIT + grants(channels), "admin_li", unit=unit, name=unit)

    def draft(self, channel="monthly", files=None, by="editor_wang", sign=None, rule=None, **changes):
        """Drafts as the editor; `sign` signs the manifest instead of their key."""
        self.number += 1
        publication, rule = forge.new_id(), rule or b'{"v":1,"rule":"entitled"}'
        manifest = forge.manifest(publication, files or CONTENT, channel, f"2026-{self.number}",
                                  **{"audience": peer.digest(rule).hex(), **changes})
        body = forge.seal_body(manifest, list((files or CONTENT).values()))
        key = self.keys[by]
        newest = len(self.keysets)
        needed = 2 if channel == "weekly" else 1
        statements = [
            "BEGIN",
            f"SELECT certwire.draft_begin('{publication}', 'publish', '{channel}', "
            f"'2026-{self.number}', {hexed(peer.digest(manifest))}, {hexed(body.digest)}, "
            f"{hexed(body.stream)}, {len(body.parts)}, {hexed(rule)}, {hexed(peer.digest(rule))}, "
            f"NULL, NULL, {newest}, {needed})"]
        statements += [f"SELECT certwire.draft_part('{publication}', {index}, {hexed(part)})"
                       for index, part in enumerate(body.parts)]
        statements += [f"SELECT certwire.put_content_key('{publication}', '{k.kid}', "
                       f"{hexed(peer.seal_grant(publication, body.content_key, k.public))})"
                       for login, k in self.keys.items() if self.ROLES[login] != "registrar"]
        statements += [f"SELECT certwire.draft_finish('{publication}', '{key.kid}', "
                       f"'{forge.approval(sign or key, manifest)}')"]
        if needed > 1:
            statements.append(f"SELECT certwire.submit_publication('{publication}')")
        statements.append("COMMIT")
        self.cluster.sql(";\n".join(statements) + ";", by)
        self.manifest, self.body = manifest, body
        return publication

    def approve(self, publication, by="editor_chen", sign=None):
        key = self.keys[by]
        self.cluster.sql(f"SELECT certwire.approve('{publication}', '{key.kid}', "
                         f"'{forge.approval(sign or key, self.manifest)}')", by)

    def issue(self, publication):
        self.cluster.sql(f"SELECT certwire.request_issue('{publication}')", "editor_wang")

    def state(self, publication):
        return self.cluster.rows("SELECT state, issue_refused_code AS code FROM "
                                 "certwire.publication WHERE id = :'p'", p=publication)[0]

    def log(self, login="dispatch_a"):
        return self.dispatchers[login].log_tail()


class Peer:
    """A unit's client at the broker; the plugins' word is put into PostgreSQL by hand."""

    def __init__(self, desk, device):
        self.desk, self.device = desk, device
        self.client = Client(desk.port, device.client_id)
        assert self.client.connect() == 0
        self.client.subscribe(f"{TOPIC}unit/{device.unit}/+")
        for channel in ("weekly", "monthly"):
            self.client.subscribe(f"{TOPIC}channel/{channel}")
        self.receipts = 0

    def present(self, is_present=True):
        self.desk.cluster.sql(
            f"SELECT certwire.put_presence('test', ARRAY['{self.device.unit}'], "
            f"ARRAY['{self.device.device}'], ARRAY[{is_present}])", "broker")

    def payloads(self, leaf):
        return [m.payload for m in self.client.messages(f"{TOPIC}unit/{self.device.unit}/{leaf}")]

    def offers(self):
        """Entries by publication (a void: None), each with the grant for this device."""
        found = {}
        for payload in self.payloads("offer"):
            jws, grants = peer.read_offer(payload)
            entry = peer.Entry(jws.encode())
            found[entry.fields.get("publication")] = (
                entry, grants.get((self.device.device, self.device.key.kid)))
        return found

    def parts(self, publication):
        found = {}
        for message in self.client.messages():
            if message.topic.endswith("/part") or "/channel/" in message.topic:
                owner, index, _, part = peer.unpack_part(message.payload)
                if owner == publication:
                    found[index] = part
        return found

    def heads(self):
        newest = self.desk.keyrings()[-1]
        return [peer.read_head(p, newest, self.device.unit) for p in self.payloads("head")]

    def sync(self, **fields):
        """Sends a sync, again from time to time as a device would, and waits for a head that echoes it."""
        nonces, due = [], 0

        def echo():
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + 5
                jws = self.device.sync(**fields)
                nonces.append(forge.payload_of(jws)["nonce"])
                self.client.publish(f"{TOPIC}unit/{self.device.unit}/sync", jws)
            return [head for head in self.heads() if head["nonce"] in nonces]

        return wait_for(echo, lambda: "an answer to the sync:\n" + self.desk.log())[0]

    def receipt(self, items):
        self.receipts += 1
        raw = self.device.receipt(self.receipts, items).encode()
        self.put_receipt(raw, self.receipts)
        return raw

    def put_receipt(self, raw, number):
        self.desk.cluster.sql(
            f"SELECT certwire.put_receipts('test', ARRAY['{self.device.unit}'], "
            f"ARRAY['{self.device.device}'], ARRAY[{number}::bigint], ARRAY[{hexed(raw)}])", "broker")

    def settled(self):
        return max((h["devices"].get(self.device.device, {}).get("settled", 0)
                    for h in self.heads()), default=0)

    def fetch(self, publication):
        """Asks for parts, a window at a time, until all are there; then opens the publication."""
        wait_for(lambda: publication in self.offers(), lambda: "an offer:\n" + self.desk.log())
        entry, sealed = self.offers()[publication]
        count = entry.fields["parts"]
        while len(self.parts(publication)) < count:
            missing = [i for i in range(count) if i not in self.parts(publication)][:16]
            before = len(self.parts(publication))
            self.sync(missing=[{"publication": publication, "parts": ranges(missing)}])
            assert len(self.parts(publication)) > before, "a sync that brought nothing"
        key = peer.open_grant(sealed, publication, self.device.key)
        parts = [self.parts(publication)[i] for i in range(count)]
        return peer.open_publication(entry, key, parts, self.desk.keyrings())


def ranges(numbers):
    found = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
