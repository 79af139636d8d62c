"""A unit whose broker is in an attacker's hands: what is forged, mixed up or replayed is refused with its
code and recorded, and nothing of it is stored.

The attacker has everything that crossed the true broker. Where it says "stolen dispatcher key", it has
that as well, and still cannot make content: that needs the editors.
"""

import json
import random

import forge
from stage import BrokerStage
from waiting import wait_for

CONTENT = random.Random(50).randbytes(150_000)


class Stage(BrokerStage):
    """huaan has both keysets, beichen went after the first; each has the one true publication."""

    def set(self):
        world = self.world
        self.unit = self.admit("huaan", "华安网络")
        self.neighbour = self.admit("beichen", "北辰科技")
        file = world.file("真的一期.bin", CONTENT)
        self.publication = world.office.publish("weekly", "2026-50", "真的一期", [file], 2)
        self.unit.has(self.publication)
        self.neighbour.has(self.publication)
        self.neighbour.process.stop()
        self.first_keyset = world.office.keyset.read_text().strip()
        world.office.make_keyset("--approvals", "seminar=1", "--retire",
                                 world.office.holders["dispatch_b"].kid)
        self.second_keyset = world.office.keyset.read_text().strip()
        wait_for(lambda: self.unit.status()["keyset"] == 2, "huaan to have the second keyset")
        self.true_messages = self.proxy.published()
        self.public = forge.load_key(self.unit.key).public
        super().set()

    def recorded(self, topic):
        return [m.payload for m in self.true_messages if m.topic == f"certwire/v1/{topic}"]

    def true_offer(self, unit="huaan"):
        return json.loads(self.recorded(f"unit/{unit}/offer")[0])

    def end_of_chain(self, unit="huaan"):
        return forge.digest(forge.payload_bytes(self.true_offer(unit)["entry"])).hex()

    def forged_publication(self):
        """A whole publication of the attacker's own making, sealed to the unit."""
        publication = forge.new_id()
        files = {"伪造.bin": b"forged" * 100}
        manifest = forge.manifest(publication, files)
        body = forge.seal_body(manifest, files.values())
        return publication, manifest, body

    def forged_entry(self, key, number=2, previous=None, signer=None, **changes):
        publication, manifest, body = self.forged_publication()
        entry = forge.entry(key, "huaan", number, previous or self.end_of_chain(),
                            publication=publication,
                            manifest_bytes=manifest, body=body,
                            signatures=[forge.approval(signer or self.stranger, manifest)],
                            **changes)
        grant = forge.grant("d1", self.public, publication, body.content_key)
        return publication, body, forge.offer(entry, [grant])

    def refused(self, code, leaf, payload):
        self.lure(self.unit)
        self.refused_by(self.unit, code, leaf, payload() if callable(payload) else payload)

    def refused_by(self, unit, code, leaf, payload):
        before = self.evil.incident(unit.id, code)
        self.evil.send(unit.id, leaf, payload)
        wait_for(lambda: self.evil.incident(unit.id, code) > before,
                 lambda: f"{unit.id} to refuse with {code}; its last sync: "
                 f"{self.evil.said(unit.id, 'sync')[-1]['incidents']}\n{unit.process.log_tail()}",
                 30)


def test_an_offer_that_is_no_offer(stage):
    stage.refused(201, "offer", b'{"v":1,"v":1}')


def test_an_entry_that_is_no_entry(stage):
    bad = forge.jws("certwire-entry+jws", stage.dispatcher, {"v": 1, "unit": "huaan"})
    stage.refused(202, "offer", forge.offer(bad, []))


def test_an_entry_signed_by_a_stranger(stage):
    _, _, offer = stage.forged_entry(stage.stranger)
    stage.refused(203, "offer", offer)


def test_an_entry_by_a_stranger_who_names_the_dispatchers_key(stage):
    _, _, offer = stage.forged_entry(stage.stranger, kid=stage.dispatcher.kid)
    stage.refused(203, "offer", offer)


