"""An attacker who owns the broker and a dispatcher's key offers content of their own: without the editors'
signatures nothing opens its way into an inbox, and each attempt is refused with its code."""

import secrets

import pytest

import forge
from stage import BrokerStage
from waiting import wait_for

FILES = {"伪造.bin": b"forged" * 20_000}


class Stage(BrokerStage):
    """The unit's mailbox is the attacker's from its first entry on."""

    def set(self):
        super().set()
        self.unit = self.admit("huaan", "华安网络")
        wait_for(lambda: self.unit.status()["state"] in ("ok", "idle"), "huaan to be in order")
        self.public = forge.load_key(self.unit.key).public
        self.editors = [self.key_of(login) for login in ("editor_wang", "editor_chen")]
        self.registrar = self.key_of("registrar_zhao")
        self.last, self.previous, self.answered = 0, "0" * 64, None

    def offer(self, manifest, body, signers, publication, sealed_id=None, signed=None, **changes):
        """Send an entry that fits the chain, with a grant, and the parts; the publication's id."""
        if not self.last:
            self.lure(self.unit)
        entry = forge.entry(self.dispatcher, "huaan", self.last + 1, self.previous,
                            publication=publication, manifest_bytes=manifest, body=body,
                            signatures=[forge.approval(s, signed or manifest) for s in signers],
                            **changes)
        self.last += 1
        self.previous = forge.digest(forge.payload_bytes(entry)).hex()
        grant = forge.grant("d1", self.public, sealed_id or publication, body.content_key)
        self.evil.send("huaan", "offer", forge.offer(entry, [grant]))
        for n, part in enumerate(body.parts):
            self.evil.send("huaan", "part",
                           forge.peer.pack_part(publication, n, len(body.parts), part))
        return publication

    def answer(self, **changes):
        """Answer the newest sync, so that the unit stays and trusts this broker with receipts."""
        nonce = self.evil.said("huaan", "sync")[-1]["nonce"]
        if nonce != self.answered:
            self.answered = nonce
            self.evil.send("huaan", "head", forge.head(
                self.dispatcher, "huaan", "d1", nonce, **{
                    "last": self.last, "digest": self.previous,
                    "devices": {"d1": {"settled": 0}}, **changes}))
        return True

    def refused(self, code, publication):
        wait_for(lambda: self.answer() and code in self.evil.refusals("huaan", publication),
                 lambda: f"huaan to refuse with {code}: "
                 f"{self.evil.refusals('huaan', publication)}\n{self.unit.process.log_tail()}", 30)
        assert self.unit.documents() == {}


def made(publication, files=None, final=None, tail=b"", **changes):
    files = FILES if files is None else files
    manifest = forge.manifest(publication, files, **changes)
    return manifest, forge.seal_body(manifest, files.values(), final, tail)


def test_two_editors_are_needed_and_one_signed(stage):
    one = forge.new_id()
    stage.refused(211, stage.offer(*made(one), stage.editors[:1], one))


def test_one_editor_who_signs_twice_is_one(stage):
    one = forge.new_id()
    stage.refused(211, stage.offer(*made(one), stage.editors[:1] * 2, one))


def test_the_editors_signed_something_else(stage):
    one = forge.new_id()
    other = forge.manifest(one, FILES, title="编辑真正签的")
    stage.refused(212, stage.offer(*made(one), stage.editors, one, signed=other))


def test_who_signed_is_no_editor(stage):
    one = forge.new_id()
    stage.refused(213, stage.offer(*made(one), [stage.editors[0], stage.registrar], one))


def test_who_signed_is_unknown(stage):
    one = forge.new_id()
    stage.refused(213, stage.offer(*made(one), [stage.editors[0], stage.stranger], one))


def test_a_grant_sealed_for_another_publication(stage):
    one = forge.new_id()
    stage.refused(210, stage.offer(*made(one), stage.editors, one, sealed_id=forge.new_id()))


def test_a_body_that_is_not_the_entrys(stage):
    one = forge.new_id()
    manifest, body = made(one)
    body.digest = forge.digest(b"another body")
    stage.refused(303, stage.offer(manifest, body, stage.editors, one))


def test_a_stream_without_an_end(stage):
    one = forge.new_id()
    stage.refused(304, stage.offer(*made(one, final=0), stage.editors, one))


@pytest.mark.parametrize("beyond", [
    {"kind": "correct"}, {"fields": {f"f{n}": "" for n in range(33)}},
    {"files": {f"{n}": b"" for n in range(65)}}], ids=lambda changes: next(iter(changes)))
def test_a_manifest_beyond_the_limits(stage, beyond):
    one = forge.new_id()
    stage.refused(310, stage.offer(*made(one, **beyond), stage.editors, one))


