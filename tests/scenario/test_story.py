"""A publication's whole story is proven from the database alone, and from one file without it."""

import json
import subprocess
from pathlib import Path

import pytest

import forge
import json_fields
from programs import write_conf
from stage import AuditStage
from waiting import wait_for


class Stage(AuditStage):
    """A Weekly that two units stored and one of them opened; a third is owed it; then all is ended."""

    def set(self):
        world = self.world
        self.nothing = write_conf(world.folder / "nothing.conf", {})
        self.huaan = world.admit("huaan", "华安网络").start().connected()
        self.anheng = world.admit("anheng", "安恒信息").start().connected()
        world.admit("lumeng", "绿盟科技")
        world.admit("tianrong", "天融信", channels=["monthly"])
        world.admit("zanting", "暂停单位")
        world.office.admin("suspend_unit", "zanting", "核查")
        self.before = world.office.publish("weekly", "2026-46", "第四十六期",
                                           [world.file("46.pdf", b"%PDF-1.4 46\n")], 3)
        self.id = world.office.publish("weekly", "2026-47", "第四十七期",
                                       [world.file("47.pdf", b"%PDF-1.4 47\n" * 4000)], 3, "--not-before", "2026-01-01")
        self.after = world.office.publish("weekly", "2026-48", "第四十八期",
                                          [world.file("48.pdf", b"%PDF-1.4 48\n")], 3)
        for unit in (self.huaan, self.anheng):
            for publication in (self.before, self.id, self.after):
                unit.has(publication)
        self.huaan.tool("inbox", "open", self.id[:8])
        wait_for(lambda: world.delivery(self.id, "huaan")["opened_at"], lambda: "huaan to have opened it:\n"
                 + self.huaan.log())
        wait_for(lambda: not world.cluster.rows("SELECT 1 FROM certwire.receipt WHERE judged_at IS NULL"),
                 "every receipt to be judged")
        wait_for(lambda: not world.cluster.rows("SELECT 1 FROM certwire.entry WHERE digest IS NULL"),
                 "every entry to be signed")
        world.dispatcher.process.stop()
        self.manifest = self.huaan.folder_of(self.id) / ".certwire" / "manifest.json"
        for unit in (self.huaan, self.anheng):
            unit.process.stop()
        world.broker.process.stop()
        self.file = world.folder / "story.json"
        done = self.audit("", "--out", self.file)
        assert done.returncode == 0, done.stderr
        self.said = done.stdout
        self.story = json.loads(self.file.read_bytes())

    def audit(self, sql, *options, login="auditor_sun"):
        """`certwire audit` on a copy of the database that `sql` was done to."""
        return self.on_copy(sql, "audit", self.id[:8], *options, login=login, p=self.id,
                            before=self.before, after=self.after)

    def verify(self, story, *options, root=None):
        """`certwire verify` as a third party: no database, no configuration."""
        path = self.world.folder / "shown.json"
        path.write_bytes(story if isinstance(story, bytes) else
                         json.dumps(story, ensure_ascii=False).encode())
        return self.certwire("verify", path, "--root", root or self.world.office.root, *options, config=self.nothing)

    def changed(self):
        return json.loads(json.dumps(self.story))


def refused(done, what):
    assert done.returncode == 3 and what in done.stderr, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert "证明不成立 the story does not hold" in done.stderr


def test_the_database_tells_the_whole_story(stage):
    for words in ("证明成立 the story holds", "王芳", "陈磊", "demanded 2", "华安网络", "安恒信息", "绿盟科技",
                  "3 家 units；已签名 signed 3；已存 stored 2；已阅 opened 1", "tianrong",
                  "当时无权接收", "CNCERT's word alone"):
        assert words in stage.said, stage.said
    assert "zanting" not in stage.said  # not in good standing at issue


def test_the_same_rows_make_the_same_file_without_title_or_content(stage):
    again = stage.world.folder / "again.json"
    assert stage.audit("", "--out", again).returncode == 0
    data = again.read_bytes()
    assert data == stage.file.read_bytes()
    assert "第四十七期".encode() not in data and b"47.pdf" not in data