def test_an_entry_signed_by_an_editor(stage):
    holder = stage.world.office.holders["editor_wang"]
    _, _, offer = stage.forged_entry(forge.load_key(holder.key, holder.passphrase))
    stage.refused(203, "offer", offer)


def test_a_signature_made_for_another_use(stage):
    payload = forge.payload_bytes(stage.true_offer()["entry"])
    head = forge.jws("certwire-head+jws", stage.dispatcher, payload)
    stage.refused(202, "offer", forge.offer(head, []))


def test_another_units_entry_replayed(stage):
    stage.refused(204, "offer", forge.peer.write_json(stage.true_offer("beichen")))


def test_an_entry_that_does_not_follow_even_with_a_stolen_dispatcher_key(stage):
    _, _, offer = stage.forged_entry(stage.dispatcher, previous="ab" * 32)
    stage.refused(206, "offer", offer)


def test_another_entry_under_a_held_number_even_with_a_stolen_dispatcher_key(stage):
    _, _, offer = stage.forged_entry(stage.dispatcher, number=1, previous="0" * 64)
    stage.refused(207, "offer", offer)


def test_an_entry_under_a_keyset_nobody_has(stage):
    _, _, offer = stage.forged_entry(stage.dispatcher, keyset=9)
    stage.refused(208, "offer", offer)


def test_a_part_of_the_wrong_shape(stage):
    stage.refused(301, "part", b"\x01" + bytes(100))


def test_a_head_that_is_no_head(stage):
    stage.refused(501, "head", "abc")


def test_a_head_signed_by_a_stranger(stage):
    stage.refused(502, "head", lambda: forge.head(
        stage.stranger, "huaan", "d1", stage.evil.said("huaan", "sync")[-1]["nonce"],
        devices={"d1": {"settled": 99}}))


def test_another_units_head_replayed(stage):
    stage.refused(503, "head", stage.recorded("unit/beichen/head")[-1])


def test_an_old_head_replayed(stage):
    answered = [h for h in stage.recorded("unit/huaan/head")
                if forge.payload_of(h.decode())["device"] == "d1"]
    stage.refused(504, "head", answered[-1])


def test_a_keyset_that_is_no_keyset(stage):
    stage.refused(511, "keyset", "abc")


def test_a_keyset_of_another_root(stage):
    true = forge.payload_of(stage.second_keyset)
    forged = {**true, "version": 3, "root": forge.b64(stage.stranger.public), "previous":
              forge.digest(stage.second_keyset.encode()).hex()}
    stage.refused(512, "keyset", forge.jws("certwire-keyset+jws", stage.stranger, forged))


def test_a_keyset_that_takes_the_place_of_a_held_one_even_if_the_root_signed_it(stage):
    true = forge.payload_of(stage.second_keyset)
    stage.refused(513, "keyset", forge.jws("certwire-keyset+jws", stage.key_of("root"),
                                           {**true, "channels": {"weekly": {"approvals": 1}}}))
    assert stage.unit.status()["keyset"] == 2


def test_a_replayed_offer_and_its_parts_change_nothing(stage):
    stage.lure(stage.unit)
    before = stage.unit.documents()
    for leaf in ("unit/huaan/offer", "channel/weekly", "unit/huaan/part"):
        for payload in stage.recorded(leaf):
            stage.evil.send("huaan", leaf, payload)
    count = stage.evil.incident("huaan", 501)
    stage.evil.send("huaan", "head", "what marks the end of the replay")
    wait_for(lambda: stage.evil.incident("huaan", 501) > count, "the replay to be read", 30)
    assert stage.unit.documents() == before
    assert len(stage.unit.inbox_list()) == 1


