"""A small world around one certwire-unit: a private broker, keys, and a dispatcher that a test scripts.

The dispatcher speaks docs/protocol.md through tests/peer/certwire_peer.py and keeps its ledger in
memory. By default it is correct; a test makes it late, silent, forgetful or hostile.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "peer"))
import certwire_peer as wire  # noqa: E402
import paho.mqtt.client as mqtt  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)
PROGRAM = os.environ["CERTWIRE_UNIT"]
UNIT, DEVICE = "unit-a", "d1"
DEADLINE = 60
YEAR = 365 * 86400


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, deadline=DEADLINE):
    """The first true value of `condition`, polled; fails when the deadline passes."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.02)


class Broker:
    def __init__(self, folder, conf="", anonymous=True):
        self.port = free_port()
        self.name = f"127.0.0.1:{self.port}"
        self.conf = os.path.join(folder, f"mosquitto-{self.port}.conf")
        with open(self.conf, "w") as out:
            out.write(f"listener {self.port} 127.0.0.1\n"
                      f"allow_anonymous {str(anonymous).lower()}\n"
                      "set_tcp_nodelay true\nmax_packet_size 131072\nlog_type none\n"
                      + ("user root\n" if os.geteuid() == 0 else "") + conf)
        self.process = None
        self.start()

    def start(self):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([program, "-c", self.conf])
        wait_until(self._answers, "broker listens")

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.kill()
        self.process.wait()


class Publication:
    """One publication with its sealed body, and the faults that a test wants in it."""

    def __init__(self, world, channel="weekly", number="2026-47", title="网络安全信息与动态周报",
                 files=None, kind="publish", signers=None, references=(), expires_at=None,
                 manifest_change=None, **body):
        self.files = files if files is not None else {"周报.pdf": os.urandom(50000)}
        self.id = os.urandom(16).hex()
        self.key = os.urandom(32)
        manifest = {
            "v": 1, "id": self.id, "salt": wire.b64(os.urandom(32)), "kind": kind,
            "channel": channel, "number": number, "title": title, "language": "zh-CN",
            "created_at": world.now(), "not_before": None, "expires_at": expires_at,
            "audience": wire.digest(b"all").hex(), "fields": {"期刊": "周报"},
            "references": list(references),
            "files": [{"name": name, "type": "application/pdf" if name.endswith(".pdf") else
                       "application/octet-stream", "size": len(data),
                       "digest": wire.digest(data).hex()} for name, data in self.files.items()]}
        manifest.update(manifest_change or {})
        self.manifest = wire.write_json(manifest)
        self.kind = kind
        sealed = wire.seal_body(self.manifest, list(self.files.values()), self.key, **body)
        self.stream, self.parts, self.body = sealed["stream"], sealed["parts"], sealed["body"]
        self.signatures = [wire.approve(key, self.manifest)
                           for key in signers or [world.editor]]
        self.folder = f"{channel}/{number}-{self.id[:8]}"

    def message(self, index):
        return wire.pack_part(self.id, index, len(self.parts), self.parts[index])


