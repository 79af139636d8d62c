"""Whatever a hostile broker sends: nothing is written but state and inbox, nothing crashes, and the next
true document still arrives. Run under sanitizers, with nothing confined, so that the code alone is tried."""

import json
import os
import pathlib
import random
import unittest

from world import UNIT, Publication, World, wait_until, wire

TESTS = pathlib.Path(__file__).parent.parent
CORPORA = [*(TESTS / "fuzz/corpus").glob("fuzz_*"), TESTS / "vectors"]
SEED = int(os.environ.get("CERTWIRE_SEED", "2026"))
MESSAGES = 1500
BATCH = 150
LARGEST = 131072 - 200

# Of every field of what is signed: wrong in type or range, whatever the field.
WRONG = [None, -1, 2 ** 53, 1.5, True, "", "x" * 5000, "../../../../etc/cron.d/x", [], {}, [[]],
         {"v": {"v": {"v": {"v": {"v": {"v": {"v": {"v": {}}}}}}}}}, "\u202e", "0" * 63]
NAMES = ["../evil", "../../../../../../tmp/certwire-evil", "/tmp/certwire-evil", "a/../../evil", "..",
         ".", "", ".certwire", ".certwire/manifest.json", "evil\n", "evil\\..\\evil", "con:", "a" * 201,
         "\u202efdp.exe", " evil", "evil.", "-rf", "evil\u0000", "e\u0301vil"]


def corpus():
    """What the fuzzers and the vectors have, of every kind."""
    found = []
    for folder in CORPORA:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".c", ".h", ".md", ".sh"):
                found.append(path.read_bytes()[:LARGEST])
    assert len(found) > 60
    return found


class Hostile(unittest.TestCase):
    def setUp(self):
        self.world = World(config="confine = no\n")
        self.addCleanup(self.world.close)
        self.random = random.Random(SEED)
        self.world.start()
        self.world.wait_status("idle")
        self.before = self.outside()

    def outside(self):
        """Everything near it that is neither state nor inbox, with its content."""
        root = pathlib.Path(self.world.folder)
        return {path: path.read_bytes() for path in sorted(root.rglob("*"))
                if path.is_file() and not path.is_relative_to(self.world.state)
                and path.name != "log"}

    def settle(self):
        """What was sent has been heard: two more syncs were sent after it."""
        self.assertIsNone(self.world.process.poll(), self.world.log_text())
        seen = len(self.world.syncs) + 2
        wait_until(lambda: len(self.world.syncs) >= seen or self.world.process.poll() is not None,
                   f"seed {SEED}: it goes on asking\n{self.world.log_text()[-3000:]}")
        self.assertIsNone(self.world.process.poll(), self.world.log_text())

    def assert_unharmed(self, documents=()):
        true = Publication(self.world, number="true")
        self.world.issue(true)
        self.world.wait_item(true)
        self.world.assert_stored(true)
        self.assertEqual(self.world.documents(), sorted([true.folder, *documents]))
        self.assertEqual(self.outside(), self.before)
        self.assertFalse(os.path.exists("/tmp/certwire-evil"))
        self.world.stop()
        for trouble in ("Sanitizer", "runtime error"):
            self.assertNotIn(trouble, self.world.log_text())

    def mutate(self, data):
        data, pick = bytearray(data), self.random
        for _ in range(pick.choice([1, 1, 2, 8])):
            at = pick.randrange(len(data) + 1)
            act = pick.randrange(6)
            if act == 0 and at < len(data):
                data[at] ^= 1 << pick.randrange(8)
            elif act == 1:
                del data[at:at + pick.randrange(64)]
            elif act == 2:
                data[at:at] = pick.randbytes(pick.randrange(1, 32))
            elif act == 3:
                data[at:at] = data[at // 2:at]
            elif act == 4:
                data[at:at] = pick.choice([b"{", b'"', b"\0", b"\xff", b"[" * 2000, b"-1", b"..", b"null"])
            else:
                data += bytes(pick.randrange(40000))
        return bytes(data[:LARGEST])

    def seeds(self):
        """True messages of this world, which are the best to twist."""
        world = self.world
        publication = Publication(world, number="twisted")
        entry = world.sign_entry(world.entry_fields(publication), world.stranger)
        return [world.offer_text(entry, publication), publication.message(0), publication.message(1),
                world.head(key=world.stranger).encode(), world.keysets[0].encode(),
                world.head("d1", wire.b64(bytes(16)), key=world.stranger).encode()]

    def test_mutations_of_every_message_to_every_topic(self):
        topics = [f"certwire/v1/unit/{UNIT}/{leaf}" for leaf in ("offer", "part", "head", "keyset")]
        topics += [f"certwire/v1/channel/{channel}" for channel in ("weekly", "seminar")]
        material = corpus() + self.seeds() * 20
        for sent in range(0, MESSAGES, BATCH):
            for _ in range(BATCH):
                data = self.random.choice(material)
                if self.random.random() < 0.8:
                    data = self.mutate(data)
                self.world.publish(self.random.choice(topics), data)
            self.settle()
        self.assertGreater(sum(self.world.incidents.values()), 100)
        self.assert_unharmed()

    def test_what_a_stolen_dispatcher_signs_in_every_field(self):
        world = self.world
        publication = Publication(world, number="wild")
        fields = world.entry_fields(publication)
        for name in fields:
            for value in WRONG:
                change = {**fields, name: value}
                world.to_unit("offer", world.offer_text(
                    wire.jws_sign("certwire-entry+jws", world.dispatcher, change), publication))
        self.settle()
        head = json.loads(wire.unb64(world.head().split(".")[1]))
        for name in head:
            for value in WRONG:
                world.to_unit("head", wire.jws_sign("certwire-head+jws", world.dispatcher,
                                                    {**head, name: value}))
        self.settle()
        self.assertEqual(world.status()["stored"], 0)
        self.assert_unharmed()

    def test_names_that_lead_out_of_the_inbox_are_written_nowhere(self):
        world = self.world
        evil = [Publication(world, number=f"n{nth}", files={name: b"evil"})
                for nth, name in enumerate(NAMES)]
        evil += [Publication(world, number="twice", files={"A.txt": b"1", "a.TXT": b"2"}),
                 Publication(world, manifest_change={"number": "../../../evil"}),
                 Publication(world, manifest_change={"channel": "../../evil"})]
        for publication in evil:
            world.issue(publication)
        for publication in evil:
            world.wait_item(publication, "refused")
            self.assertIsNone(world.item(publication))
        self.assert_unharmed()

    def test_any_order_and_any_number_of_times_gives_one_document(self):
        world = self.world
        publications = [Publication(world, number=str(n), files={"a.bin": os.urandom(9 * 32768)})
                        for n in range(3)]
        numbers = [world.issue(publication, push=False) for publication in publications]
        acts = [lambda n=n: world.offer(n) for n in numbers] * 3
        acts += [lambda p=p, i=i: world.send_part(p, i) for p in publications
                 for i in range(len(p.parts))] * 3
        acts += [lambda: world.to_unit("head", world.head()),
                 lambda: world.to_unit("keyset", world.keysets[0])] * 10
        self.random.shuffle(acts)
        for act in acts:
            act()
        for publication in publications:
            world.wait_item(publication)
            world.assert_stored(publication)
        self.assert_unharmed([publication.folder for publication in publications])


if __name__ == "__main__":
    unittest.main()
