"""The machine around a client: ports, waiting, and a stock broker of its own."""

import os
import shutil
import socket
import subprocess
import time

DEADLINE = 60


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
            raise AssertionError(f"not within {deadline} s: {what() if callable(what) else what}")
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