def test_a_manifest_that_is_not_the_entrys(stage):
    one = forge.new_id()
    _, body = made(one)
    stage.refused(306, stage.offer(forge.manifest(one, FILES), body, stage.editors, one))


def test_a_manifest_of_another_publication(stage):
    one = forge.new_id()
    manifest, body = made(forge.new_id())
    stage.refused(307, stage.offer(manifest, body, stage.editors, one))


@pytest.mark.parametrize("name", ["../越界.txt", ".certwire", "a/b", "名\u202e字.txt", "末尾."])
def test_a_file_name_that_leads_elsewhere(stage, name):
    one = forge.new_id()
    stage.refused(308, stage.offer(*made(one, {name: b"x"}), stage.editors, one))


def test_a_file_that_is_not_what_the_manifest_says(stage):
    one = forge.new_id()
    manifest = forge.manifest(one, {"甲.bin": b"signed"})
    body = forge.seal_body(manifest, [b"forged"])
    stage.refused(309, stage.offer(manifest, body, stage.editors, one))


def test_something_hidden_in_the_padding(stage):
    one = forge.new_id()
    stage.refused(312, stage.offer(*made(one, tail=b"hidden"), stage.editors, one))


def test_a_manifest_that_is_no_manifest(stage):
    one = forge.new_id()
    manifest = b'{"v":1}'
    stage.refused(305, stage.offer(manifest, forge.seal_body(manifest, []), stage.editors, one))


def test_a_publication_that_has_expired(stage):
    one = forge.new_id()
    stage.refused(311, stage.offer(*made(one, expires_at=forge.now() - 10), stage.editors, one))


def test_a_forged_part_is_dropped_alone_and_the_true_one_completes(stage):
    """The positive control too: with the editors' signatures and true parts it is stored."""
    one = forge.new_id()
    manifest, body = made(one)
    true_part = body.parts[1]
    body.parts[1] = secrets.token_bytes(len(true_part))
    before = stage.evil.incident("huaan", 302)
    stage.offer(manifest, body, stage.editors, one)
    wait_for(lambda: stage.answer() and stage.evil.incident("huaan", 302) > before
             or 302 in stage.evil.refusals("huaan", one), "the forged part to be refused", 30)
    assert stage.unit.documents() == {}
    wait_for(lambda: stage.answer() and [1, 1] in [r for m in stage.evil.said("huaan", "sync")[-1]["missing"]
                                if m["publication"] == one for r in m["parts"]],
             "the part to be asked for again", 30)
    stage.evil.send("huaan", "part", forge.peer.pack_part(one, 1, len(body.parts), true_part))
    wait_for(lambda: list(stage.unit.documents().values()) == list(FILES.values()),
             "the publication to be stored", 30)


@pytest.mark.parametrize(("kind", "relation", "files"), [("recall", "recalls", {}), ("supersede", "supersedes", None)])
def test_what_one_editor_signed_takes_nothing_back(stage, kind, relation, files):
    kept = stage.unit.documents()
    stored, = [d["id"] for d in stage.unit.inbox_list()]
    one = forge.new_id()
    manifest, body = made(one, files, kind=kind, references=[{"relation": relation, "publication": stored}])
    stage.offer(manifest, body, stage.editors[:1], one, kind=kind)
    wait_for(lambda: stage.answer() and 211 in stage.evil.refusals("huaan", one), f"the {kind} to be refused", 30)
    assert stage.unit.documents() == kept and kept


def test_status_says_what_was_refused(stage):
    one = forge.new_id()
    stage.offer(*made(one), stage.editors[:1], one)

    def told():
        stage.answer()
        status = stage.unit.status()
        return status if status["state"] == "refused" else None
    status = wait_for(told, lambda: f"status to say refused: {stage.unit.status()}", 30)
    assert str(status["refused_code"]) in status["why"] and status["what_to_do"]


def test_an_entry_of_an_epoch_that_is_over(stage):
    """Even who owns a dispatcher's key cannot bring back what a restore made void."""
    one = forge.new_id()
    wait_for(lambda: stage.answer(epoch=2, last=0, digest="0" * 64)
             and stage.evil.said("huaan", "sync")[-1]["epoch"] == 2,
             lambda: f"huaan to follow into epoch 2:\n{stage.unit.process.log_tail()}", 30)
    before = stage.evil.incident("huaan", 205)
    stage.offer(*made(one), stage.editors, one)
    wait_for(lambda: stage.answer(epoch=2, last=0, digest="0" * 64)
             and stage.evil.incident("huaan", 205) > before, "the old entry to be refused", 30)
    assert len(stage.unit.inbox_list()) == 1