class World:
    def __init__(self, brokers=1, config="", tmpfs=None):
        self.folder = tempfile.mkdtemp(prefix="certwire-client-")
        self.state = os.path.join(self.folder, "state")
        self.inbox = os.path.join(self.state, "inbox")
        self.config = os.path.join(self.folder, "unit.conf")
        self.tmpfs = tmpfs
        if tmpfs:
            os.mkdir(self.state, 0o700)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=0700,size={tmpfs}", "tmpfs",
                            self.state], check=True)
        self.lock = threading.RLock()
        self.offset = 0
        self.root, self.editor, self.editor2 = (wire.Key.generate() for _ in range(3))
        self.dispatcher, self.dispatcher2, self.stranger = (wire.Key.generate() for _ in range(3))
        self.keysets = []
        self.add_keyset()
        self.epoch = 1
        self.entries = []  # (JWS, payload digest, Publication or None, void's target)
        self.standing, self.reason = "good", ""
        self.receipts, self.judged = {}, {}  # number -> fields, by what counted
        self.items = {}  # (publication, state) -> item: the first counts
        self.settled = 0
        self.incidents = {}
        self.syncs = []
        self.sent_parts = []  # (publication, index)
        # What the script may change:
        self.silent = False  # answers no sync
        self.checkpoint = None  # in every head
        self.channels = {}  # likewise
        self.settling = True
        self.part_filter = None  # (publication, index, message) -> message or None
        self.grants_filter = None  # (publication, sealed) -> sealed or None
        self.clients, self.brokers = [], []
        self.process = None
        for _ in range(brokers):
            self.add_broker()
        self.enroll(config)

    # The pieces around the unit

    def now(self):
        return int(time.time()) + self.offset

    def add_broker(self):
        broker = Broker(self.folder)
        self.brokers.append(broker)
        self.attach(broker)

    def attach(self, broker):
        client = mqtt.Client(client_id=f"dispatcher.test-{broker.port}", protocol=mqtt.MQTTv5)
        client.on_message = self._on_message
        ready = threading.Event()
        client.on_connect = lambda c, *_: c.subscribe(
            [(f"certwire/v1/unit/{UNIT}/sync", 1), (f"certwire/v1/unit/{UNIT}/receipt", 1)])
        client.on_subscribe = lambda *_: ready.set()
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        assert ready.wait(DEADLINE)
        self.clients.append(client)

    def add_keyset(self, **change):
        previous = self.keysets[-1] if self.keysets else None
        now = self.now()

        def key(pair, role, name, **status):
            return {"public": wire.b64(pair.public), "role": role, "name": name,
                    "not_before": now - YEAR, "not_after": now + YEAR, "status": "active",
                    "since": now - YEAR, **status}
        fields = {
            "v": 1, "version": len(self.keysets) + 1, "issued_at": now, "expires_at": now + YEAR,
            "previous": previous and wire.digest(previous.encode()).hex(),
            "root": wire.b64(self.root.public), "next_root": None,
            "keys": [key(self.editor, "editor", "王芳"), key(self.editor2, "editor", "李强"),
                     key(self.dispatcher, "dispatcher", "one"),
                     key(self.dispatcher2, "dispatcher", "two")],
            "channels": {"weekly": {"approvals": 1}, "monthly": {"approvals": 2},
                         "opportunity": {"approvals": 1}, "seminar": {"approvals": 1}}}
        fields.update(change)
        self.keysets.append(wire.jws_sign("certwire-keyset+jws", self.root, fields))

    def enroll(self, config):
        brokers = sum((["--broker", broker.name] for broker in self.brokers), [])
        done = self.run("enroll", "--unit", UNIT, "--device", DEVICE, "--state", self.state, *brokers,
                        "--root", wire.fingerprint(self.root.public))
        assert done.returncode == 0, done.stderr
        request, line = done.stdout.splitlines()
        with open(os.path.join(self.state, "device.key"), "rb") as file:
            self.device = wire.read_key_file(file.read())[2]
        assert line == "fingerprint: " + wire.fingerprint(self.device.public)
        assert wire.read_request(request)["unit"] == UNIT
        with open(self.config, "a") as out:
            out.write("sync_interval = 1s\n" + config)

    def run(self, *args, **options):
        return subprocess.run([PROGRAM, *args, "--config", self.config], capture_output=True,
                              text=True, timeout=DEADLINE, **options)

    def start(self, fault=None, **environ):
        environment = {**os.environ, **environ}
        environment.pop("CERTWIRE_FAULT", None)
        if fault:
            environment["CERTWIRE_FAULT"] = fault
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "run", "--config", self.config],
                                            env=environment, stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as systemd would; it must end cleanly."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE)
        assert status == 0, f"exit status {status}\n{self.log_text()}"
        self.process = None

    def log_text(self):
        with open(os.path.join(self.folder, "log")) as file:
            return file.read()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for client in self.clients:
            client.loop_stop()
            client.disconnect()
        for broker in self.brokers:
            if broker.process.poll() is None:
                broker.stop()
        if self.tmpfs:
            subprocess.run(["umount", self.state], check=False)
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    # The dispatcher

    def publish(self, topic, payload):
        for client in self.clients:
            client.publish(topic, payload, qos=1)

    def to_unit(self, leaf, payload):
        self.publish(f"certwire/v1/unit/{UNIT}/{leaf}", payload)

    def entry_fields(self, publication=None, **change):
        number = len(self.entries) + 1
        fields = {
            "v": 1, "unit": UNIT, "epoch": self.epoch, "number": number,
            "kind": publication.kind if publication else "void",
            "previous": self.entries[-1][1].hex() if self.entries else wire.ZEROS,
            "keyset": len(self.keysets), "issued_at": self.now()}
        if publication:
            fields.update({
                "publication": publication.id, "manifest": wire.digest(publication.manifest).hex(),
                "body": publication.body.hex(), "stream": wire.b64(publication.stream),
                "parts": len(publication.parts), "signatures": publication.signatures})
        fields.update(change)
        return fields

    def sign_entry(self, fields, key=None):
        return wire.jws_sign("certwire-entry+jws", key or self.dispatcher, fields)

    def issue(self, publication=None, push=True, **change):
        """A new entry of the mailbox; offered at once with `push`."""
        with self.lock:
            fields = self.entry_fields(publication, **change)
            jws = self.sign_entry(fields)
            self.entries.append((jws, wire.Entry(jws).digest, publication, fields.get("target")))
            number = len(self.entries)
        if push:
            self.offer(number)
        return number

    def offer_text(self, jws, publication):
        grants = []
        if publication:
            sealed = wire.seal_grant(publication.id, publication.key, self.device.public)
            if self.grants_filter:
                sealed = self.grants_filter(publication, sealed)
            if sealed:
                grants = [{"device": DEVICE, "kid": self.device.kid, "sealed": wire.b64(sealed)}]
        return wire.write_json({"v": 1, "entry": jws, "grants": grants})

    def offer(self, number):
        jws, _, publication, _ = self.entries[number - 1]
        self.to_unit("offer", self.offer_text(jws, publication))

    def send_part(self, publication, index, topic="part"):
        message = publication.message(index)
        if self.part_filter:
            message = self.part_filter(publication, index, message)
        if message is None:
            return
        self.sent_parts.append((publication.id, index))
        if topic == "part":
            self.to_unit("part", message)
        else:
            self.publish(topic, message)

    def head(self, device=None, nonce=None, key=None, **change):
        with self.lock:
            fields = {
                "v": 1, "unit": UNIT, "device": device, "nonce": nonce, "time": self.now(),
                "epoch": self.epoch, "last": len(self.entries),
                "digest": self.entries[-1][1].hex() if self.entries else wire.ZEROS,
                "standing": self.standing, "since": self.now() - 60, "reason": self.reason,
                "channels": self.channels, "keyset": len(self.keysets), "checkpoint": self.checkpoint,
                "devices": {DEVICE: {"settled": self.settled}}, "refused": []}
        fields.update(change)
        return wire.jws_sign("certwire-head+jws", key or self.dispatcher, fields)

    def _on_message(self, _client, _userdata, message):
        try:
            with self.lock:
                if message.topic.endswith("/sync"):
                    self._on_sync(wire.read_sync(message.payload, self.device.public))
                else:
                    self._on_receipt(message.payload.decode())
        except Exception as failure:  # a thread of paho would swallow it
            self.failure = failure
            raise

    def _on_sync(self, sync):
        self.syncs.append(sync)
        for incident in sync["incidents"]:
            self.incidents[incident["code"]] = (self.incidents.get(incident["code"], 0) +
                                                incident["count"])
        if self.silent:
            return
        for keyset in self.keysets[sync["keyset"]:]:
            self.to_unit("keyset", keyset)
        if self.standing == "good":
            self._answer(sync)
        self.to_unit("head", self.head(DEVICE, sync["nonce"]))

    def _answer(self, sync):
        held = set(range(1, sync["last"] + 1)) if sync["epoch"] == self.epoch else set()
        if sync["epoch"] == self.epoch:
            for low, high in sync["have"]:
                held.update(range(low, high + 1))
            held -= set(sync["grants"])
        voided = {target for _, _, _, target in self.entries if target}
        owed = [n for n in range(1, len(self.entries) + 1) if n not in held]
        for number in owed[:16]:
            jws, _, publication, _ = self.entries[number - 1]
            self.to_unit("offer", self.offer_text(jws, None if number in voided else publication))
        known = {p.id: p for _, _, p, _ in self.entries if p}
        for missing in sync["missing"]:
            publication = known.get(missing["publication"])
            for low, high in missing["parts"]:
                for index in range(low, high + 1):
                    if publication:
                        self.send_part(publication, index)

    def _on_receipt(self, raw):
        fields = wire.read_receipt(raw, self.device.public)
        held = self.receipts.get(fields["number"])
        assert held is None or held == raw, "two receipts under one number"
        self.receipts[fields["number"]] = raw
        if self.settling:
            self.settle()

    def settle(self):
        """Judges what came, in order, and says so."""
        before = self.settled
        while self.settled + 1 in self.receipts:
            self.settled += 1
            fields = wire.read_receipt(self.receipts[self.settled], self.device.public)
            for item in fields["items"]:
                self.items.setdefault((item["publication"], item["state"]), item)
        if self.settled != before:
            self.to_unit("head", self.head())

    # What a test asks

    def item(self, publication, state="stored"):
        with self.lock:
            return self.items.get((publication.id, state))

    def wait_item(self, publication, state="stored"):
        return wait_until(lambda: self.item(publication, state),
                          f"a settled receipt: {state}\n{self.log_text()}")

    def status(self):
        done = self.run("status", "--json")
        return json.loads(done.stdout) if done.stdout else {"state": "", "stderr": done.stderr}

    def wait_status(self, word):
        return wait_until(lambda: (lambda s: s if s["state"] == word else None)(self.status()),
                          f"status {word}: {self.status()}\n{self.log_text()}")

    def wait_incident(self, code):
        return wait_until(lambda: self.incidents.get(code), f"incident {code}\n{self.log_text()}")

    def documents(self):
        """Folders of documents in the inbox, quarantine left out."""
        found = []
        for channel in sorted(os.listdir(self.inbox)) if os.path.isdir(self.inbox) else []:
            if not channel.startswith("."):
                found += [f"{channel}/{name}" for name in
                          sorted(os.listdir(os.path.join(self.inbox, channel)))]
        return found

    def assert_stored(self, publication):
        for name, data in publication.files.items():
            path = os.path.join(self.inbox, publication.folder, name)
            with open(path, "rb") as file:
                assert file.read() == data
            assert os.stat(path).st_mode & 0o777 == 0o440
