"""What units, strangers and a broker's owner may forge towards CNCERT: tokens, device certificates, receipts,
syncs, rows. Each is refused with its code and recorded, and nothing is settled."""

import secrets

import paho.mqtt.client as mqtt
import pytest

import forge
from client import Client
from stage import WorldStage
from waiting import wait_for

REFUSED = 0x87


class Stage(WorldStage):
    """huaan stored a publication; tiangong is owed it and never runs: its key is the test's to misuse."""

    def set(self):
        world = self.world
        self.huaan = world.admit("huaan", "华安网络").start().connected()
        self.idle = world.admit("tiangong", "天工安全")
        self.key = forge.load_key(self.idle.key)
        self.publication = world.office.publish("weekly", "2026-47", "周报",
                                                [world.file("周报.bin", b"x" * 1000)], 2)
        self.huaan.has(self.publication)
        self.delivery = world.delivery(self.publication, "tiangong")
        assert self.delivery["state"] == "owed"
        self.manifest = world.cluster.value("SELECT encode(manifest_digest, 'hex') FROM "
                                            "certwire.publication WHERE id = :'p'",
                                            p=self.publication)
        self.number = 0

    def token(self, key=None, client_id="tiangong.d1", audience=None, **claims):
        return forge.connect_token(key or self.key, client_id,
                                   audience or self.world.broker.address, **claims)

    def connect(self, password, client_id="tiangong.d1", user="tiangong", **options):
        client = Client(self.world.broker.port, client_id, user, password, **options)
        answer = client.connect()
        client.close()
        return answer

    def denied(self, code, client_id="tiangong.d1"):
        wait_for(lambda: self.world.denials(code, client_id), f"{code} to be recorded")

    def item(self, **changes):
        return {"publication": self.publication, "epoch": self.delivery["epoch"],
                "entry": self.delivery["number"], "manifest": self.manifest, "state": "stored",
                "at": forge.now(), **changes}

    def send(self, leaf, payload, unit="tiangong"):
        client = Client(self.world.broker.port, "tiangong.d1", "tiangong", self.token())
        assert client.connect() == 0
        client.publish(f"certwire/v1/unit/{unit}/{leaf}", payload)
        client.close()

    def receipt(self, key=None, unit="tiangong", device="d1", items=None, kid=None):
        self.number += 1
        return forge.receipt(key or self.key, unit, device, self.number, items or [self.item()],
                             kid)

    def recorded(self, code):
        return self.world.cluster.rows(
            f"SELECT 1 FROM certwire.receipt WHERE verdict = {code} UNION ALL "
            f"SELECT 1 FROM certwire.denial WHERE code = {code} UNION ALL "
            f"SELECT 1 FROM certwire.incident WHERE code = {code}")

    def refused(self, code, before):
        wait_for(lambda: len(self.recorded(code)) > before,
                 lambda: f"{code} to be recorded:\n{self.world.dispatcher.process.log_tail()}")
        assert self.world.delivery(self.publication, "tiangong")["state"] == "owed"
        assert [r["unit"] for r in self.world.receipt_items(self.publication)] == ["huaan"]

    def refused_receipt(self, code, payload, unit="tiangong"):
        before = len(self.recorded(code))
        self.send("receipt", payload, unit)
        self.refused(code, before)


# ---- Tokens


def test_a_true_token_is_let_in(stage):
    assert stage.connect(stage.token()) == 0


def test_no_token(stage):
    assert stage.connect("let me in") == REFUSED
    stage.denied(101)


def test_a_token_signed_by_a_stranger(stage):
    assert stage.connect(stage.token(stage.stranger)) == REFUSED


def test_a_token_by_a_stranger_who_names_the_devices_key(stage):
    assert stage.connect(stage.token(stage.stranger, kid=stage.key.kid)) == REFUSED
    stage.denied(102)


def test_a_token_of_a_device_that_does_not_exist(stage):
    token = stage.token(client_id="tiangong.d9")
    assert stage.connect(token, "tiangong.d9") == REFUSED
    stage.denied(103, "tiangong.d9")


def test_a_token_for_another_broker(stage):
    assert stage.connect(stage.token(audience="elsewhere:8883")) == REFUSED
    stage.denied(104)


def test_a_replayed_token(stage):
    token = stage.token()
    assert stage.connect(token) == 0
    assert stage.connect(token) == REFUSED
    stage.denied(105)


def test_a_token_used_under_another_name(stage):
    assert stage.connect(stage.token(), "huaan.d1", "huaan") == REFUSED
    stage.denied(107, "huaan.d1")
    assert stage.connect(stage.token(), "tiangong.d1", "huaan") == REFUSED
    stage.denied(107, "tiangong.d1")
    assert stage.world.present(stage.huaan), "the owner of the client id was pushed out"


