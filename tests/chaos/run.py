#!/usr/bin/python3
"""Break Certwire, round after round, and check after each what must hold: see docs/reliability.md.

    run.py --seed S (--minutes N | --rounds N) [--build DIR] [--only FAULT,...] [--able]

The same seed gives the same rounds. Ends with a verdict, exit status 0 when nothing was found wrong; otherwise the folder with
all logs is kept, and the line that repeats the run is printed.
"""

import argparse
import sys
import time
import traceback

import paths  # noqa: F401  (first: the harness on the path)

from breaking import Breaker
from checker import Checker
from faults import points
from field import Field, persist
from history import Historian
from plan import FAULTS, Plan
from programs import Programs
from waiting import DeadlinePassed, wait_for

REST_EVERY = 10  # rounds between two times of rest


class Wrong(Exception):
    """The checker found something."""


class Run:
    def __init__(self, options):
        self.options = options
        self.plan = Plan(options.seed, points("subscriber", "unit-"), points("publisher/dispatch"),
                         points("subscriber", "recall-"), options.only)
        self.field = Field(options.seed, Programs(options.build))
        self.breaker = Breaker(self.field)
        self.historian, self.checker = Historian(self.field), Checker()
        self.started = time.monotonic()
        self.checks = 0

    def look_at_the_machine(self):
        """Say what it cannot do, before hours are spent."""
        cannot = [f"{fault} cannot be done on this machine: {why}" for fault, why in self.field.missing().items()]
        if cannot and self.options.able:
            raise Wrong("\n".join(cannot))
        print("".join(f"NOT DONE IN THIS RUN: {line}\n" for line in cannot), end="", flush=True)

    def check_faults(self):
        """A fault that did not happen proves nothing."""
        if never := self.breaker.liner.never_happened():
            raise Wrong("\n".join(f"lines were {kind} by the plan, and the kernel noticed nothing" for kind in never))

    def over(self):
        if self.options.rounds:
            return self.plan.count >= self.options.rounds
        return time.monotonic() - self.started > 60 * self.options.minutes

    def rounds(self):
        while not self.over():
            began, plan = time.monotonic(), self.plan.round()
            self.round(plan)
            print(f"round {plan['round']}: {', '.join(describe(s) for s in plan['steps'])}; "
                  f"{len(plan['publications'])} published ({time.monotonic() - began:.0f} s)", flush=True)
            if self.plan.count % REST_EVERY == 0 or self.over():
                self.rest()

    def round(self, plan):
        breaker = self.breaker
        breaker.waiting = [self.field.draft(**p) for p in plan["publications"]]
        newest = None
        for step in plan["steps"]:
            breaker.run(step, newest)
            newest = breaker.issue_next() or newest
        while breaker.issue_next():
            pass
        breaker.heal()
        self.check("always")
        # Every second round what was lost stays lost into the next one.
        if plan["round"] % 2 == 0:
            breaker.restore_rights()

    def rest(self):
        """Mend everything, wait until nothing is under way, and check all that must hold then."""
        began = time.monotonic()
        self.breaker.heal()
        self.breaker.restore_rights()
        least = None
        while wrong := self._restless(least):
            least = len(wrong)
        self.check("always")
        print(f"at rest after round {self.plan.count}: everything delivered once, settled and proved "
              f"({time.monotonic() - began:.0f} s)", flush=True)

    def _restless(self, least):
        """What is not at rest once it is less than it was; `Wrong` when that does not come: a new device that catches up with
        hundreds of publications may take long, but something must happen."""
        wrong = []

        def better():
            wrong[:] = self.checker.at_rest(self.historian.read())
            return least is None or len(wrong) < least
        try:
            wait_for(better, "progress", self.options.patience)
        except DeadlinePassed:
            raise Wrong("\n".join(["not at rest:", *wrong])) from None
        return wrong

    def check(self, what):
        history = persist(self.historian.read)
        self.checks += 1
        if wrong := getattr(self.checker, what)(history):
            raise Wrong("\n".join(wrong))

    def report(self):
        field, breaker = self.field, self.breaker
        counted = persist(lambda: field.cluster.rows(
            "SELECT (SELECT count(*) FROM certwire.delivery) AS deliveries, "
            "(SELECT count(*) FROM certwire.receipt) AS receipts, "
            "(SELECT coalesce(sum(offers), 0) FROM certwire.delivery) AS offers, "
            "(SELECT coalesce(sum(greatest(offers - 1, 0)), 0) FROM certwire.delivery) AS redeliveries, "
            "(SELECT count(*) FROM certwire.incident) AS incidents"))[0]
        print(f"seed {self.options.seed}, plan {self.plan.digest()}: {self.plan.count} rounds, {self.checks} checks in "
              f"{(time.monotonic() - self.started) / 60:.1f} minutes")
        print(f"kills: {sum(breaker.kills.values())} ({tally(breaker.kills)})")
        print(f"faults: {tally(breaker.faults)}; {breaker.late} phases did not come in time")
        print(f"messages meddled with: {tally(field.lines.tricks())}")
        print(f"packets on the wires: {tally(field.lines.packets())}")
        if breaker.undone:
            print(f"NOT DONE, since this machine cannot: {tally(breaker.undone)}")
        print(f"publications {len(field.published)}, " + ", ".join(f"{k} {v}" for k, v in counted.items()))


def describe(step):
    said = [str(v) for k, v in step.items() if k not in ("fault", "phase") and v is not False and v is not None]
    return f"{step['fault']}{' ' + ' '.join(said) if said else ''} ({step['phase']})"


def tally(counts):
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()) if count) or "none"


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float)
    length.add_argument("--rounds", type=int)
    parser.add_argument("--build", help="build folder with fault points compiled in")
    parser.add_argument("--only", type=lambda text: text.split(","), help="these kinds of faults alone")
    parser.add_argument("--able", action="store_true", help="refuse a machine that cannot do every kind of fault")
    parser.add_argument("--patience", type=float, default=180,
                        help="seconds within which something must happen on the way to rest")
    options = parser.parse_args(argv)
    for kind in options.only or ():
        if kind not in FAULTS:
            parser.error(f"there is no fault '{kind}': {', '.join(FAULTS)}")
    return options


def break_it(options, spoil=None, keep=True):
    """None when nothing was found wrong; else what was. `spoil` does something to the field before the first round."""
    run = Run(options)
    try:
        run.field.open()
        if spoil:
            spoil(run.field)
        run.look_at_the_machine()
        run.rounds()
        run.check_faults()
        run.report()
        run.field.close()
        return None
    except Wrong as error:
        wrong = str(error)
    except Exception:  # the harness's own deadline, a program that ended by itself, ...
        wrong = traceback.format_exc()
    except BaseException:  # told to end
        run.field.destroy()
        raise
    try:
        run.report()
    except Exception as error:
        print(f"no figures: {error}")
    run.field.destroy(keep)
    if keep:
        print(f"kept: {run.field.world.folder} (logs in run/)")
    return wrong


def main(argv):
    options = parse(argv)
    wrong = break_it(options)
    if wrong is None:
        print("verdict: nothing lost, nothing twice")
        return 0
    length = f"--rounds {options.rounds}" if options.rounds else f"--minutes {options.minutes:g}"
    print(f"verdict: WRONG\n{wrong}\nrepeat: tests/chaos/run.py --seed {options.seed} {length}"
          + (f" --only {','.join(options.only)}" if options.only else ""))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
