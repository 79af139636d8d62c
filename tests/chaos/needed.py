#!/usr/bin/python3
"""Each mechanism is needed: without it, the checker must find what it is there to prevent.

    needed.py [--builds DIR] [MECHANISM...]

Mechanisms in C are left out of a build of their own (CMake option CERTWIRE_WITHOUT, folder DIR/without-NAME); those in SQL by
replacing a function in the run's own database. Each run breaks the system in the ways that the mechanism is there for, and so
does one run with nothing left out, which must find nothing wrong. Exit status 0: all as it must be.
"""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import paths  # noqa: F401  (first: the harness on the path)

from run import break_it, parse

PATIENCE_S = 60


@dataclass
class Mechanism:
    what: str
    faults: str  # kinds of faults (plan.FAULTS)
    found: tuple  # what the checker must say, one of them
    build: str = "chaos"
    spoil: object = None  # called with the field
    rounds: int = 6


def replaced(functions, *pieces):
    """Replace pieces of SQL functions by others: (old, new), ..."""
    def spoil(field):
        for function in functions:
            text = field.cluster.sql(f"SELECT pg_get_functiondef('certwire.{function}'::regproc)")
            for old, new in pieces:
                assert old in text, f"{function} does not say '{old}'"
                text = text.replace(old, new)
            field.cluster.sql(text)
    return spoil


def without_keys(field):
    """The keys, and what says what is done about them."""
    for function in ("put_receipts", "put_replies"):
        text = field.cluster.sql(f"SELECT pg_get_functiondef('certwire.{function}'::regproc)")
        without, count = re.subn(r"ON CONFLICT ON CONSTRAINT receipt_once[^;]*;", ";", text)
        assert count == 1, f"{function} does not name its key"
        field.cluster.sql(without)
    field.cluster.sql("ALTER TABLE certwire.receipt DROP CONSTRAINT receipt_once;\n"
                      "ALTER TABLE certwire.receipt_item DROP CONSTRAINT receipt_item_pkey;")


def untold(field):
    field.restores_are_told = False


def synced_in_vain(what):
    def spoil(field):
        field.power_ignores = what
        for device in list(field.world.units.values()):
            if device.power:
                device.process.kill()
                field.wire(device)
                device.start()
    return spoil


MECHANISMS = {
    "outbox": Mechanism(
        "a unit sends a receipt again until it is settled", "meddle,kill-broker,kill-postmaster,kill-brokers",
        ("owes receipts", "has not said that it stored it", "still owed"), "without-outbox", rounds=30),
    "sync": Mechanism(
        "a unit asks for what it lacks", "kill-unit,kill-brokers,cut", ("does not hold it",), "without-sync"),
    "idempotence": Mechanism(
        "a unit knows a document again that it holds", "unit-dies-at",
        ("aside as damaged", "holds"), "without-idempotence", rounds=14),
    "idempotence-in-the-ledger": Mechanism(
        "a receipt that comes again is the one that is there", "kill-leader,meddle,cut",
        ("is there 2 times", "is there 3 times", "is there 4 times"), spoil=without_keys),
    "settle-after-commit": Mechanism(
        "only what is committed is settled", "kill-postmaster,meddle",
        ("is not there", "which is not committed"), rounds=12,
        spoil=replaced(["sync_seen"], ("receipts_reported = greatest(receipts, 0)",
                                       "receipts_reported = greatest(receipts, 0), settled = greatest(v.settled, receipts)"))),
    "lease-fence": Mechanism(
        "who lost the lease writes nothing", "stop-leader-past-lease", ("held the lease", "issued under fence"),
        spoil=replaced(["check_fence", "see_fence"], ("IF NOT FOUND THEN", "IF false THEN"))),
    "entitlement-lock": Mechanism(
        "a loss of right waits for whoever is sealing, and the other way round", "suspend-while-sealing",
        ("after the right was lost",),
        # Who has the row has this one, too, so that its name is known.
        spoil=replaced(["entitlement_lock"], ("FOR UPDATE", ""), ("PERFORM pg_advisory_xact_lock(1128616532, 1);", ""))),
    "fsync-of-documents": Mechanism(
        "a document is on the disk before its name is", "cut-power,cut-power-at",
        ("aside as damaged", "with other bytes"), spoil=synced_in_vain("documents"), rounds=10),
    "fsync-of-folders": Mechanism(
        "a document's name is on the disk before the receipt says so", "cut-power,cut-power-at",
        ("does not hold it", "aside as damaged", "with other bytes"), spoil=synced_in_vain("folders"), rounds=10),
    "fsync-of-the-state": Mechanism(
        "what a person did at a unit is on the disk before the person is told so", "reply,cut-power",
        ("has lost that a person said",), spoil=synced_in_vain("database"), rounds=10),
    "epoch": Mechanism(
        "who hears that PostgreSQL went back says again what it lost", "restore-postgres",
        ("which is not committed", "has not come back", "does not hold it"), spoil=untold, rounds=2),
}


def judge(name, mechanism, builds, seed):
    """Whether it is as it must be, and a line that says so."""
    intact = name == "nothing"
    print(f"\n== without {name}: {mechanism.what}", flush=True)
    options = parse(["--seed", str(seed), "--rounds", str(mechanism.rounds), "--only", mechanism.faults, "--build",
                     str(builds / mechanism.build), "--patience", str(180 if intact else PATIENCE_S)])
    wrong = break_it(options, mechanism.spoil, keep=False)
    print(f"found: {wrong or 'nothing'}", flush=True)
    if intact:
        return wrong is None, "nothing left out: " + ("nothing wrong" if wrong is None else "WRONG")
    noticed = wrong is not None and any(words in wrong for words in mechanism.found)
    return noticed, f"without {name}: " + ("noticed" if noticed else "NOT NOTICED")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--builds", type=Path, default=Path("build"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("mechanisms", nargs="*", metavar="MECHANISM", help=", ".join(MECHANISMS))
    options = parser.parse_args(argv)
    for name in options.mechanisms:
        if name not in MECHANISMS:
            parser.error(f"there is no mechanism '{name}': {', '.join(MECHANISMS)}")
    chosen = {name: MECHANISMS[name] for name in options.mechanisms or MECHANISMS}
    faults = ",".join(dict.fromkeys(",".join(m.faults for m in chosen.values()).split(",")))
    chosen["nothing"] = Mechanism("the same faults, with everything in place", faults, (), rounds=10)
    verdicts = [judge(name, mechanism, options.builds, options.seed) for name, mechanism in chosen.items()]
    print("\n" + "\n".join(line for _, line in verdicts))
    return 0 if all(good for good, _ in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