class Mailbox:
    """beichen's, written on by the attacker with stolen keys, from the second entry on."""

    def __init__(self, stage):
        self.stage = stage
        self.unit = stage.neighbour
        self.public = forge.load_key(self.unit.key).public
        self.number, self.previous = 1, stage.end_of_chain("beichen")

    def make(self, channel, name, dispatcher, editors, **changes):
        """An offer of the next entry, and what must follow once it is believed."""
        publication, files = forge.new_id(), {name: b"content"}
        manifest = forge.manifest(publication, files, channel)
        body = forge.seal_body(manifest, files.values())
        entry = forge.entry(
            self.stage.key_of(dispatcher), "beichen", self.number + 1, self.previous,
            publication=publication, manifest_bytes=manifest, body=body,
            signatures=[forge.approval(self.stage.key_of(e), manifest) for e in editors],
            **changes)
        grant = forge.grant("d1", self.public, publication, body.content_key)
        return publication, body, entry, forge.offer(entry, [grant])

    def put(self, channel, name, *signers, **changes):
        """Send a publication whole, and wait until the unit has stored it."""
        publication, body, entry, offer = self.make(channel, name, *signers, **changes)
        self.number += 1
        self.previous = forge.digest(forge.payload_bytes(entry)).hex()
        self.stage.evil.send("beichen", "offer", offer)
        for n, part in enumerate(body.parts):
            self.stage.evil.send("beichen", "part",
                                 forge.peer.pack_part(publication, n, len(body.parts), part))
        wait_for(lambda: any(path.endswith(name) for path in self.unit.documents()),
                 lambda: f"beichen to store {name}:\n{self.unit.process.log_tail()}", 30)


def test_an_older_keyset_replayed_leaves_the_newest_in_force(stage):
    """Held already, it is a quiet repetition. What the second keyset brought and ended stays so."""
    unit, evil, editors = stage.neighbour, stage.evil, ("editor_wang", "editor_chen")
    mailbox = Mailbox(stage)
    stage.lure(unit)
    assert evil.said("beichen", "sync")[-1]["keyset"] == 1
    mailbox.put("weekly", "第一版之下.bin", "dispatch_b", editors)
    *_, too_early = mailbox.make("seminar", "太早.bin", "dispatch_a", editors[:1], keyset=2)
    stage.refused_by(unit, 208, "offer", too_early)

    evil.send("beichen", "keyset", stage.second_keyset)
    wait_for(lambda: unit.status()["keyset"] == 2, "beichen to have the second keyset", 30)
    evil.send("beichen", "keyset", stage.first_keyset)
    stage.refused_by(unit, 501, "head", "what marks that the replay was read")
    assert not any(evil.incident("beichen", code) for code in (511, 512, 513))
    for _ in ("at once", "after a new start"):
        assert unit.status()["keyset"] == 2
        *_, retired = mailbox.make("weekly", "退役之后.bin", "dispatch_b", editors)
        stage.refused_by(unit, 203, "offer", retired)
        stage.lure(unit)
        assert evil.said("beichen", "sync")[-1]["keyset"] == 2
    mailbox.put("seminar", "第二版之下.bin", "dispatch_a", editors[:1], keyset=2)
    unit.process.stop()


def test_everything_refused_is_recorded_once_the_true_broker_is_back(stage):
    world, unit = stage.world, stage.unit
    stage.proxy.target_port = world.broker.port
    unit.process.stop()
    unit.start()
    for code in (201, 202, 203, 204, 206, 207, 208, 301, 501, 502, 503, 504, 511, 512, 513):
        wait_for(lambda: world.cluster.rows(
            f"SELECT 1 FROM certwire.incident WHERE unit = 'huaan' AND code = {code}"),
            f"code {code} to be recorded in PostgreSQL")
    assert [r["unit"] for r in world.receipt_items(stage.publication)] == ["beichen", "huaan"]
    file = world.file("后一期.bin", b"true")
    after = world.office.publish("weekly", "2026-51", "后一期", [file], 2)
    unit.has(after)
    assert sorted(unit.documents().values(), key=len) == [b"true", CONTENT]
