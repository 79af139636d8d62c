"""A support unit's side: one device with its state, inbox and daemon."""

import json
import os
import re
import shutil
from pathlib import Path

from office import FINGERPRINT
from process import Process
from programs import write_conf
from waiting import wait_for


class Unit:
    def __init__(self, world, unit, name, device="d1", brokers=None, **settings):
        self.world = world
        self.id = unit
        self.name = name
        self.device = device
        self.folder = world.folder / "units" / f"{unit}.{device}"
        self.state = self.folder / "state"
        self.inbox = self.folder / "inbox"
        self.conf = self.folder / "unit.conf"
        self.folder.mkdir(parents=True, mode=0o700)
        self.settings = {
            "unit": unit, "device": device, "state": self.state, "inbox": self.inbox,
            "broker": brokers or [world.broker.address], "root_fingerprint": world.office.root,
            "sync_interval": world.sync_interval, **settings}
        write_conf(self.conf, self.settings)
        self.process = Process(f"unit-{unit}-{device}",
                               [world.programs["certwire-unit"], "run", "--config", self.conf],
                               world.logs, persistent=world.persistent)
        self.fingerprint = None

    @property
    def client_id(self):
        return f"{self.id}.{self.device}"

    @property
    def key(self):
        return self.state / "device.key"

    def reconfigure(self, **settings):
        self.settings.update(settings)
        write_conf(self.conf, self.settings)

    def tool(self, *args):
        return self.world.programs.run("certwire-unit", *args, "--config", self.conf)

    def try_tool(self, *args, **options):
        return self.world.programs.call("certwire-unit", *args, "--config", self.conf, **options)

    def enroll(self):
        """Make the key and the request, and have the registrar certify it after the phone call."""
        said = self.tool("enroll", "--unit", self.id, "--device", self.device,
                         "--broker", self.settings["broker"][0].split(",")[0], "--root", self.world.office.root)
        self.fingerprint = FINGERPRINT.search(said).group()
        request = (self.state / "request.jws").read_text(encoding="ascii").strip()
        self.world.office.admin("request_device", self.id, self.device, request)
        self.world.office.certify(self.id, self.device, self.fingerprint)
        return self

    def start(self, **env):
        self.process.start(**self._suppressions(), **env)
        return self

    def _suppressions(self):
        """What the leak sanitizer is to pass over, where the confined daemon may still read it when it ends."""
        options = os.environ.get("LSAN_OPTIONS", "")
        found = re.search(r"suppressions=([^:]+)", options)
        if not found or not self.state.is_dir():
            return {}
        shutil.copy(found.group(1), self.state / "lsan.supp")
        return {"LSAN_OPTIONS": options.replace(found.group(1), str(self.state / "lsan.supp"))}

    def connected(self, deadline=60):
        """Wait until the ledger says that the device is present at a broker."""
        wait_for(lambda: self.world.present(self), lambda: f"{self.client_id} to be connected:\n"
                 + self.process.log_tail(), deadline)
        return self

    def status(self):
        """What `certwire-unit status --json` says, the daemon running or not."""
        done = self.try_tool("status", "--json")
        assert done.stdout, f"status of {self.id}: exit {done.returncode}: {done.stderr}"
        return json.loads(done.stdout)

    def inbox_list(self):
        return json.loads(self.tool("inbox", "list", "--json"))

    def documents(self):
        """Every file in the inbox with its bytes, by path; not the proofs beside them."""
        if not self.inbox.exists():
            return {}
        return {str(path.relative_to(self.inbox)): path.read_bytes()
                for path in sorted(self.inbox.rglob("*"))
                if path.is_file() and not any(p.startswith(".") for p in
                                              path.relative_to(self.inbox).parts)}

    def has(self, publication, deadline=60):
        """Wait until the ledger has settled that this unit stored the publication."""
        wait_for(lambda: self.world.stored_at(publication, self.id) is not None,
                 lambda: f"{self.id} to store {publication}: "
                 f"{self.world.delivery(publication, self.id)}\n" + self.process.log_tail(),
                 deadline)

    def log(self):
        return self.process.log()

    def folder_of(self, publication):
        (found,) = Path(self.inbox).glob(f"*/*-{publication[:8]}")
        return found