def test_a_token_longer_than_allowed(stage):
    assert stage.connect(stage.token(lifetime=301)) == REFUSED


def test_a_device_that_says_it_is_the_dispatcher(stage):
    token = stage.token(client_id="dispatcher.d1")
    assert stage.connect(token, "dispatcher.d1", "dispatcher") == REFUSED


def test_a_token_of_another_time_leads_to_the_lobby_only(stage):
    old = stage.token(iat=forge.now() - 4000, exp=forge.now() - 3900)
    client = Client(stage.world.broker.port, "tiangong.d1", "tiangong", old)
    assert client.connect() == 0
    assert client.subscribe("certwire/v1/unit/tiangong/head") == 1
    assert client.subscribe("certwire/v1/unit/tiangong/offer") == REFUSED
    assert client.subscribe("certwire/v1/channel/weekly") == REFUSED
    client.close()
    stage.denied(106)


def test_a_revoked_device_is_cut_and_let_in_no_more(stage):
    world = stage.world
    spare = world.add_device("tiangong", "天工安全", "d2")
    token = stage.token(forge.load_key(spare.key), "tiangong.d2")
    client = Client(world.broker.port, "tiangong.d2", "tiangong", token)
    assert client.connect() == 0
    world.office.admin("revoke_device", "tiangong", "d2", "遗失")
    wait_for(client.gone.is_set, "the revoked device to be cut")
    client.close()
    again = stage.token(forge.load_key(spare.key), "tiangong.d2")
    assert stage.connect(again, "tiangong.d2") == REFUSED
    stage.denied(110, "tiangong.d2")


def test_an_old_protocol(stage):
    assert stage.connect(stage.token(), protocol=mqtt.MQTTv311) in (5, REFUSED)
    stage.denied(111)


def test_a_will_is_never_published(stage):
    """The broker shows it to nobody before its client is gone; then it is refused."""
    topic = "certwire/v1/unit/tiangong/receipt"
    client = Client(stage.world.broker.port, "tiangong.d1", "tiangong", stage.token(), will=topic)
    assert client.connect() == 0
    client.drop()
    wait_for(lambda: stage.world.cluster.rows(
        "SELECT 1 FROM certwire.denial WHERE code = 111 AND topic = :'t'", t=topic),
        "the will to be refused")


# ---- Certificates


def test_a_certificate_by_a_stranger_written_into_the_table(stage):
    """Whoever can write to the database makes no device: broker and dispatcher check the registrar."""
    world, key = stage.world, forge.Key.generate()
    certificate = forge.jws("certwire-device+jws", stage.stranger, {
        "v": 1, "unit": "tiangong", "device": "d7", "public": forge.b64(key.public),
        "not_before": forge.now() - 10, "not_after": forge.now() + 86400,
        "serial": secrets.token_hex(16)})
    world.cluster.sql(
        "INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, "
        "not_after, requested_at, certified_at, certified_by) SELECT unit, 'd7', request, :'c', "
        "(:'k')::text, now() - interval '10 s', now() + interval '1 day', now(), now(), certified_by "
        "FROM certwire.device WHERE unit = 'tiangong' AND device = 'd1'", c=certificate,
        k=key.kid)
    world.broker.process.stop()
    world.broker.start()
    token = stage.token(key, client_id="tiangong.d7")
    assert stage.connect(token, "tiangong.d7") == REFUSED
    after = world.office.publish("weekly", "2026-48", "后一期", [world.file("后.bin", b"y")], 2)
    stage.huaan.has(after)
    assert world.cluster.rows("SELECT 1 FROM certwire.delivery_grant WHERE device = 'd7'") == []
    wait_for(lambda: stage.recorded(522),
             lambda: f"the forged certificate to be recorded:\n"
             f"{world.dispatcher.process.log_tail()}")


# ---- Publications


def tampered(stage, number, change):
    """A signed draft changed in the database, then asked to be issued: the code of its refusal."""
    world = stage.world
    draft = world.office.draft("monthly", number, f"月报 {number}",
                               [world.file(f"{number}.bin", b"m" * 1000)])
    world.cluster.sql(change, p=draft, s=forge.jws("certwire-manifest+jws", stage.stranger, {}))
    world.cluster.sql("SELECT certwire.request_issue(:'p')", "editor_wang", p=draft)
    return wait_for(lambda: world.cluster.value(
        "SELECT issue_refused_code FROM certwire.publication WHERE id = :'p'", p=draft),
        lambda: f"the dispatcher to refuse:\n{world.dispatcher.process.log_tail()}")


def test_an_editors_signature_changed_in_the_database(stage):
    stranger = ("UPDATE certwire.signature SET jws = split_part(jws, '.', 1) || '..' || "
                "split_part(:'s', '.', 3) WHERE publication = :'p'")
    assert tampered(stage, "2026-90", stranger) == 212


