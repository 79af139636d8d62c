"""A real certwire-unit, and what of its time hashing, opening and fsync alone would take."""

import os
import sys
import time

from contenders import BUILD, LOAD, TESTS
from rounds import figure
from service import MIB, memory, spent

import json
import subprocess

os.environ.setdefault("CERTWIRE_UNIT", str(BUILD / "bin/certwire-unit"))
sys.path.insert(0, str(TESTS / "unit-client"))

from world import Publication, World, wait_until  # noqa: E402

# How many deliveries of how large a document, and how many at a time.
SMALL, LARGE = (10000, 100, 100), (200, MIB, 5)
TENTHS = 10


def measure(folder, rounds):
    del rounds  # one run of 10,000 deliveries; its tenths are the rounds
    figures = []
    for what, (total, size, batch) in (("100 bytes", SMALL), ("1 MiB", LARGE)):
        ours, alone, most = deliveries(folder, total, size, batch)
        limit = f"libsodium and the kernel: hashing, opening and fsync, {what}"
        figures += [figure(f"certwire: {total} deliveries of {what}", "us a delivery", ours, (limit, alone)),
                    figure(limit, "us a delivery", alone),
                    figure(f"memory of certwire-unit at most, {what}", "MiB", [most / 2**20])]
    return {"title": "The client: CPU of certwire-unit", "figures": figures}


def deliveries(folder, total, size, batch):
    """CPU microseconds a delivery in each tenth, those of the least there is to do, and the most memory."""
    ours, alone = [], []
    world = World()
    try:
        world.start()
        wait_until(lambda: world.syncs, "a sync")
        deliver(world, batch, size, 0)  # warms up
        for tenth in range(TENTHS):
            count = total // TENTHS
            before = spent(world.process.pid)
            for done in range(0, count, batch):
                deliver(world, batch, size, 1 + (tenth * count + done) // batch)
            ours.append((spent(world.process.pid) - before) * 1e6 / count)
            alone.append(least(os.path.join(folder, f"least-{size}-{tenth}"), count, size))
        most = memory(world.process.pid, "VmHWM")
        world.stop()
    finally:
        world.close()
    return ours, alone, most


def deliver(world, count, size, turn):
    batch = [Publication(world, number=f"{turn}-{n}", files={"a.bin": os.urandom(size)}) for n in range(count)]
    for publication in batch:
        world.issue(publication)
        for index in range(len(publication.parts)):
            world.send_part(publication, index)
    wait_until(lambda: all(world.item(publication) for publication in batch), "their receipts", 600)
    for publication in batch:
        publication.parts.clear()  # nobody asks for them any more
    world.sent_parts.clear()
    world.syncs.clear()


def least(folder, count, size):
    """CPU microseconds of opening and hashing a body of that size and of writing and syncing its document."""
    os.mkdir(folder)
    done = subprocess.run([LOAD, "store", "--folder", folder, "--count", str(count), "--size", str(size)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)["store_s"] * 1e6
