"""certwire-unit against a scripted dispatcher: what it stores, what it refuses, and what survives."""

import json
import os
import pathlib
import subprocess
import unittest

from world import DEVICE, UNIT, Publication, World, wait_until, wire

FAULTS = ["unit-after-entry", "unit-after-part", "unit-before-rename", "unit-after-rename",
          "unit-before-receipt-commit", "unit-after-receipt-commit", "unit-after-publish",
          "unit-before-settled-commit"]


class Case(unittest.TestCase):
    def world(self, **options):
        world = World(**options)
        self.addCleanup(world.close)
        return world


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
        wait_until(lambda: os.listdir(os.path.join(world.state, "spool")) == [], "its parts to be dropped")

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


for name in FAULTS:
    setattr(Surviving, "test_one_document_and_one_receipt_after_a_kill_" +
            name.replace("-", "_"), lambda self, name=name: self.check_fault(name))


class Telling(Case):
    def test_a_suspended_unit_is_told_why(self):
        world = self.world()
        world.start()
        world.wait_status("idle")
        world.standing, world.reason = "suspended", "未按时报送半年报告"
        status = world.wait_status("suspended")
        self.assertIn("未按时报送半年报告", status["why"])
        self.assertEqual(world.run("status").returncode, 1)
        publication = Publication(world)
        world.standing = "good"
        world.issue(publication, push=False)
        world.wait_item(publication)
        world.wait_status("ok")

    def test_a_dispatcher_that_is_silent_is_a_gap_and_the_next_broker_is_tried(self):
        world = self.world(brokers=2)
        world.silent = True
        world.start()
        world.wait_status("gap")
        wait_until(lambda: all(f"connected to {b.name}" in world.log_text() for b in world.brokers),
                   "both brokers were tried")
        world.silent = False
        world.wait_status("idle")

    def test_a_clock_that_is_off_is_said(self):
        world = self.world()
        world.offset = 4000
        world.start()
        status = world.wait_status("clock")
        self.assertAlmostEqual(status["clock_offset"], 4000, delta=60)

    def test_no_room_is_refused_and_asked_for_again(self):
        world = self.world(config="quota = 100K\n")
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication, "refused")
        self.assertEqual(world.item(publication, "refused")["code"], 401)
        world.wait_status("disk")
        self.assertEqual(world.documents(), [])
        world.stop()
        with open(world.config) as file:
            text = file.read()
        with open(world.config, "w") as file:
            file.write(text.replace("quota = 100K\n", ""))
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                        "UPDATE publication SET retry_at = 0"], check=True)
        world.start()
        world.wait_item(publication)

    def test_a_stock_client_can_connect_with_the_tokens_options(self):
        world = self.world()
        options = world.run("token").stdout.splitlines()
        token = next(line[3:] for line in options if line.startswith("-P "))
        fields = wire.read_token(token, world.device.public)
        self.assertEqual((fields["sub"], fields["aud"]),
                         (f"{UNIT}.{DEVICE}", world.brokers[0].name))
        out = os.path.join(world.folder, "mosquitto_sub")
        self.assertEqual(world.run("token", "--out", out).returncode, 0)
        self.assertEqual(os.stat(out).st_mode & 0o777, 0o600)
        topic = f"certwire/v1/unit/{UNIT}/head"
        world.clients[0].publish(topic, "x", qos=1, retain=True)
        heard = subprocess.run(["mosquitto_sub", "-C", "1", "-W", "30", "-t", topic],
                               env={**os.environ, "XDG_CONFIG_HOME": world.folder},
                               capture_output=True, text=True, timeout=60)
        self.assertEqual((heard.returncode, heard.stdout), (0, "x\n"), heard.stderr)


