"""A slow line: a network namespace behind a veth pair shaped by tc (tbf) in both directions."""

import os
import random
import shutil
import subprocess
from pathlib import Path

QUEUE_MS = 400  # how much the line buffers, like a modest router


def ip(*args):
    done = subprocess.run(["ip", *map(str, args)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(map(str, args))}: {done.stderr.strip()}")


def why_not():
    """Why a namespace cannot be made here; None when it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("tc"):
        return "tc is not installed (iproute2)"
    line = None
    try:
        line = Line(1024 * 1024)
    except OSError as error:
        return str(error)
    finally:
        if line:
            line.close()
    return None


class Line:
    """`host` is the near end's address, for servers; `inside` prefixes a command with its far end."""

    def __init__(self, bytes_per_second):
        tag = f"{random.SystemRandom().randrange(1 << 24):06x}"
        subnet = f"10.{random.SystemRandom().randrange(64, 128)}.{int(tag[:2], 16)}"
        self.namespace = f"certwire-{tag}"
        self.near, self.far = f"cwn{tag}", f"cwf{tag}"
        self.host = f"{subnet}.1"
        self.inside = ["ip", "netns", "exec", self.namespace]
        ip("netns", "add", self.namespace)
        try:
            ip("link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns",
               self.namespace)
            ip("addr", "add", f"{self.host}/24", "dev", self.near)
            ip("link", "set", self.near, "up")
            ip("-n", self.namespace, "addr", "add", f"{subnet}.2/24", "dev", self.far)
            ip("-n", self.namespace, "link", "set", self.far, "up")
            ip("-n", self.namespace, "link", "set", "lo", "up")
            self._shape([], self.near, bytes_per_second)
            self._shape(self.inside, self.far, bytes_per_second)
        except BaseException:
            self.close()
            raise

    def close(self):
        for command in (["ip", "link", "del", self.near], ["ip", "netns", "del", self.namespace]):
            subprocess.run(command, capture_output=True, check=False)

    def bytes_down(self):
        """What went through towards the far end so far, headers included."""
        return int(Path(f"/sys/class/net/{self.near}/statistics/tx_bytes").read_text())

    @staticmethod
    def _shape(prefix, device, bytes_per_second):
        command = [*prefix, "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate",
                   f"{bytes_per_second * 8}bit", "burst", "16kb", "latency", f"{QUEUE_MS}ms"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