def test_a_third_party_needs_the_file_and_the_root_alone(stage):
    done = stage.verify(stage.file.read_bytes())
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout == stage.said
    wrong = stage.verify(stage.file.read_bytes(), root=" ".join(["01234"] * 8))
    refused(wrong, "root")
    said = stage.verify(stage.file.read_bytes(), "--json").stdout
    json_fields.check("verify", said)
    json_fields.check("audit", stage.audit("", "--json").stdout)
    told = json.loads(said)
    assert [u["unit"] for u in told["units"]] == ["anheng", "huaan", "lumeng"]
    assert {e["name"] for e in told["editors"]} == {"王芳", "陈磊"}


def test_another_program_written_from_the_page_alone_agrees(stage):
    peer = Path(__file__).resolve().parents[1] / "peer" / "certwire_story.py"

    def judge(path, *options):
        return subprocess.run(["/usr/bin/python3", peer, path, stage.world.office.root, *options],
                              capture_output=True, text=True, check=False)

    done = judge(stage.file, stage.manifest)
    assert done.returncode == 0 and "huaan 1/2" in done.stdout and "d1 opened" in done.stdout, done
    story = stage.changed()
    of(story, "huaan")["number"] = 9
    shown = stage.world.folder / "other.json"
    shown.write_text(json.dumps(story), encoding="utf-8")
    assert judge(shown).returncode == 3


def test_the_manifest_and_the_files_are_held_against_it(stage):
    data = stage.file.read_bytes()
    folder = stage.manifest.parent.parent
    done = stage.verify(data, "--manifest", stage.manifest, "--files", folder)
    assert done.returncode == 0 and "第四十七期" in done.stdout and "文件 files: 1" in done.stdout, done
    other = stage.huaan.folder_of(stage.before)
    refused(stage.verify(data, "--manifest", other / ".certwire" / "manifest.json"), "manifest")
    refused(stage.verify(data, "--manifest", stage.manifest, "--files", other), "47.pdf")
    odd = stage.world.folder / "odd"
    (odd / "47.pdf").mkdir(parents=True)
    done = stage.verify(data, "--manifest", stage.manifest, "--files", odd)
    assert done.returncode == 1 and "cannot read '47.pdf'" in done.stderr
    (odd / "47.pdf").rmdir()
    (odd / "47.pdf").write_bytes(b"x")
    refused(stage.verify(data, "--manifest", stage.manifest, "--files", odd), "'47.pdf' is not the one that was published")
    assert stage.verify(data, "--files", folder).returncode == 2
    story = stage.changed()
    story["publication"]["number"] = "2026-74"
    assert stage.verify(story).returncode == 0  # what only the manifest can tell
    refused(stage.verify(story, "--manifest", stage.manifest), "the editors signed weekly 2026-47")


def test_an_administrator_may_audit_and_an_editor_may_not(stage):
    done = stage.audit("", login="admin_li")
    assert done.returncode == 0 and "the sealed body was not compared" in done.stderr
    done = stage.audit("", login="editor_wang")
    assert done.returncode == 3 and "an auditor or administrator" in done.stderr


