"""certwire-unit under a real systemd: the shipped unit file in a manager of its own, in a private mount namespace."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from world import PROGRAM, Case, Publication, wait_until

SHIPPED = os.path.join(os.path.dirname(__file__), "..", "..", "packaging", "systemd", "certwire-unit.service")
SYSTEMD = "/lib/systemd/systemd"
# What a test cannot have as it is shipped: the place of the program, its own user, three minutes' patience, and
# mounts within this namespace.
DROP_IN = """[Service]
ExecStart=
ExecStart={program} run --config {config}
WatchdogSec=2
RestartSec=100ms
PrivateTmp=no
ProtectSystem=no
ProtectHome=no
PrivateDevices=no
ProtectProc=default
ProcSubset=all
ProtectHostname=no
ProtectKernelLogs=no
ProtectKernelModules=no
ProtectKernelTunables=no
ProtectControlGroups=no
StandardError=append:{log}
Environment="ASAN_OPTIONS={asan}" "LSAN_OPTIONS=detect_leaks=0"
"""
# A user's manager wants a system that systemd has booted: it looks for this folder.
IN_A_NAMESPACE = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec "$@"'


@unittest.skipIf(os.geteuid() != 0 or not os.path.exists(SYSTEMD), "no systemd, or not root")
class Managing(Case):
    def manage(self):
        """Starts the manager; the daemon is not started yet."""
        self.place = self.world()
        self.folder = os.path.join(self.place.folder, "systemd")
        units = os.path.join(self.folder, "config/systemd/user")
        self.runtime = os.path.join(self.folder, "runtime")
        os.makedirs(self.runtime, mode=0o700)
        os.makedirs(units + "/certwire-unit.service.d")
        shutil.copy(SHIPPED, units)
        with open(units + "/certwire-unit.service.d/test.conf", "w") as file:
            file.write(DROP_IN.format(program=PROGRAM, config=self.place.config, log=self.place.folder + "/log",
                                      asan=os.environ.get("ASAN_OPTIONS", "")))
        open(self.place.folder + "/log", "w").close()
        self.environ = {**os.environ, "HOME": self.folder, "XDG_RUNTIME_DIR": self.runtime,
                        "XDG_CONFIG_HOME": os.path.join(self.folder, "config")}
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "wb") as log:
            self.manager = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", IN_A_NAMESPACE, "sh", SYSTEMD, "--user", "--unit=basic.target",
                 "--log-target=console"], env=self.environ, stdout=log, stderr=log)
        self.addCleanup(self.end)
        wait_until(lambda: os.path.exists(os.path.join(self.runtime, "systemd/private")), self.text)

    def end(self):
        if self.manager.poll() is None:
            self.ctl("stop", "certwire-unit")
            self.manager.send_signal(signal.SIGRTMIN + 24)  # exit at once, says systemd(1)
        try:
            self.manager.wait(60)
        finally:
            self.manager.kill()

    def text(self):
        with open(self.log) as file:
            return file.read() + self.place.log_text()

    def ctl(self, *args):
        return subprocess.run(["nsenter", f"--mount=/proc/{self.manager.pid}/ns/mnt", "systemctl", "--user", *args],
                              env=self.environ, capture_output=True, text=True, timeout=120)

    def show(self, name):
        return self.ctl("show", "certwire-unit", "--value", "-p", name).stdout.strip()

    def test_the_shipped_file_has_nothing_that_systemd_complains_of(self):
        folder = tempfile.mkdtemp(prefix="certwire-systemd-")
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "certwire-unit.service")
        with open(SHIPPED) as file:
            text = file.read().replace("/usr/local/bin/certwire-unit", PROGRAM)
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_it_is_started_watched_started_again_and_stopped(self):
        self.manage()
        # Type=notify: this returns once the daemon has said READY=1.
        started = self.ctl("start", "certwire-unit")
        self.assertEqual(started.returncode, 0, self.ctl("status", "--full", "certwire-unit").stdout + self.text())
        self.assertEqual(self.show("ActiveState"), "active")
        wait_until(lambda: "connected" in self.show("StatusText"), self.text)
        first = Publication(self.place)
        self.store(self.place, first)
        pid = int(self.show("MainPID"))
        # It hangs: the watchdog ends it, and it is started again.
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: int(self.show("MainPID")) not in (0, pid), self.text)
        self.assertEqual(self.show("NRestarts"), "1")
        second = Publication(self.place, number="2026-48")
        self.store(self.place, second)
        self.assertEqual(self.place.documents(), [first.folder, second.folder])
        stopped = self.ctl("stop", "certwire-unit")
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertEqual((self.show("ActiveState"), self.show("Result")), ("inactive", "success"))
        self.assertEqual(self.place.status()["state"], "stopped")


if __name__ == "__main__":
    unittest.main()
