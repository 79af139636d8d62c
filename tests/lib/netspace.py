"""Network namespaces without a name: each lives as long as this process has it open or a program runs in it, so none is left
behind, however the process ends, and the machine's own network is not touched."""

import ctypes
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def why_not(make):
    """Why what `make` makes of namespaces cannot be made here; None when it can."""
    try:
        make().close()
    except OSError as error:
        return f"{error} (network namespaces need root)" if os.geteuid() else str(error)
    return None


def _done(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def run(*argv, text=""):
    """A program, to its end; OSError when it fails."""
    argv = [str(arg) for arg in argv]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(argv)} {text}: {done.stderr.strip()}")
    return done.stdout


def _in_a_thread(act):
    """A thread changes the namespace for itself alone, and for the programs that it starts."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(act).result()


class Namespace:
    def __init__(self):
        def make():
            _done(LIBC.unshare(CLONE_NEWNET), "a network namespace")
            return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.fd = _in_a_thread(make)

    def close(self):
        os.close(self.fd)

    def enter(self):
        """For the calling thread, or a child between fork and exec: for good."""
        _done(LIBC.setns(self.fd, CLONE_NEWNET), "to enter a network namespace")

    def inside(self, act):
        """What `act` returns when it is called in there. Sockets that it makes stay there."""
        def entered():
            self.enter()
            return act()
        return _in_a_thread(entered)

    def run(self, *argv, text=""):
        return self.inside(lambda: run(*argv, text=text))

    def ip(self, *lines):
        self.run("ip", "-batch", "-", text="".join(f"{line}\n" for line in lines))

    def settings(self, **values):
        """Of the network in there, by their path below /proc/sys/net with `__` for each slash."""
        def write():
            for name, value in values.items():
                Path("/proc/sys/net", *name.split("__")).write_text(f"{value}\n", encoding="ascii")
        self.inside(write)

    def counters(self):
        """What the kernel counted in there: {"Tcp.RetransSegs": 3, ...}."""
        def read():
            return [Path("/proc/thread-self/net", name).read_text(encoding="ascii") for name in ("snmp", "netstat")]
        lines = [line.split() for text in self.inside(read) for line in text.splitlines()]
        return {f"{names[0].rstrip(':')}.{name}": int(value)
                for names, values in zip(lines[::2], lines[1::2]) for name, value in zip(names[1:], values[1:])}
