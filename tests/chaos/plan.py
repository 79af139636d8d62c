"""What a run does, drawn from a seed: the same seed gives the same rounds, and in each the same publications and faults.

A round has publications and steps. A step names a fault, whom it meets, and the phase of the round's newest publication at
which it happens ("the first part stored somewhere"), never a time: how fast the machine is decides only how long a run takes.
Faults are dealt like cards, so that each kind comes as often as its weight says and none is left to luck; so are fault points.
"""

import hashlib
import json
import random

UNITS = {  # unit: channels it may receive
    "huaan": ("weekly", "monthly", "opportunity"),
    "beichen": ("weekly", "monthly"),
    "donghai": ("weekly", "monthly", "opportunity"),
    "kunlun": ("monthly", "opportunity"),
}
SECOND_DEVICES = ("huaan", "donghai")
SMALL_DISK = "kunlun"  # its state and inbox lie on a small file system of their own
CHANNELS = ("monthly", "opportunity", "weekly")
PHASES = ("asked", "issued", "signed", "sealed", "offered", "stored", "settled")
SIZES = (1_000, 1_000, 40_000, 150_000, 400_000, 1_500_000, 3_500_000)

# kind: (cards in the deck, what the step also says)
FAULTS = {
    "kill-unit": (5, ("unit",)),
    "kill-units": (2, ()),
    "kill-broker": (5, ("broker", "stays_down")),
    "kill-brokers": (1, ()),
    "kill-leader": (5, ("stays_down",)),
    "kill-dispatchers": (2, ()),
    "kill-backend": (3, ("login",)),
    "kill-postmaster": (3, ("seconds",)),
    "unit-dies-at": (5, ("unit", "unit_point")),
    "cut-power": (3, ("unit", "dice")),
    "cut-power-at": (3, ("unit", "unit_point", "dice")),
    "dispatchers-die-at": (4, ("dispatch_point",)),
    "stop-unit": (1, ("unit", "seconds")),
    "stop-broker": (1, ("broker", "seconds")),
    "stop-leader": (1, ("seconds",)),
    "stop-leader-past-lease": (2, ("dispatch_point",)),
    "suspend-while-sealing": (1, ("unit",)),
    "cut": (2, ("unit",)),
    "cut-dispatchers": (1, ()),
    "hold": (3, ("unit", "silence")),
    "hold-dispatchers": (2, ("silence",)),
    "lossy": (3, ("unit",)),
    "lossy-dispatchers": (2, ()),
    "slow": (2, ("unit",)),
    "slow-dispatchers": (1, ()),
    "limit": (1, ("unit",)),
    "meddle": (4, ("unit", "tricks")),
    "disk-full": (1, ()),
    "lose-state": (1, ("unit", "with_inbox")),
    "restore-state": (2, ("unit",)),
    "restore-postgres": (1, ()),
    "suspend": (2, ("unit",)),
    "deny": (2, ("unit", "channel")),
    "revoke-device": (1, ("unit",)),
    "recall": (5, ("back", "unit", "move_point")),
    "supersede": (5, ("back", "newer_size", "unit", "move_point")),
    "reply": (6, ("answering", "answer", "meanwhile", "dice")),
}
ON_WIRES = ("hold", "hold-dispatchers", "lossy", "lossy-dispatchers", "slow", "slow-dispatchers", "limit")  # of packets
FIRST = {"unit-dies-at", "cut-power-at", "dispatchers-die-at", "stop-leader-past-lease",
         "suspend-while-sealing", "restore-state", "restore-postgres", "meddle", "disk-full", "lossy", "lossy-dispatchers", "slow",
         "slow-dispatchers", "limit"}  # before anything is issued
TRICKS = ("withhold", "repeat", "reorder", "forge", "delay")
ANSWERING = tuple(unit for unit, channels in UNITS.items() if "opportunity" in channels)
LASTING = "until the round ends"
MEANWHILE = ("runs", "runs", "is down", "loses power")  # the unit, while a person there answers
LOGINS = ("dispatch_a", "dispatch_b", "broker")


class Deck:
    """Cards dealt in a shuffled order, and shuffled again once all are dealt."""

    def __init__(self, rng, cards):
        self.rng, self.cards, self.left = rng, list(cards), []

    def deal(self):
        if not self.left:
            self.left = self.cards[:]
            self.rng.shuffle(self.left)
        return self.left.pop()


class Plan:
    """Rounds, made one after the other: `rounds()` never ends."""

    def __init__(self, seed, unit_points, dispatch_points, move_points, only=None):
        rng = self.rng = random.Random(f"certwire-chaos-{seed}")
        faults = {kind: FAULTS[kind] for kind in (only or FAULTS)}
        self.faults = Deck(rng, [kind for kind, (cards, _) in faults.items() for _ in range(cards)])
        self.decks = {
            "unit": Deck(rng, UNITS), "broker": Deck(rng, (0, 1)), "login": Deck(rng, LOGINS),
            "channel": Deck(rng, CHANNELS), "unit_point": Deck(rng, unit_points),
            "dispatch_point": Deck(rng, dispatch_points), "stays_down": Deck(rng, (False, True)),
            "move_point": Deck(rng, (None, None, *move_points)),  # where the unit dies that puts away what is taken back
            "back": Deck(rng, (0, 0, 0, 1, 3, 8)), "answering": Deck(rng, ANSWERING),
            "newer_size": Deck(rng, (1_000, 150_000, 1_500_000)),
            "answer": Deck(rng, ("interest", "decline")), "meanwhile": Deck(rng, MEANWHILE),
            "mercy": Deck(rng, (0, 1, 1, 1)),
            "with_inbox": Deck(rng, (False, True)), "seconds": Deck(rng, (0.5, 1.0, 2.0)),
            "silence": Deck(rng, (0.5, 1.0, 2.0, LASTING)),
        }
        self.sizes, self.channels = Deck(rng, SIZES), Deck(rng, CHANNELS)
        self.expiring = Deck(rng, (True, False, False, False, False, False))
        self.hash, self.count = hashlib.blake2b(digest_size=8), 0

    def round(self):
        self.count += 1
        steps = [self._step() for _ in range(self.rng.randint(2, 5))]
        steps.sort(key=lambda step: -1 if step["fault"] in FIRST else PHASES.index(step["phase"]))
        made = {"round": self.count, "steps": steps, "publications": [
            {"channel": self.channels.deal(), "size": self.sizes.deal(), "expires": self.expiring.deal()}
            for _ in range(self.rng.choice((1, 2, 2, 3)))]}
        self.hash.update(json.dumps(made, sort_keys=True).encode())
        return made

    def digest(self):
        """Names everything planned so far: two runs with the same one did the same."""
        return self.hash.hexdigest()

    def _step(self):
        kind = self.faults.deal()
        step = {"fault": kind, "phase": self.rng.choice(PHASES)}
        for name in FAULTS[kind][1]:
            step[name] = self._drawn(name)
        return step

    def _drawn(self, name):
        if name == "tricks":
            return self.rng.sample(TRICKS, self.rng.randint(1, 3))
        if name == "dice":  # of a power cut; 0: nothing survives but what was synced
            return self.decks["mercy"].deal() * self.rng.randrange(1, 1 << 30)
        return self.decks[name].deal()