RULE = b'{"v":1,"rule":"units","units":["huaan"]}'
# Rows that another publication's row is put in the place of, or that are changed, made up or taken away.
OF = "publication = :'p'"
TAMPERED = [
    ("UPDATE certwire.publication SET manifest_digest = sha256('x') WHERE id = :'p'", "names another manifest"),
    ("UPDATE certwire.publication SET body_digest = sha256('x') WHERE id = :'p'", "names another body"),
    ("UPDATE certwire.publication SET issued_at = issued_at + interval '1 day' WHERE id = :'p'", "issued at another time"),
    ("UPDATE certwire.publication SET audience = '{\"v\":1,\"rule\":\"units\",\"units\":[\"huaan\"]}' WHERE id = :'p'",
     "audience rule"),
    (f"UPDATE certwire.publication SET audience = '{RULE.decode()}', audience_digest = '\\x{forge.digest(RULE).hex()}' WHERE id = :'p'",
     "the audience rule does not cover it"),
    ("UPDATE certwire.publication SET channel = 'monthly' WHERE id = :'p'", "no right when it was entered"),
    (f"UPDATE certwire.publication_part SET data = overlay(data PLACING '\\x00ff00ff' FROM 9) WHERE {OF}", "sealed body"),
    (f"DELETE FROM certwire.publication_part WHERE {OF}", "sealed body"),
    (f"DELETE FROM certwire.publication_part WHERE {OF} AND index = 0", "part 0 of the sealed body is gone"),
    ("UPDATE certwire.keyset SET version = 2", "keyset 1 stands under another version"),
    (f"UPDATE certwire.signature SET kid = md5('x') WHERE {OF} AND signed_by = 'editor_chen'", "stands under another key"),
    ("DELETE FROM certwire.entry_signature WHERE number = 2 AND unit = 'lumeng'", "its signatures are gone"),
    (f"ALTER TABLE certwire.receipt_item DROP CONSTRAINT receipt_item_state_check; UPDATE certwire.receipt_item SET state = 'seen' WHERE {OF} "
     "AND state = 'opened'", "state"),
    ("UPDATE certwire.keyset SET jws = left(jws, -8) || 'AAAAAAAA'", "keyset 1"),
    ("DELETE FROM certwire.keyset", "keysets"),
    (f"DELETE FROM certwire.signature WHERE {OF} AND signed_by = 'editor_chen'", "editors' signatures"),
    (f"UPDATE certwire.signature s SET jws = (SELECT o.jws FROM certwire.signature o WHERE o.publication = :'before' "
     f"AND o.kid = s.kid) WHERE s.{OF}", "signature 1"),
    (f"UPDATE certwire.entry SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '\"epoch\":1', '\"epoch\": 1'), "
     f"'UTF8') WHERE {OF}", "payload is not what was signed"),
    (f"UPDATE certwire.entry SET digest = sha256('x') WHERE {OF}", "its digest is another"),
    (f"UPDATE certwire.entry SET issued_at = issued_at - interval '1 day' WHERE {OF}", "entered at another time"),
    (f"UPDATE certwire.entry SET kind = 'supersede' WHERE {OF}", "kind or keyset"),
    ("UPDATE certwire.entry SET payload = convert_to(convert_from(payload, 'UTF8') || ' ', 'UTF8') "
     "WHERE publication = :'before'", "does not follow the one before"),
    ("UPDATE certwire.entry a SET payload = (SELECT b.payload FROM certwire.entry b WHERE b.publication = :'before' "
     "AND b.unit = a.unit) WHERE a.publication = :'after'", "the entry after number 2"),
    ("DELETE FROM certwire.entry WHERE publication = :'before'", "does not follow the one before"),
    ("UPDATE certwire.entry_signature SET jws = left(jws, -8) || 'AAAAAAAA' WHERE number = 2", "signature"),
    ("DELETE FROM certwire.entry_signature WHERE number = 2", "an entry that is not signed"),
    ("UPDATE certwire.entry_signature SET jws = (SELECT o.jws FROM certwire.entry_signature o WHERE o.unit = 'anheng' "
     "AND o.number = 2) WHERE unit = 'huaan' AND number = 2", "unit 'huaan': 条目 entry 2: it is of unit 'anheng'"),
    (f"DELETE FROM certwire.entry WHERE {OF} AND unit = 'lumeng'", "a delivery and no entry"),
    (f"DELETE FROM certwire.delivery WHERE {OF} AND unit = 'lumeng'", "an entry and no delivery"),
    (f"DELETE FROM certwire.delivery_grant WHERE {OF} AND unit = 'lumeng'; DELETE FROM certwire.delivery WHERE {OF} AND "
     f"unit = 'lumeng'; DELETE FROM certwire.entry WHERE {OF} AND unit = 'lumeng'", "it has no entry, and by the history it had the right"),
    ("DELETE FROM certwire.unit WHERE id = 'huaan'", "unit 'huaan' is gone"),
    (f"UPDATE certwire.delivery SET state = 'settled', stored_at = now() WHERE {OF} AND unit = 'lumeng'",
     "no receipt says that it was stored"),
    (f"UPDATE certwire.delivery SET state = 'owed' WHERE {OF} AND unit = 'huaan'", "said to be owed"),
    (f"UPDATE certwire.delivery SET stored_at = stored_at - interval '1 hour' WHERE {OF} AND unit = 'huaan'",
     "when it was stored"),
    (f"UPDATE certwire.delivery SET opened_at = now() WHERE {OF} AND unit = 'anheng'", "when it was opened"),
    (f"UPDATE certwire.delivery SET number = 9 WHERE {OF} AND unit = 'lumeng'", "of another entry"),
    ("UPDATE certwire.device SET certificate = (SELECT o.certificate FROM certwire.device o WHERE o.unit = 'anheng') "
     "WHERE unit = 'huaan'", "device certificate"),
    ("UPDATE certwire.device SET certificate = left(certificate, -8) || 'AAAAAAAA' WHERE unit = 'huaan'", "device 'd1'"),
    ("UPDATE certwire.device SET kid = md5('x') WHERE unit = 'huaan'", "another key"),
    ("UPDATE certwire.device SET revoked_at = '2020-01-01', revoked_by = 'x', revoked_reason = 'x' WHERE unit = 'huaan'", "revoked before"),
    ("DELETE FROM certwire.device WHERE unit = 'huaan'", "no certificate"),
    (f"UPDATE certwire.delivery_grant SET kid = md5('x') WHERE {OF} AND unit = 'huaan'", "sealed to a key"),
    (f"INSERT INTO certwire.delivery_grant (publication, unit, device, kid, sealed) SELECT :'p', 'zanting', 'd1', kid, "
     f"sealed FROM certwire.delivery_grant WHERE {OF} AND unit = 'huaan'", "unit 'zanting', which has no entry"),
    ("DELETE FROM certwire.receipt WHERE unit = 'huaan'", "is gone"),
    ("DELETE FROM certwire.receipt WHERE unit = 'huaan' AND id NOT IN (SELECT receipt FROM certwire.receipt_item "
     f"WHERE {OF})", "only"),
    ("UPDATE certwire.receipt SET raw = overlay(raw PLACING 'AAAA' FROM octet_length(raw) - 8) WHERE unit = 'huaan'",
     "signature"),
    (f"UPDATE certwire.receipt r SET raw = o.raw FROM certwire.receipt o WHERE o.unit = 'anheng' AND r.unit = 'huaan' "
     f"AND o.id IN (SELECT receipt FROM certwire.receipt_item WHERE {OF}) "
     f"AND r.id IN (SELECT receipt FROM certwire.receipt_item WHERE {OF})", "it is of unit 'anheng'"),
    ("UPDATE certwire.receipt SET number = number + 100 WHERE unit = 'huaan'", "receipts 1 to"),
    ("UPDATE certwire.receipt SET verdict = 602 WHERE unit = 'huaan'", "was not believed"),
    ("UPDATE certwire.receipt SET received_at = '2020-01-01' WHERE unit = 'huaan'", "device certificate"),
    (f"UPDATE certwire.receipt_item SET reached_at = reached_at + interval '1 hour' WHERE {OF} AND unit = 'huaan'",
     "another time"),
    (f"UPDATE certwire.receipt_item SET settled_at = '2020-01-01' WHERE {OF} AND unit = 'huaan'", "settled before"),
    (f"UPDATE certwire.receipt_item SET state = 'recalled' WHERE {OF} AND state = 'opened'", "does not say 'recalled'"),
    (f"DELETE FROM certwire.receipt_item WHERE {OF} AND unit = 'huaan' AND state = 'stored'", "no receipt says"),
    (f"DELETE FROM certwire.receipt_item WHERE {OF} AND unit = 'huaan'; UPDATE certwire.delivery SET state = 'owed', "
     f"stored_at = NULL, opened_at = NULL WHERE {OF} AND unit = 'huaan'", "says that it was stored, and the ledger does not"),
    (f"INSERT INTO certwire.receipt_item (publication, unit, device, state, reached_at, receipt) SELECT :'p', 'lumeng', "
     f"'d1', 'stored', now(), receipt FROM certwire.receipt_item WHERE {OF} AND unit = 'huaan' AND state = 'stored'",
     "it is of unit 'huaan'"),
    ("UPDATE certwire.standing SET standing = 'suspended' WHERE unit = 'huaan' AND until IS NULL",
     "unit 'huaan': 受众 it has an entry"),
    ("DELETE FROM certwire.entitlement WHERE unit = 'lumeng'", "unit 'lumeng': 受众 it has an entry"),
    ("UPDATE certwire.entitlement SET channel = 'weekly' WHERE unit = 'tianrong'", "unit 'tianrong': 受众 it has no entry"),
    ("UPDATE certwire.standing SET standing = 'good' WHERE unit = 'zanting'", "unit 'zanting': 受众 it has no entry"),
    ("CREATE OR REPLACE FUNCTION certwire.effective_at(publication text, unit text) RETURNS TABLE (id text, channel text, "
     "number text, issued_at timestamptz, standing text, standing_reason text, entitled boolean, in_audience boolean, "
     "entry int, entered_at timestamptz, entitled_when_entered boolean, detail text) LANGUAGE sql AS $$ SELECT NULL::text, "
     "NULL::text, NULL::text, now(), 'good', '', true, true, 1, now(), true, '好' $$", "says other than the rows"),
]


