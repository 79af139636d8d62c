"""Clients that ping all the while something happens, each of whose pings must be answered."""

import threading

PAUSE_S = 0.02


class Pinging:
    """with Pinging(wire, ...): what happens; at the end none was cut and none waited too long."""

    def __init__(self, *wires):
        self.wires = wires
        self.over = threading.Event()
        self.failures = []
        self.answered = 0
        self.threads = [threading.Thread(target=self._ping, args=(wire,), daemon=True)
                        for wire in wires]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.over.set()
        for thread in self.threads:
            thread.join()
        if kind is None:
            assert not self.failures, self.failures
            assert self.answered >= len(self.wires)

    def _ping(self, wire):
        try:
            while not self.over.wait(PAUSE_S):
                wire.ping()
                self.answered += 1
        except Exception as failure:  # pylint: disable=broad-except
            self.failures.append(failure)
