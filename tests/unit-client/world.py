"""A small world around one certwire-unit: a private broker, keys, and a dispatcher that a test scripts."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import warnings

import paho.mqtt.client as mqtt

from scripted import DEVICE, UNIT, Dispatcher
from machine import DEADLINE, Broker, free_port, wait_until
from publication import Publication, wire

__all__ = ["DEADLINE", "DEVICE", "PROGRAM", "UNIT", "Broker", "Case", "Publication", "World", "free_port",
           "wait_until", "when", "wire"]
warnings.filterwarnings("ignore", category=DeprecationWarning)
PROGRAM = os.environ["CERTWIRE_UNIT"]
YEAR = 365 * 86400


def when(offset_s):
    """A time from now as a manifest has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset_s))


class World(Dispatcher):
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
        self.device_id = DEVICE
        self.root, self.editor, self.editor2 = (wire.Key.generate() for _ in range(3))
        self.dispatcher, self.dispatcher2, self.stranger = (wire.Key.generate() for _ in range(3))
        self.keysets = []
        self.add_keyset()
        self.epoch = 1
        self.entries = []  # (JWS, payload digest, Publication or None, void's target)
        self.standing, self.reason = "good", ""
        self.receipts, self.fields = {}, {}  # number -> as it came, as it was read
        self.replies = []  # those settled, opened with the editor's key
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
            [(f"certwire/v1/unit/{UNIT}/{leaf}", 1) for leaf in ("sync", "receipt", "reply")])
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

    def sql(self, statement):
        """What the state says to it; while the daemon runs, too."""
        return subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(self.state, "unit.db"), statement],
                              check=True, capture_output=True, text=True).stdout.strip()


class Case(unittest.TestCase):
    def world(self, **options):
        world = World(**options)
        self.addCleanup(world.close)
        return world

    def store(self, world, *publications):
        for publication in publications:
            world.issue(publication)
        for publication in publications:
            world.wait_item(publication)

    def read(self, world, *args):
        done = world.run("inbox", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def titles(self, world, *args):
        return [item["title"] for item in json.loads(self.read(world, *args, "--json"))]
