"""What people do in a run, noted so that the checker can hold the system to it."""

from dataclasses import dataclass, field as default


@dataclass
class Loss:
    """A right that was lost: what was sealed when the loss was committed is all there may be until it is regained."""

    unit: str
    channel: str | None = None  # None: all
    device: str | None = None  # None: all
    seen: set = default(default_factory=set)  # (publication, unit, device)

    def covers(self, grant, channel):
        return (grant[1] == self.unit and self.channel in (None, channel) and
                self.device in (None, grant[2]))

    def broken_by(self, grants, channels):
        """Which of `grants` it forbids; `channels`: publication -> channel."""
        return sorted(g for g in grants if self.covers(g, channels[g[0]]) and g not in self.seen)


@dataclass
class Act:
    """What took or gave a right, between two moments (seconds since 1970, by PostgreSQL's clock)."""

    unit: str
    channel: str | None  # None: all
    gives: bool
    before: float
    after: float


@dataclass
class Published:
    channel: str
    number: str
    content: str | None  # digest of the only file; None: a recall has none
    size: int
    recalls: str | None = None
    supersedes: str | None = None

    def right(self):
        """The channel whose loss forbids it; None: no loss of a channel forbids a recall, who may have what it takes back is told."""
        return None if self.recalls else self.channel

    def files(self):
        """Digests of its files."""
        return [self.content] if self.content else []


@dataclass(frozen=True)
class Done:
    """What a person at a unit did, and was told (exit status 0) that it is done."""

    unit: str
    device: str
    publication: str
    what: str  # opened, interest, decline
    note: str = ""
