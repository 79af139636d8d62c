"""What becomes of packets on one direction of a bad line: lost, doubled, out of order, late, too many, or all of them gone. Time
and randomness are passed in."""

import heapq
from collections import Counter
from dataclasses import dataclass

QUEUE_S = 0.4  # how much a line of little bandwidth buffers, like a modest router
HELD_BACK_S = 0.02  # one that is to come out of order
KINDS = ("passed", "dropped", "doubled", "reordered", "delayed", "slowed", "overflowed", "cut")  # what is counted


@dataclass(frozen=True)
class Ills:
    """Shares are of packets, between 0 and 1; of bandwidth 0 is as much as there is."""

    dropped: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0  # up to so much more than `delay_s`
    bytes_per_second: int = 0
    cut: bool = False  # nothing passes, and nobody is told


SOUND = Ills()


def no_counts():
    """With all its keys, so that it may be read while it is counted."""
    return Counter(dict.fromkeys(KINDS, 0))


class Lane:
    """`counts` is what happened to packets, `ills` what is wrong from now on."""

    def __init__(self, rng, counts=None):
        self.rng, self.counts = rng, no_counts() if counts is None else counts
        self.ills = SOUND
        self.under_way = []  # heap of (when it is due, its number, packet)
        self.taken = self.newest = 0
        self.free_at = self.last_due = 0.0

    def take(self, packet, now):
        """A packet came to the line."""
        if self.ills.cut:
            self.counts["cut"] += 1
        elif self._happens(self.ills.dropped):
            self.counts["dropped"] += 1
        elif self.ills.bytes_per_second and self.free_at - now > QUEUE_S:
            self.counts["overflowed"] += 1  # what comes to the end of a full queue
        else:
            due = self._due(len(packet), now)
            self._put(packet, due)
            if self._happens(self.ills.doubled):
                self.counts["doubled"] += 1
                self._put(packet, due)

    def due(self, now):
        """Takes from the line what comes out of it by now, in order."""
        while self.under_way and self.under_way[0][0] <= now:
            _, number, packet = heapq.heappop(self.under_way)
            if self.ills.cut:
                self.counts["cut"] += 1
                continue
            self.counts["passed"] += 1
            self.counts["reordered"] += number < self.newest
            self.newest = max(self.newest, number)
            yield packet

    def next_due(self):
        return self.under_way[0][0] if self.under_way else None

    def _happens(self, share):
        return share > 0 and self.rng.random() < share

    def _due(self, size, now):
        due = now
        if self.ills.bytes_per_second:
            self.counts["slowed"] += self.free_at > now
            due = self.free_at = max(now, self.free_at) + size / self.ills.bytes_per_second
        if self.ills.delay_s or self.ills.jitter_s:
            self.counts["delayed"] += 1
            due += self.ills.delay_s + self.rng.random() * self.ills.jitter_s
        return due

    def _put(self, packet, due):
        """Jitter keeps the order; what is held back on purpose is overtaken."""
        self.taken += 1
        if self._happens(self.ills.reordered):
            due += HELD_BACK_S
        else:
            due = self.last_due = max(due, self.last_due)
        heapq.heappush(self.under_way, (due, self.taken, packet))