@pytest.mark.parametrize("sql, what", TAMPERED)
def test_what_a_superuser_changes_is_named(stage, sql, what):
    refused(stage.audit(sql), what)


def of(story, unit):
    return next(u for u in story["units"] if u["unit"] == unit)


def device(story, unit="huaan"):
    return of(story, unit)["devices"][0]


def break_signature(text):
    return text[:-8] + ("BBBBBBBB" if text.endswith("AAAAAAAA") else "AAAAAAAA")


def swap_receipts(story):
    device(story)["receipts"][0]["jws"] = device(story, "anheng")["receipts"][0]["jws"]


CHANGES = [
    (lambda s: s.pop("others"), "story"),
    (lambda s: s.update({"certwire-story": 2}), "certwire-story"),
    (lambda s: s["publication"].update(manifest="0" * 64), "names another manifest"),
    (lambda s: s["publication"].update(id="0" * 32), "of another publication"),
    (lambda s: s["publication"].update(keyset=7), "keyset 7"),
    (lambda s: s["keysets"].__setitem__(0, break_signature(s["keysets"][0])), "keyset 1"),
    (lambda s: s["keysets"].append(s["keysets"][0]), "there twice"),
    (lambda s: of(s, "huaan")["entry"].clear(), "not signed itself"),
    (lambda s: of(s, "huaan")["entry"].__setitem__(0, break_signature(of(s, "huaan")["entry"][0])), "signature"),
    (lambda s: of(s, "huaan").update(entry=of(s, "anheng")["entry"]), "of unit 'anheng'"),
    (lambda s: of(s, "huaan").update(number=9), "not 9"),
    (lambda s: of(s, "huaan").update(issued_at=9), "another time"),
    (lambda s: of(s, "huaan").update(state="owed"), "said to be owed"),
    (lambda s: of(s, "lumeng").update(state="settled"), "no receipt says"),
    (lambda s: device(s).update(certificate=device(s, "anheng")["certificate"]), "certificate"),
    (lambda s: device(s).update(revoked_at=1), "revoked before"),
    (swap_receipts, "of unit 'anheng'"),
    (lambda s: device(s)["receipts"][0].update(jws=break_signature(device(s)["receipts"][0]["jws"])), "signature"),
    (lambda s: device(s)["receipts"][0].update(states=["recalled"]), "'recalled'"),
    (lambda s: device(s)["receipts"].reverse(), "receipt 2"),
    (lambda s: s["units"].reverse(), "ascending"),
    (lambda s: s["others"].insert(0, {"unit": "huaan", "name": "x", "standing": "good", "why": ""}), "to have an entry and to have none"),
    (lambda s: of(s, "lumeng").update(state="expired"), "its end has a time and a reason"),
    (lambda s: s["others"].append({"unit": "huaan", "name": "x", "standing": "good", "why": ""}), "order"),
]


