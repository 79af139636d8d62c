"""A slow line: a network namespace behind a veth pair shaped by tc (tbf) in both directions."""

import os
import random
import shutil
from pathlib import Path

import netspace
from netspace import Namespace

QUEUE_MS = 400  # how much the line buffers, like a modest router
FAR = "far"


def why_not():
    """Why a line cannot be made here; None when it can."""
    if not shutil.which("tc"):
        return "tc is not installed (iproute2)"
    return netspace.why_not(lambda: Line(1024 * 1024))


class Line:
    """`host` is the near end's address, for servers; a program with `network = line.far` runs at its far end."""

    def __init__(self, bytes_per_second):
        tag = f"{random.SystemRandom().randrange(1 << 24):06x}"
        subnet = f"10.{random.SystemRandom().randrange(64, 128)}.{int(tag[:2], 16)}"
        self.near = f"cwn{tag}"
        self.host = f"{subnet}.1"
        self.far = Namespace()
        try:
            netspace.run("ip", "link", "add", self.near, "type", "veth", "peer", "name", FAR, "netns",
                         f"/proc/{os.getpid()}/fd/{self.far.fd}")
            netspace.run("ip", "addr", "add", f"{self.host}/24", "dev", self.near)
            netspace.run("ip", "link", "set", self.near, "up")
            self.far.ip(f"addr add {subnet}.2/24 dev {FAR}", f"link set {FAR} up", "link set lo up")
            netspace.run(*shaped(self.near, bytes_per_second))
            self.far.run(*shaped(FAR, bytes_per_second))
        except BaseException:
            self.close()
            raise

    def close(self):
        """The pair goes with its far end's namespace, as soon as no program runs there."""
        self.far.close()

    def bytes_down(self):
        """What went through towards the far end so far, headers included."""
        return int(Path(f"/sys/class/net/{self.near}/statistics/tx_bytes").read_text())


def shaped(device, bytes_per_second):
    return ["tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", f"{bytes_per_second * 8}bit", "burst", "16kb",
            "latency", f"{QUEUE_MS}ms"]
