"""The lines between units, dispatchers and brokers, and every way in which a run breaks them.

Whoever is at a broker's other end (a unit with all its devices, the dispatchers) runs in a network namespace of its own, behind a
wire (wire.py) that loses, doubles, reorders, delays and limits packets, or lets none through. At the wire's near end is a meddler
for each broker: it resets connections, and is the broker's owner who plays tricks. Without namespaces meddlers are all there is.
"""

from collections import Counter
from dataclasses import replace

from lane import Ills
from meddler import Meddler
from plan import LASTING, ON_WIRES, UNITS
from ports import free_port
from waiting import DeadlinePassed, wait_for
from wire import Wire

DISPATCHERS = "dispatchers"
LOSSY = {"dropped": 0.08, "doubled": 0.08, "reordered": 0.08}
SLOW = {"delay_s": 0.1, "jitter_s": 0.1}
LIMITED = {"bytes_per_second": 200_000}
NOTICED_S = 8  # a line that was cut meets something that wants to pass within this
WITHOUT_EFFECT = " without effect"
# kind: what is counted while it lasts; else it did not happen.
SENT_AGAIN = "sent again by TCP"
TRACES = {"lossy": ("dropped", SENT_AGAIN), "slow": ("delayed",), "limit": ("slowed",), "hold": ("cut",)}
CERTAIN = ("lossy", "hold")  # a run that tried them and never did proves nothing


class Lines:
    """Of a field; `missing` is why there are no wires, None when there are."""

    def __init__(self, seed, brokers):
        self.missing = None
        self.wires, self.meddlers = {}, {}
        for number, who in enumerate((*UNITS, DISPATCHERS), 1):
            try:
                self.wires[who] = Wire(number, f"{seed} {who}")
            except OSError as error:
                self.missing = str(error)
            self.meddlers[who] = [self._meddler(who, broker, f"{seed} {n} {who}") for n, broker in enumerate(brokers)]

    def _meddler(self, who, broker, seed):
        wire = self.wires.get(who)
        meddler = Meddler(broker.port, seed, wire and wire.listen(free_port()))
        broker.extra_names.append(meddler.address)
        return meddler

    def addresses(self, who):
        return [meddler.address for meddler in self.meddlers[who]]

    def connect(self, process, who):
        """From its next start on it is behind the wire."""
        process.network = self.wires[who].far if who in self.wires else None

    def close(self):
        for meddler in self._meddlers():
            meddler.close()
        for wire in self.wires.values():
            wire.close()

    def heal(self):
        for line in (*self._meddlers(), *self.wires.values()):
            line.heal()

    def _meddlers(self):
        return [meddler for pair in self.meddlers.values() for meddler in pair]

    def tricks(self):
        """How often each was played."""
        return sum((meddler.counts for meddler in self._meddlers()), Counter())

    def packets(self):
        """What became of them on all wires."""
        return sum((counted(wire) for wire in self.wires.values()), Counter())


def counted(wire):
    return wire.counts + Counter({SENT_AGAIN: wire.retransmitted()})


class LineBreaker:
    """Each fault of lines is a method; `faults` counts them. What left no trace is taken back, and counted as without effect."""

    def __init__(self, lines, faults, pass_time):
        self.lines, self.faults, self.pass_time = lines, faults, pass_time
        self.suffering = []  # (fault, wire, what was counted before)

    def cut(self, step):
        self._reset(step["unit"])

    def cut_dispatchers(self, _step):
        self._reset(DISPATCHERS)

    def hold(self, step):
        self._hold(step, step["unit"])

    def hold_dispatchers(self, step):
        self._hold(step, DISPATCHERS)

    def lossy(self, step):
        self._spoil(step, step["unit"], **LOSSY)

    def lossy_dispatchers(self, step):
        self._spoil(step, DISPATCHERS, **LOSSY)

    def slow(self, step):
        self._spoil(step, step["unit"], **SLOW)

    def slow_dispatchers(self, step):
        self._spoil(step, DISPATCHERS, **SLOW)

    def limit(self, step):
        self._spoil(step, step["unit"], **LIMITED)

    def meddle(self, step):
        for meddler in self.lines.meddlers[step["unit"]]:
            meddler.tricks = tuple(step["tricks"])

    def _reset(self, who):
        for meddler in self.lines.meddlers[who]:
            meddler.cut()

    def _spoil(self, step, who, **ills):
        """Until the round ends."""
        wire = self.lines.wires[who]
        self.suffering.append((step["fault"], wire, counted(wire)))
        wire.ills = replace(wire.ills, **ills)

    def _hold(self, step, who):
        """Nothing passes, for seconds and until something wanted to; or until the round ends."""
        self._spoil(step, who, cut=True)
        if step["silence"] == LASTING:
            return
        self.pass_time(step["silence"])
        _, wire, before = self.suffering[-1]
        try:
            wait_for(lambda: wire.counts["cut"] > before["cut"], "something to be lost", NOTICED_S)
        except DeadlinePassed:
            pass
        wire.ills = replace(wire.ills, cut=False)

    def heal(self):
        for fault, wire, before in self.suffering:
            after = counted(wire)
            if not all(after[trace] > before[trace] for trace in TRACES[kind_of(fault)]):
                self.faults[fault] -= 1
                self.faults[fault + WITHOUT_EFFECT] += 1
        self.suffering.clear()
        self.lines.heal()

    def never_happened(self):
        return [kind for kind in CERTAIN if not self._count(kind, "") and self._count(kind, WITHOUT_EFFECT)]

    def _count(self, kind, how):
        return sum(self.faults[fault + how] for fault in ON_WIRES if kind_of(fault) == kind)


def kind_of(fault):
    return fault.removesuffix(f"-{DISPATCHERS}")