@pytest.mark.parametrize("change, what", CHANGES)
def test_what_is_changed_in_the_file_is_named(stage, change, what):
    story = stage.changed()
    change(story)
    refused(stage.verify(story), what)


def resigned(stage, story, login, **changes):
    """The entry of huaan with other fields, signed anew with a dispatcher's key: stolen."""
    payload = {**forge.payload_of(of(story, "huaan")["entry"][0]), **changes}
    return forge.jws("certwire-entry+jws", stage.key_of(login), payload)


def receipted(stage, story, nth, **changes):
    """A receipt of huaan's device with other fields, signed anew with its key: stolen."""
    receipt = device(story)["receipts"][nth]
    receipt["jws"] = forge.jws("certwire-receipt+jws", forge.load_key(stage.huaan.key), {**forge.payload_of(receipt["jws"]), **changes})


def items(story, nth, **changes):
    return [{**item, **changes} for item in forge.payload_of(device(story)["receipts"][nth]["jws"])["items"]]


def say_again(stage, story):
    receipted(stage, story, 1, items=items(story, 0) + items(story, 1))
    device(story)["receipts"][1]["states"].insert(0, "stored")


def compromise(stage, story):
    """The root says that the dispatcher's key was stolen before it signed anything."""
    (first,) = story["keysets"]
    payload = forge.payload_of(first)
    for key in payload["keys"]:
        if key["name"] == "dispatch-a":
            key.update(status="compromised", since=key["not_before"])
    payload.update(version=2, previous=forge.digest(first.encode()).hex())
    story["keysets"].append(forge.jws("certwire-keyset+jws", stage.key_of("root"), payload))


