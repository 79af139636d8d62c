"""What is false: nothing of it is stored, and CNCERT is told."""

import os
import unittest

from world import DEVICE, Case, Publication, wait_until, wire


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

    def test_keysets_that_another_device_is_answered_are_no_incident(self):
        """All devices of a unit hear them; those between, or before, are on their way to this one, or were passed over."""
        world = self.begin()
        with world.lock:
            world.add_keyset(next_root=wire.b64(world.stranger.public))
            world.root = world.stranger
            for _ in range(3):
                world.add_keyset()
            second, third, fourth, fifth = world.keysets[1:]
            del world.keysets[1:]
        world.to_unit("keyset", third)
        world.to_unit("keyset", b"x")
        world.wait_incident(511)
        self.assertNotIn(512, world.incidents)
        for keyset in (second, third, fifth, fourth):
            world.to_unit("keyset", keyset)
        world.to_unit("offer", b"x")
        world.wait_incident(201)
        self.assertEqual(world.status()["keyset"], 5)
        self.assertEqual(set(world.incidents), {511, 201})

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
