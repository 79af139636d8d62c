"""Killed at every step, restored from an older copy, changed by hand: one document and one receipt in the end."""

import os
import sys
import unittest

from world import DEVICE, UNIT, Case, Publication, wait_until, wire

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))
from faults import points  # noqa: E402


class Surviving(Case):
    def check_fault(self, fault):
        world = self.world()
        world.start(fault=fault)
        publication = Publication(world)
        world.issue(publication)
        wait_until(lambda: world.process.poll() is not None, f"{fault} is reached\n")
        self.assertEqual(world.process.returncode, -9)
        world.start()
        world.wait_item(publication)
        world.wait_status("ok")
        world.assert_stored(publication)
        self.assertEqual(world.documents(), [publication.folder])
        self.assertEqual(os.listdir(os.path.join(world.inbox, ".incoming")), [])
        items = [item for raw in world.receipts.values()
                 for item in wire.read_receipt(raw, world.device.public)["items"]]
        self.assertEqual([item["state"] for item in items], ["stored"])
        self.assertEqual(sorted(world.receipts), [1])
        verified = world.run("inbox", "verify")
        self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_receipts_are_sent_again_until_they_are_settled(self):
        world = self.world()
        world.settling = False
        world.start()
        publication = Publication(world)
        world.issue(publication)
        wait_until(lambda: world.receipts, "the receipt")
        world.receipts.clear()
        world.wait_status("late")
        wait_until(lambda: world.receipts, "the receipt again")
        world.settling = True
        with world.lock:
            world.settle()
        world.wait_status("ok")

    def test_an_older_state_goes_on_above_the_ledgers_watermark(self):
        world = self.world()
        world.settled = 10
        world.start()
        publication = Publication(world)
        world.issue(publication)
        wait_until(lambda: 11 in world.receipts, f"receipt 11\n{world.log_text()}")
        world.wait_item(publication)
        self.assertEqual(sorted(world.receipts), [11])

    def test_a_higher_epoch_is_followed_and_all_receipts_are_sent_again(self):
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        world.wait_status("ok")
        with world.lock:  # the ledger was restored from before all of it
            world.epoch, world.entries, world.settled = 2, [], 0
            world.receipts.clear()
            world.items.clear()
            world.issue(publication, push=False)
        world.wait_item(publication)
        wait_until(lambda: any(s["epoch"] == 2 and s["last"] == 1 for s in world.syncs), "epoch 2")
        world.wait_status("ok")
        self.assertEqual(world.documents(), [publication.folder])

    def test_a_lost_state_adopts_what_is_in_the_inbox(self):
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        world.wait_status("ok")
        world.stop()
        for name in os.listdir(world.state):
            if name.startswith("unit.db"):
                os.unlink(os.path.join(world.state, name))
        world.start()
        world.wait_status("ok")
        self.assertIn("adopted", world.log_text())
        self.assertEqual(world.documents(), [publication.folder])
        self.assertEqual(sorted(world.receipts), [1, 2])

    def test_what_was_changed_in_the_inbox_is_found_and_never_adopted(self):
        world = self.world()
        world.start(fault="unit-after-rename")
        publication = Publication(world)
        world.issue(publication)
        wait_until(lambda: world.process.poll() is not None, "the fault")
        path = os.path.join(world.inbox, publication.folder, "周报.pdf")
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.write(b"forged")
        world.start()
        world.wait_item(publication)
        world.assert_stored(publication)
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.write(b"forged")
        verified = world.run("inbox", "verify")
        self.assertEqual(verified.returncode, 1)
        self.assertIn("BAD  周报.pdf", verified.stdout)

    def test_the_broker_may_die_and_come_back(self):
        world = self.world()
        world.start()
        world.wait_status("idle")
        world.brokers[0].stop()
        world.wait_status("offline")
        publication = Publication(world)
        world.issue(publication, push=False)
        world.brokers[0].start()
        world.wait_item(publication)
        world.wait_status("ok")

    def test_a_second_daemon_on_the_same_state_is_refused(self):
        world = self.world()
        world.start()
        world.wait_status("idle")
        self.assertEqual(world.run("run").returncode, 3)

    def test_a_key_is_never_replaced(self):
        world = self.world()
        again = world.run("enroll", "--unit", UNIT, "--device", DEVICE)
        self.assertEqual(again.returncode, 3)
        self.assertIn(wire.fingerprint(world.device.public), again.stderr)
        os.unlink(os.path.join(world.state, "request.jws"))
        again = world.run("enroll", "--unit", UNIT, "--device", DEVICE)
        self.assertEqual(again.returncode, 0)
        self.assertIn(wire.fingerprint(world.device.public), again.stdout)


for name in points("subscriber", "unit-"):
    setattr(Surviving, "test_one_document_and_one_receipt_after_a_kill_" +
            name.replace("-", "_"), lambda self, name=name: self.check_fault(name))


if __name__ == "__main__":
    unittest.main()