# What only the holder of a key can make.
STOLEN = [
    (lambda t, s: of(s, "huaan")["entry"].append(resigned(t, s, "dispatch_b", previous="1" * 64)), "signed different ones"),
    (compromise, "only a compromised dispatcher's key signed it"),
    (lambda t, s: receipted(t, s, 0, items=items(s, 0, entry=9)), "it names entry 9 of epoch 1"),
    (lambda t, s: receipted(t, s, 0, device="d2"), "it is of device 'd2'"),
    (say_again, "'stored' was said before"),
]


@pytest.mark.parametrize("change, what", STOLEN)
def test_what_stolen_keys_sign_is_held_against_the_rest(stage, change, what):
    story = stage.changed()
    change(stage, story)
    refused(stage.verify(story), what)


def unsigned(story):
    """As long as nobody signed its entries, a story may say of the publication what it likes."""
    for unit in story["units"]:
        unit.update(entry=[], devices=[], state="owed")
    return story


@pytest.mark.parametrize("changes, what", [
    ({"id": "0" * 32}, "another publication or kind"), ({"audience": forge.b64(RULE)}, "audience rule"), ({"expires_at": 9}, "expiry"),
    ({"issued_at": 9}, "before the time the editors signed")])
def test_what_the_editors_signed_is_held_against_what_stands_in_plain_text(stage, changes, what):
    story = unsigned(stage.changed())
    story["publication"].update(changes)
    assert stage.verify(story).returncode == 0
    refused(stage.verify(story, "--manifest", stage.manifest), what)


def test_a_stranger_who_signs_everything_anew_is_not_believed(stage):
    story = stage.changed()
    stranger = forge.Key.generate()
    of(story, "huaan")["entry"] = [forge.jws("certwire-entry+jws", stranger, {})]
    refused(stage.verify(story), "entry")


def test_bytes_that_are_no_story_are_refused(stage):
    data = stage.file.read_bytes()
    for broken in (b"", b"{", data[:-20], b"\xef\xbb\xbf" + data, data + b"{}", b"[]"):
        refused(stage.verify(broken), "story")
    assert stage.certwire("verify", stage.world.folder / "none", "--root", stage.world.office.root, config=stage.nothing).returncode == 1


def test_misuse_is_told_how_to_be_mended(stage):
    done = stage.certwire("verify", stage.file, config=stage.nothing)
    assert "no root is pinned" in done.stderr
    assert "there is no story yet" in stage.audit("ALTER TABLE certwire.publication DROP CONSTRAINT publication_issued; "
                                                "UPDATE certwire.publication SET state = 'approved' WHERE id = :'p'").stderr
    for digits, status, what in (("xyz", 2, "is no publication's id"), ("0" * 32, 1, "no publication's id begins with")):
        done = stage.on_copy("", "audit", digits)
        assert done.returncode == status and what in done.stderr and "certwire list" in done.stderr
    done = stage.on_copy("UPDATE certwire.publication SET id = overlay(:'p' PLACING 'ffff' FROM 29) WHERE id = :'other'", "audit",
                         stage.id[:8], p=stage.id, other=stage.before)
    assert done.returncode == 2 and "give more digits" in done.stderr
