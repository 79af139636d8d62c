"""Killed at every step of what comes after storing: programs, recalls, removal, enrolling, one device after another."""

import os
import subprocess
import sys
import unittest

from hooked import HOOK, HookedCase
from world import PROGRAM, UNIT, Case, Publication, wait_until, wire

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))
from faults import points  # noqa: E402


class Killing(HookedCase):
    def died(self, world):
        wait_until(lambda: world.process.poll() is not None, f"the fault is reached\n{world.log_text()}")
        self.assertEqual(world.process.returncode, -9, world.log_text())

    def test_a_program_is_run_and_what_it_said_is_kept(self):
        world, folder = self.world_with({"on_publication": HOOK})
        for count, point in enumerate(points("subscriber", "hook-"), 1):
            with self.subTest(point=point):
                world.start(fault=point)
                publication = Publication(world, number=point)
                world.issue(publication)
                self.died(world)
                world.start()
                wait_until(lambda: self.owed(world, "done") == count, f"it is done\n{world.log_text()}")
                world.wait_item(publication)
                world.wait_status("ok")
                world.stop()
                runs = [run for run in self.runs(folder, "on_publication")
                        if run["CERTWIRE_ID"] == publication.id]
                # Once where it is known whether it was begun; else a second time rather than never.
                most = 1 if point in ("hook-before-run", "hook-after-kept") else 2
                self.assertIn(len(runs), range(1, most + 1))
        self.assertEqual(self.owed(world, "owed") + self.owed(world, "failed"), 0)

    def test_a_recall_is_carried_out(self):
        world = self.world()
        world.start()
        for point in points("subscriber", "recall-"):
            with self.subTest(point=point):
                publication = Publication(world, number=point)
                self.store(world, publication)
                world.wait_status("ok")
                world.stop()
                world.start(fault=point)
                recall = Publication(world, number="r-" + point, kind="recall", files={}, references=[
                    {"relation": "recalls", "publication": publication.id}])
                world.issue(recall)
                self.died(world)
                world.start()
                world.wait_item(publication, "recalled")
                world.wait_item(recall)
                self.assertNotIn(publication.folder, world.documents())
                kept = os.path.join(world.inbox, ".quarantine", publication.folder.replace("/", "-"))
                self.assertEqual(os.listdir(kept).count("周报.pdf"), 1)
                world.wait_status("ok")

    def test_what_was_read_is_removed_and_nothing_else(self):
        world = self.world(config="keep_number = 1\n")
        unread, *documents = [Publication(world, number=str(n)) for n in range(5)]
        world.start()
        self.store(world, unread)
        self.store(world, documents[0])
        for old, new, point in zip(documents[:-1], documents[1:], points("subscriber", "keep-"), strict=True):
            with self.subTest(point=point):
                self.store(world, new)
                world.wait_status("ok")
                world.stop()
                self.read(world, "open", old.id)
                world.start(fault=point)
                self.died(world)
                self.assertEqual(old.folder in world.documents(), point == "keep-before-removal")
                world.start()
                wait_until(lambda: world.sql(f"SELECT removed_at IS NOT NULL FROM publication WHERE id = '{old.id}'")
                           == "1", "it is noted")
                self.assertEqual(world.documents(), sorted([unread.folder, new.folder]))
                self.assertEqual(world.run("inbox", "verify").returncode, 0)
                world.wait_item(old, "opened")


class Following(Case):
    def tool(self, world, *args, fault=None):
        environment = {**os.environ, **({"CERTWIRE_FAULT": fault} if fault else {})}
        return world.run(*args, env=environment)

    def key(self, *path):
        with open(os.path.join(*path), "rb") as file:
            return wire.read_key_file(file.read())[2]

    def test_enrolling_goes_on_with_the_same_key(self):
        world = self.world()
        for point in points("subscriber", "enroll-"):
            with self.subTest(point=point):
                state = os.path.join(world.folder, point)
                line = [PROGRAM, "enroll", "--unit", UNIT, "--device", "d9", "--state", state, "--broker",
                        world.brokers[0].name, "--root", wire.fingerprint(world.root.public)]
                killed = subprocess.run(line, env={**os.environ, "CERTWIRE_FAULT": point}, check=False,
                                        capture_output=True)
                self.assertEqual(killed.returncode, -9, killed.stderr)
                public = self.key(state, "device.key").public
                again = subprocess.run(line, check=False, capture_output=True, text=True)
                # With the request already there it is not made again; where it lies is said.
                self.assertEqual(again.returncode, 3 if point == "enroll-after-request" else 0, again.stderr)
                self.assertIn(wire.fingerprint(public), again.stdout + again.stderr)
                with open(os.path.join(state, "request.jws")) as file:
                    self.assertEqual(wire.read_request(file.read().strip())["device"], "d9")
                self.assertEqual(self.key(state, "device.key").public, public)

    def follow(self, world, device, point):
        """The next device takes over, though it is killed at the point; returns its key."""
        rotated = self.tool(world, "device", "rotate", device)
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        key = self.key(world.state, "next", "device.key")
        killed = self.tool(world, "device", "retire", fault=point)
        self.assertEqual(killed.returncode, -9, f"{point}: {killed.stderr}")
        done = self.tool(world, "device", "retire")
        # Killed after the last step there is nothing left to do.
        self.assertEqual(done.returncode, 2 if point == "retire-after-named" else 0, done.stderr)
        return key

    def test_one_device_is_followed_by_the_next_and_nothing_is_lost(self):
        world = self.world()
        places = points("subscriber", "retire-")
        places.insert(places.index("retire-after-file") + 1, "retire-after-file:2")
        folders = []
        for nth, point in enumerate(places, 2):
            with self.subTest(point=point):
                world.start()
                publication = Publication(world, number=str(nth))
                self.store(world, publication)
                folders.append(publication.folder)
                world.wait_status("ok")
                world.stop()
                key = self.follow(world, f"d{nth}", point)
                with world.lock:
                    world.device, world.device_id = key, f"d{nth}"
                    world.settled, world.receipts = 0, {}
                with open(world.config) as file:
                    self.assertIn(f"device = d{nth}\n", file.read())
                self.assertEqual(self.key(world.state, "device.key").public, key.public)
                with open(os.path.join(world.state, "request.jws")) as file:
                    self.assertEqual(wire.read_request(file.read().strip())["device"], f"d{nth}")
                self.assertFalse(os.path.exists(os.path.join(world.state, "next")))
                self.assertEqual(world.sql(f"SELECT count(*) FROM former_receipt WHERE device = 'd{nth - 1}'"), "1")
                self.assertEqual(world.documents(), sorted(folders))
        world.start()
        last = Publication(world, number="last")
        self.store(world, last)
        self.assertEqual(sorted(world.receipts), [1])
        self.assertEqual(world.run("inbox", "verify").returncode, 0)


if __name__ == "__main__":
    unittest.main()
