"""One program of a world: started, paused, killed and ended by its own pid alone.

Unless it is to be kept, a program dies with the Python process that started it, even when that is
killed: the kernel sends it SIGKILL (PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

from waiting import wait_for

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
LOG_TAIL = 6000


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def start_time(pid):
    """When the process started, in clock ticks since boot; None when there is none (or a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


class Process:
    """`argv` run in the foreground; stdout and stderr go to FOLDER/NAME.log."""

    def __init__(self, name, argv, folder, *, user=None, env=None, persistent=False,
                 stop_signal=signal.SIGTERM):
        self.name = name
        self.argv = [str(a) for a in argv]
        self.folder = Path(folder)
        self.user = user
        self.env = env or {}
        self.persistent = persistent
        self.stop_signal = stop_signal
        self.network = None  # the Namespace (netspace.py) that it runs in; None: the machine's
        self.log_file = self.folder / f"{name}.log"
        self.child = None
        self.killed = False

    def start(self, **env):
        assert not self.running(), f"{self.name} runs already"
        self.killed = False
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with open(self.log_file, "ab") as log:
            self.child = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env={**os.environ, **self.env, **env}, start_new_session=True,
                preexec_fn=self._prepare, **who)
        if self.persistent:
            pid_file = self.folder / f"{self.name}.pid"
            pid_file.write_text(f"{self.child.pid} {start_time(self.child.pid)}\n")
        return self

    def _prepare(self):
        """In the child, before the program."""
        if not self.persistent:
            die_with_parent()
        if self.network:
            self.network.enter()

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child is not None and self.child.poll() is None

    def signal(self, number):
        assert self.running(), f"{self.name} does not run:\n{self.log_tail()}"
        self.child.send_signal(number)

    def pause(self):
        self.signal(signal.SIGSTOP)
        wait_for(self.stopped, f"{self.name} to be stopped", 10)

    def stopped(self):
        """Whether it runs but is held by SIGSTOP."""
        assert self.running(), f"{self.name} ended:\n{self.log_tail()}"
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[0] == "T"

    def resume(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """SIGKILL, at once."""
        if self.running():
            self.killed = True
            self.child.kill()
            self.child.wait()

    def ended(self, deadline=60):
        """Wait for the program to end on its own; its return code (negative: the signal)."""
        wait_for(lambda: not self.running(), lambda: f"{self.name} to end:\n{self.log_tail()}",
                 deadline)
        return self.child.returncode

    def stop(self, deadline=30):
        """End it in its own way, and fail when it does not end cleanly."""
        if not self.running():
            return
        self.child.send_signal(signal.SIGCONT)
        self.child.send_signal(self.stop_signal)
        try:
            code = self.child.wait(deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end in {deadline} s:\n{self.log_tail()}")
        assert code == 0, f"{self.name} ended with {code}:\n{self.log_tail()}"

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def log_tail(self):
        return self.log()[-LOG_TAIL:] if self.log_file.exists() else "(no log)"


def end_kept(folder):
    """End what was started with persistent=True and its pid file in `folder`, newest first.

    A pid that now belongs to another program (its start time differs) is left alone.
    """
    files = sorted(Path(folder).glob("*.pid"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
    for pid_file in files:
        pid, started = pid_file.read_text().split()
        if start_time(pid) == started:
            number = signal.SIGINT if pid_file.stem == "postgres" else signal.SIGTERM
            os.kill(int(pid), number)
            wait_for(lambda: start_time(pid) != started, f"{pid_file.stem} ({pid}) to end", 60)
        pid_file.unlink()
    return [f.stem for f in files]
