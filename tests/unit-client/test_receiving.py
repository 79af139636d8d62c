"""What arrives: in any order, in pieces, taken back, and never half."""

import json
import os
import pathlib
import unittest

from world import Case, Publication, wait_until


class Receiving(Case):
    def test_a_document_arrives_is_opened_and_every_receipt_settles(self):
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        world.assert_stored(publication)
        status = world.wait_status("ok")
        self.assertEqual((status["stored"], status["unread"]), (1, 1))
        verified = world.run("inbox", "verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("王芳", verified.stdout)
        self.assertIn("2026-47", world.run("inbox", "list").stdout)
        opened = world.run("inbox", "open", "2026-47")
        self.assertEqual(opened.returncode, 0, opened.stderr)
        with open(opened.stdout.strip(), "rb") as file:
            self.assertEqual(file.read(), publication.files["周报.pdf"])
        world.wait_item(publication, "opened")
        world.wait_status("ok")
        shown = json.loads(world.run("inbox", "show", publication.id[:8], "--json").stdout)
        self.assertEqual(shown["manifest"]["title"], "网络安全信息与动态周报")
        self.assertGreater(shown["opened_at"], 0)
        world.stop()
        self.assertEqual(world.status()["state"], "stopped")

    def test_parts_that_come_before_their_offer_are_kept(self):
        world = self.world()
        world.start()
        wait_until(lambda: world.syncs, "a sync")
        publication = Publication(world)
        for index in range(len(publication.parts)):
            world.send_part(publication, index, topic="certwire/v1/channel/weekly")
        world.issue(publication)
        world.wait_item(publication)
        self.assertEqual(len(world.sent_parts), len(publication.parts))

    def test_a_unit_that_was_away_gets_everything_in_order_of_its_mailbox(self):
        world = self.world()
        publications = [Publication(world, number=f"2026-{n}") for n in range(1, 41)]
        for publication in publications:
            world.issue(publication, push=False)
        world.start()
        for publication in publications:
            world.wait_item(publication)
        self.assertEqual(len(world.documents()), 40)
        world.wait_status("ok")

    def test_an_offer_before_the_first_keyset_is_no_incident_and_comes_again(self):
        world = self.world()
        world.silent = True
        world.start()
        wait_until(lambda: world.syncs, "a sync")
        publication = Publication(world)
        world.issue(publication)
        wait_until(lambda: len(world.syncs) > 1, "another sync")
        world.silent = False
        world.wait_item(publication)
        self.assertEqual(world.incidents, {})

    def test_keysets_that_another_device_was_answered_first_leave_no_gap(self):
        """They are accepted; what a publication from before them names is still asked for."""
        world = self.world()
        publication = Publication(world)
        world.issue(publication, push=False)
        with world.lock:
            world.add_keyset()
            world.add_keyset()
        world.silent = True
        world.start()
        wait_until(lambda: world.syncs, "a sync")
        for keyset in world.keysets[1:]:
            world.to_unit("keyset", keyset)
        wait_until(lambda: world.status().get("keyset") == 3, "the keysets")
        told = len(world.syncs)
        wait_until(lambda: len(world.syncs) > told + 1, "a sync that knows of them")
        self.assertEqual(world.syncs[-1]["keyset"], 0)
        world.silent = False
        world.wait_item(publication)
        world.assert_stored(publication)
        wait_until(lambda: world.syncs[-1]["keyset"] == 3, "a sync that asks for no more")
        self.assertEqual(world.incidents, {})

    def test_lost_parts_are_asked_for_in_windows_of_sixteen(self):
        world = self.world()
        lost = set()

        def lose_once(publication, index, message):
            if index % 3 == 0 and index not in lost:
                lost.add(index)
                return None
            return message
        world.part_filter = lose_once
        world.start()
        publication = Publication(world, files={"a.bin": os.urandom(60 * 32768)})
        world.issue(publication)
        world.wait_item(publication)
        world.assert_stored(publication)
        for sync in world.syncs:
            asked = sum(high - low + 1 for m in sync["missing"] for low, high in m["parts"])
            self.assertLessEqual(asked, 16)

    def test_one_whose_parts_do_not_come_does_not_hold_up_the_next(self):
        world = self.world()
        stuck = Publication(world, number="2026-46", files={"a.bin": os.urandom(40 * 32768)})
        world.part_filter = lambda publication, index, message: (
            None if publication is stuck and index > 2 else message)
        world.start()
        world.issue(stuck)
        following = [Publication(world, number=f"2026-4{n}") for n in (7, 8)]
        for publication in following:
            world.issue(publication)
        for publication in following:
            world.wait_item(publication)
            world.assert_stored(publication)
        world.part_filter = None
        world.wait_item(stuck)

    def test_however_many_there_are_whose_parts_do_not_come(self):
        """More of them than a page of what is wanted, or a sync, has room for."""
        world = self.world()
        stuck = [Publication(world, number=f"2026-{n}") for n in range(70)]
        world.part_filter = lambda publication, index, message: (
            None if publication in stuck else message)
        world.start()
        for publication in stuck:
            world.issue(publication)
        asked, pushed = (Publication(world, number=number) for number in ("asked", "pushed"))
        world.issue(asked)
        world.wait_item(asked)
        world.issue(pushed)
        for index in range(len(pushed.parts)):
            world.send_part(pushed, index, topic="certwire/v1/channel/weekly")
        world.wait_item(pushed)

    def test_a_kill_in_the_middle_resumes_where_it_was(self):
        world = self.world()
        world.start()
        publication = Publication(world, files={"a.bin": os.urandom(200 * 32768)})
        world.issue(publication)
        wait_until(lambda: len(world.sent_parts) > 100, "half of it")
        world.kill()
        world.start()
        world.wait_item(publication)
        world.assert_stored(publication)
        # What was under way at the kill may be sent twice: a window, and no more.
        self.assertLessEqual(len(world.sent_parts), len(publication.parts) + 32)

    def test_voids_are_counted_and_what_they_target_is_no_longer_asked_for(self):
        world = self.world()
        publication = Publication(world)
        world.grants_filter = lambda *_: None
        target = world.issue(publication)
        world.start()
        wait_until(lambda: any(s["last"] == 1 and s["grants"] == [1] for s in world.syncs),
                   "asking for the grant")
        world.issue(None, target=target)
        wait_until(lambda: any(s["last"] == 2 and not s["grants"] for s in world.syncs), "the void")
        world.wait_status("ok")
        self.assertEqual(world.documents(), [])

    def test_a_void_ends_what_has_begun(self):
        """It has its grant and some of its parts; then it is over."""
        world = self.world()
        world.part_filter = lambda publication, index, message: message if index == 0 else None
        world.start()
        publication = Publication(world, files={"a.bin": os.urandom(40 * 32768)})
        target = world.issue(publication)
        wait_until(lambda: any(m["parts"][0][0] == 1 for s in world.syncs for m in s["missing"]), "its first part")
        self.assertEqual(os.listdir(os.path.join(world.state, "spool")), [publication.id + ".parts"])
        world.issue(None, target=target)
        wait_until(lambda: any(s["last"] == 2 and not s["missing"] for s in world.syncs), "the void")
        world.wait_status("ok")
        wait_until(lambda: not any(name.endswith(".parts") for name in os.listdir(os.path.join(world.state, "spool"))),
                   "its parts to be dropped")

    def test_a_recall_takes_the_document_into_quarantine(self):
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        recall = Publication(world, number="2026-47r", kind="recall", files={}, references=[
            {"relation": "recalls", "publication": publication.id}])
        world.issue(recall)
        world.wait_item(publication, "recalled")
        world.wait_item(recall)
        self.assertEqual(world.documents(), [recall.folder])
        kept = os.path.join(world.inbox, ".quarantine", publication.folder.replace("/", "-"))
        self.assertTrue(os.path.exists(os.path.join(kept, "周报.pdf")))
        self.assertEqual(world.run("inbox", "open", publication.id).returncode, 3)

    def test_a_recall_finds_the_copy_that_the_state_does_not_know(self):
        """The state was lost and the inbox was not; what is recalled is not sent again."""
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        world.stop()
        for name in ("unit.db", "unit.db-wal", "unit.db-shm"):
            pathlib.Path(world.state, name).unlink(missing_ok=True)
        recall = Publication(world, number="2026-47r", kind="recall", files={}, references=[
            {"relation": "recalls", "publication": publication.id}])
        world.grants_filter = lambda about, grants: grants if about is recall else None
        world.issue(recall)
        world.start()
        world.wait_item(recall)
        world.wait_item(publication, "recalled")
        self.assertEqual(world.documents(), [recall.folder])

    def test_another_channels_recall_is_left_alone(self):
        world = self.world()
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        recall = Publication(world, channel="seminar", number="r", kind="recall", files={},
                             references=[{"relation": "recalls", "publication": publication.id}])
        world.issue(recall)
        world.wait_item(recall)
        world.assert_stored(publication)


if __name__ == "__main__":
    unittest.main()
