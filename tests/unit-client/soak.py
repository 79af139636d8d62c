#!/usr/bin/python3
"""Many deliveries to one certwire-unit, and whether its memory stays flat. Small documents, in batches.

    CERTWIRE_UNIT=build/release/bin/certwire-unit tests/unit-client/soak.py [10000]

Use a build without sanitizers, whose own memory grows. Prints the resident size after each tenth, and
fails when the last is more than a twentieth above the one after the first fifth.
"""

import os
import sys
import time

from world import Publication, World, wait_until

BATCH = 100


def resident_kib(world):
    with open(f"/proc/{world.process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def deliver(world, total):
    sizes, begun = [], time.monotonic()
    for done in range(0, total, BATCH):
        batch = [Publication(world, number=str(done + n), files={"a.txt": b"x" * 100}) for n in range(BATCH)]
        for publication in batch:
            world.issue(publication)
            for index in range(len(publication.parts)):
                world.send_part(publication, index)
        wait_until(lambda: all(world.item(publication) for publication in batch), "their receipts", 600)
        for publication in batch:
            publication.parts.clear()  # nobody asks for them any more
        world.sent_parts.clear()
        world.syncs.clear()
        if (done + BATCH) * 10 % total < BATCH * 10:
            sizes.append(resident_kib(world))
            print(f"{done + BATCH:6d} deliveries, {time.monotonic() - begun:4.0f} s: {sizes[-1]} KiB resident",
                  flush=True)
    return sizes


def main():
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    # The state on memory: what is measured is the daemon, not the disk.
    world = World(tmpfs="4G" if os.geteuid() == 0 else None)
    try:
        world.start()
        wait_until(lambda: world.syncs, "a sync")
        sizes = deliver(world, total)
        stored = world.status()["stored"]
        world.stop()
    finally:
        world.close()
    assert stored == total, f"{stored} of {total} are stored"
    flat = sizes[-1] <= sizes[1] * 1.05
    print("flat" if flat else "it grows")
    sys.exit(0 if flat else 1)


if __name__ == "__main__":
    main()