def test_content_changed_in_the_database(stage):
    assert tampered(stage, "2026-91", "UPDATE certwire.publication_part SET data = "
                    "set_byte(data, 1000, get_byte(data, 1000) # 1) WHERE publication = :'p'"
                    ) in (302, 303)


# ---- Receipts


def test_a_receipt_that_is_no_receipt(stage):
    stage.refused_receipt(601, b"stored it, honestly")


def test_a_receipt_signed_by_a_stranger(stage):
    stage.refused_receipt(602, stage.receipt(stage.stranger))


def test_a_receipt_by_a_stranger_who_names_the_devices_key(stage):
    stage.refused_receipt(602, stage.receipt(stage.stranger, kid=stage.key.kid))


def test_a_receipt_of_an_unknown_device(stage):
    stage.refused_receipt(603, stage.receipt(device="d9"))


def test_a_receipt_in_another_units_name(stage):
    stage.refused_receipt(604, stage.receipt(unit="huaan"))


def test_a_receipt_for_what_was_never_delivered(stage):
    stage.refused_receipt(605, stage.receipt(items=[stage.item(publication=secrets.token_hex(16))]))


def test_a_receipt_for_another_manifest(stage):
    stage.refused_receipt(606, stage.receipt(items=[stage.item(manifest="ab" * 32)]))


def test_a_true_receipt_replayed_is_one_row(stage):
    raw = stage.world.cluster.value(
        "SELECT convert_from(raw, 'UTF8') FROM certwire.receipt WHERE unit = 'huaan' LIMIT 1")
    before = stage.world.cluster.rows("SELECT id FROM certwire.receipt WHERE unit = 'huaan'")
    stage.refused_receipt(604, raw)
    assert stage.world.cluster.rows("SELECT id FROM certwire.receipt WHERE unit = 'huaan'"
                                    ) == before
    assert len(stage.world.receipt_items(stage.publication)) == 1


# ---- Syncs


@pytest.mark.parametrize("code, forged", [
    (611, lambda stage: "not a sync"),
    (612, lambda stage: forge.sync(stage.stranger, "tiangong", "d1")),
    (613, lambda stage: forge.sync(stage.key, "huaan", "d1")),
])
def test_a_forged_sync_gets_no_answer_and_is_recorded(stage, code, forged):
    before = len(stage.recorded(code))
    stage.send("sync", forged(stage))
    wait_for(lambda: len(stage.recorded(code)) > before, f"{code} to be recorded")


# ---- Rows


def test_the_brokers_role_cannot_write_a_table(stage):
    for change in (
            "INSERT INTO certwire.receipt_item SELECT publication, 'tiangong', device, state, code, "
            "reached_at, receipt, settled_at FROM certwire.receipt_item",
            "INSERT INTO certwire.receipt (unit, device, number, raw, broker, judged_at, verdict, "
            "authentic) VALUES ('tiangong', 'd1', 1, 'x', 'broker', now(), 0, true)",
            "UPDATE certwire.delivery SET state = 'settled', stored_at = now()",
            "DELETE FROM certwire.receipt",
            "SELECT certwire.settle(1, '{1}', '{0}', '{t}', '{}', '{}', '{}', '{}', '{}')"):
        done = stage.world.cluster.psql(change, "broker")
        assert done.returncode != 0 and "permission denied" in done.stderr, change + done.stderr
    assert stage.world.delivery(stage.publication, "tiangong")["state"] == "owed"


def test_a_forged_receipt_put_by_the_brokers_own_function_settles_nothing(stage):
    """The broker may put receipts; the dispatcher judges each again from its bytes."""
    raw = stage.receipt(stage.stranger, kid=stage.key.kid).encode()
    before = len(stage.recorded(602))
    stage.world.cluster.sql(
        "SELECT certwire.put_receipts('broker', ARRAY['tiangong'], ARRAY['d1'], "
        "ARRAY[:'n'::bigint], ARRAY[decode(:'r', 'hex')])", "broker", n=stage.number, r=raw.hex())
    stage.refused(602, before)


def test_even_a_row_written_by_the_superuser_settles_nothing(stage):
    raw = stage.receipt(stage.stranger, kid=stage.key.kid).encode()
    before = len(stage.recorded(602))
    stage.world.cluster.sql(
        "INSERT INTO certwire.receipt (unit, device, number, raw, broker) VALUES ('tiangong', 'd1', "
        ":'n'::bigint, decode(:'r', 'hex'), 'broker')", n=stage.number, r=raw.hex())
    stage.refused(602, before)


def test_the_true_receipt_after_all_that_is_believed(stage):
    """The positive control: the same means with the true key settle the delivery."""
    stage.send("receipt", stage.receipt())
    wait_for(lambda: stage.world.delivery(stage.publication, "tiangong")["state"] == "settled",
             "the delivery to be settled")