class Refusing(Case):
    """Nothing of it is stored, and it is told in the next sync or in a receipt."""

    def begin(self, **options):
        world = self.world(**options)
        world.start()
        wait_until(lambda: len(world.syncs) > 1, "two syncs")
        return world

    def check_incident(self, world, code):
        world.wait_incident(code)
        self.assertEqual(world.documents(), [])
        self.assertEqual(world.receipts, {})

    def check_entry(self, code, key=None, change=None, held=False):
        world = self.begin()
        if held:
            world.issue(None)
            wait_until(lambda: world.syncs[-1]["last"] == 1, "the first entry")
        publication = Publication(world)
        with world.lock:
            fields = world.entry_fields(publication, **(change or {}))
        world.to_unit("offer", world.offer_text(world.sign_entry(fields, key and
                                                                 getattr(world, key)), publication))
        for index in range(len(publication.parts)):
            world.send_part(publication, index)
        self.check_incident(world, code)

    def test_an_offer_that_is_no_offer_is_201(self):
        world = self.begin()
        world.to_unit("offer", b'{"v": 1, "v": 1}')
        self.check_incident(world, 201)

    def test_an_entry_that_is_malformed_is_202(self):
        self.check_entry(202, change={"epoch": 0})

    def test_an_entry_by_a_stranger_is_203(self):
        self.check_entry(203, key="stranger")

    def test_an_entry_by_an_editor_is_203(self):
        self.check_entry(203, key="editor")

    def test_an_entry_of_another_unit_is_204(self):
        self.check_entry(204, change={"unit": "unit-b"})

    def test_an_entry_off_the_chain_is_206(self):
        self.check_entry(206, held=True, change={"previous": wire.digest(b"other").hex()})

    def test_a_second_entry_under_a_number_is_207(self):
        self.check_entry(207, held=True, change={"number": 1, "previous": wire.ZEROS})

    def test_an_entry_that_names_a_keyset_not_held_is_208(self):
        self.check_entry(208, change={"keyset": 9})

    def test_an_entry_of_an_older_epoch_is_205(self):
        world = self.world()
        world.epoch = 2
        world.start()
        wait_until(lambda: any(s["epoch"] == 2 for s in world.syncs), "epoch 2")
        publication = Publication(world)
        fields = world.entry_fields(publication, epoch=1)
        world.to_unit("offer", world.offer_text(world.sign_entry(fields), publication))
        self.check_incident(world, 205)

    def test_a_part_that_is_no_part_is_301(self):
        world = self.begin()
        world.to_unit("part", b"\1" * 100)
        self.check_incident(world, 301)

    def test_a_head_by_a_stranger_is_502_and_settles_nothing(self):
        world = self.begin()
        world.to_unit("head", world.head(key=world.stranger, devices={DEVICE: {"settled": 99}}))
        self.check_incident(world, 502)
        self.assertEqual(world.status()["receipts"]["settled"], 0)

    def test_a_head_that_echoes_nothing_is_504(self):
        world = self.begin()
        world.to_unit("head", world.head(DEVICE, wire.b64(os.urandom(16))))
        self.check_incident(world, 504)

    def test_a_head_of_another_unit_is_503(self):
        world = self.begin()
        world.to_unit("head", world.head(unit="unit-b"))
        self.check_incident(world, 503)

    def anchored(self):
        """A unit that holds an anchor of record 7."""
        world = self.world()
        world.checkpoint = {"sequence": 7, "digest": "77" * 32}
        world.start()
        wait_until(lambda: world.status().get("audit") == 7, "an anchor is held")
        return world

    def test_an_audit_that_was_rewritten_is_505_and_the_old_anchor_stays(self):
        world = self.anchored()
        world.to_unit("head", world.head(checkpoint={"sequence": 7, "digest": "88" * 32}))
        self.check_incident(world, 505)
        path = os.path.join(world.folder, "anchor.txt")
        done = world.run("anchor", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(path) as file:
            (line,) = file.read().splitlines()
        fields = wire.read_head(line, wire.Keyset(world.keysets[-1]))
        self.assertEqual(fields["checkpoint"], world.checkpoint)
        self.assertEqual(world.run("anchor", path).returncode, 3)

    def test_an_audit_that_went_back_is_505_and_a_late_head_is_not(self):
        world = self.anchored()
        world.to_unit("head", world.head(checkpoint={"sequence": 6, "digest": "66" * 32}))
        told = len(world.syncs) + 2
        wait_until(lambda: len(world.syncs) >= told, "syncs after it")
        self.assertNotIn(505, world.incidents)
        world.checkpoint = {"sequence": 6, "digest": "66" * 32}
        self.check_incident(world, 505)
        self.assertEqual(world.status()["audit"], 7)

    def test_keysets_are_refused_malformed_forged_and_stale(self):
        world = self.begin()
        world.to_unit("keyset", b"x")
        world.wait_incident(511)
        true_root, world.root = world.root, world.stranger
        world.add_keyset()
        world.to_unit("keyset", world.keysets.pop())
        world.wait_incident(512)
        world.root = true_root
        world.add_keyset(version=1, previous=None, expires_at=world.now() + 99)
        world.to_unit("keyset", world.keysets.pop())
        world.wait_incident(513)

    def check_refused(self, code, world=None, push=True, **publication):
        world = world or self.begin()
        publication = Publication(world, **{
            name: value(world) if callable(value) else value for name, value in publication.items()})
        world.issue(publication, push=push)
        world.wait_item(publication, "refused")
        self.assertEqual(world.item(publication, "refused")["code"], code)
        self.assertIsNone(world.item(publication))
        self.assertEqual(world.documents(), [])
        return world, publication

    def test_a_grant_that_does_not_open_is_210_and_another_is_asked_for(self):
        world = self.begin()
        world.grants_filter = lambda _, sealed: bytes(len(sealed))
        _, publication = self.check_refused(210, world)
        world.grants_filter = None
        world.wait_item(publication)

    def test_too_few_editors_are_211(self):
        world, _ = self.check_refused(211, channel="monthly")
        self.assertIn("211", world.wait_status("refused")["why"])

    def test_one_editor_twice_is_211(self):
        self.check_refused(211, channel="monthly", signers=lambda w: [w.editor, w.editor])

    def test_a_strangers_signature_is_refused(self):
        self.check_refused(213, signers=lambda w: [w.stranger])

    def test_a_dispatcher_is_no_editor_213(self):
        self.check_refused(213, signers=lambda w: [w.dispatcher])

    def test_a_manifest_of_another_id_is_307(self):
        self.check_refused(307, manifest_change={"id": "00" * 16})

    def test_a_path_in_a_file_name_is_308(self):
        self.check_refused(308, files={"../evil": b"x"})

    def test_a_file_of_another_digest_is_309(self):
        self.check_refused(309, files={"a.txt": b"abc"}, manifest_change={"files": [
            {"name": "a.txt", "type": "text/plain", "size": 3, "digest": wire.ZEROS}]})

    def test_an_expired_one_is_311_and_ended(self):
        world, _ = self.check_refused(311, expires_at=lambda w: w.now() - 10)
        world.wait_status("ok")

    def test_a_stream_without_its_end_is_304(self):
        self.check_refused(304, final=0)

    def test_a_forged_part_is_302_and_the_true_one_is_asked_for(self):
        world = self.begin()
        forged = []

        def forge_once(publication, index, message):
            if index == 1 and not forged:
                forged.append(index)
                return message[:-1] + bytes([message[-1] ^ 1])
            return message
        world.part_filter = forge_once
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication)
        world.assert_stored(publication)
        self.assertEqual(world.item(publication, "refused")["code"], 302)

    def test_parts_of_another_count_are_301_and_do_no_harm(self):
        world = self.begin()
        publication = Publication(world)
        world.part_filter = lambda p, index, message: (
            wire.pack_part(p.id, index, len(p.parts) + 1, p.parts[index]))
        world.issue(publication)
        world.wait_incident(301)
        world.part_filter = None
        world.wait_item(publication)

    def test_an_entry_signed_anew_after_its_dispatchers_key_was_stolen_is_accepted(self):
        world = self.begin()
        publication = Publication(world)
        with world.lock:
            fields = world.entry_fields(publication)
            stolen = world.sign_entry(fields)
            world.add_keyset(keys=[
                {**key, "status": "compromised"} if key["name"] == "one" else key
                for key in wire.Keyset(world.keysets[0]).fields["keys"]])
            world.dispatcher = world.dispatcher2
        wait_until(lambda: world.syncs[-1]["keyset"] == 2, "the new keyset")
        world.to_unit("offer", world.offer_text(stolen, publication))
        world.wait_incident(203)
        with world.lock:
            jws = world.sign_entry(fields)
            world.entries.append((jws, wire.Entry(jws).digest, publication, None))
        world.wait_item(publication)


if __name__ == "__main__":
    unittest.main()
