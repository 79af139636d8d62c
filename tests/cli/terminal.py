"""A program at a terminal: what it shows is read, what a person types is written."""

import os
import pty
import select
import time


class Terminal:
    DEADLINE_S = 60

    def __init__(self, desk, command):
        self.desk = desk
        self.command = [str(word) for word in command]
        self.said = ""
        self.seen = 0
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(desk.folder)
            os.execve(self.command[0], self.command, desk.env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        if self.status is None:
            os.waitpid(self.pid, 0)

    def _read(self, deadline):
        """More of what it shows; False at its end."""
        ready = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]
        assert ready, f"{self.command}: nothing more came in time after:\n{self.said}"
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # how Linux says that nobody holds the terminal any more
            return False
        self.said += data.decode("utf-8", "replace")
        return bool(data)

    def expect(self, text):
        """Wait for a text after the one that was last expected."""
        deadline = time.monotonic() + self.DEADLINE_S
        while text not in self.said[self.seen:]:
            assert self._read(deadline), f"{text!r} never came:\n{self.said}"
        self.seen = self.said.index(text, self.seen) + len(text)

    def send(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        """Wait for its end; the exit status."""
        deadline = time.monotonic() + self.DEADLINE_S
        while self._read(deadline):
            pass
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.desk.hold(self.command, self.status, self.said)
        return self.status
