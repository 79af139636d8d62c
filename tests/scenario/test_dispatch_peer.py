"""The dispatcher alone against a client written from docs/protocol.md: PostgreSQL and a broker are real, the
unit is tests/peer/, and what the broker's plugins do is done here by hand (tests/lib/desk.py)."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

import certwire_peer as peer
import forge
from desk import CONTENT, TOPIC, Desk, Peer
from faults import points
from waiting import wait_for


@pytest.fixture(scope="module")
def desk():
    folder = Path(tempfile.mkdtemp(prefix="certwire-"))
    folder.chmod(0o711)  # PostgreSQL's own user must reach its folder
    made = Desk(folder)
    try:
        made.open()
        made.admit("huaan")
        made.dispatchers["dispatch_a"].start()
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def huaan(desk):
    made = Peer(desk, desk.certify("huaan", "d1"))
    made.present()
    yield made
    made.client.close()


def issued(desk, publication):
    wait_for(lambda: desk.state(publication)["state"] == "issued",
             lambda: f"{publication} to be issued: {desk.state(publication)}\n" + desk.log())


def refused(desk, publication, code):
    wait_for(lambda: desk.state(publication)["code"],
             lambda: f"{publication} to be refused\n" + desk.log())
    assert desk.state(publication) == {"state": "approved", "code": code}


def test_a_weekly_goes_round(desk, huaan):
    publication = desk.draft("weekly")
    desk.approve(publication)
    desk.issue(publication)
    manifest, files = huaan.fetch(publication)
    assert manifest["id"] == publication and files == list(CONTENT.values())
    entry = huaan.offers()[publication][0]
    entry.verify(desk.keyrings()[-1])
    huaan.receipt([huaan.device.item(entry)])
    wait_for(lambda: huaan.settled() == huaan.receipts, lambda: "a head that settles:\n" + desk.log())
    row, = desk.cluster.rows("SELECT state, stored_at FROM certwire.delivery "
                             "WHERE publication = :'p'", p=publication)
    assert row["state"] == "settled" and row["stored_at"]


def test_parts_are_pushed_once_to_the_channel(desk, huaan):
    files = {"大.bin": os.urandom(400_000)}
    publication = desk.draft(files=files)
    desk.issue(publication)
    pushed = f"{TOPIC}channel/monthly"
    wait_for(lambda: len(huaan.parts(publication)) >= 2, lambda: "pushed parts:\n" + desk.log())
    huaan.sync()
    assert [peer.unpack_part(m.payload)[:2] for m in huaan.client.messages(pushed)
            if peer.unpack_part(m.payload)[0] == publication] == [(publication, 0), (publication, 1)]
    assert huaan.fetch(publication)[1] == list(files.values())


def test_the_chain_of_entries_is_gapless(desk, huaan):
    entries = sorted((e for e, _ in huaan.offers().values()), key=lambda e: e.fields["number"])
    assert [e.fields["number"] for e in entries] == list(range(1, len(entries) + 1))
    for before, after in zip(entries, entries[1:]):
        before.check_next(after)
    head = huaan.sync()
    assert head["last"] == len(entries) and head["digest"] == entries[-1].digest.hex()


def test_a_sync_brings_keysets_and_what_it_lacks(desk, huaan):
    before = len(huaan.payloads("offer"))
    known = len(huaan.payloads("keyset"))
    head = huaan.sync(epoch=1, last=1, keyset=0)
    assert [p.decode() for p in huaan.payloads("keyset")[known:]] == desk.keysets
    assert len(huaan.payloads("offer")) - before == head["last"] - 1
    huaan.sync(epoch=1, last=1, have=[[2, head["last"]]], keyset=len(desk.keysets))
    assert len(huaan.payloads("keyset")) == known + len(desk.keysets)


def test_what_is_over_is_not_asked_for_for_ever(desk, huaan):
    """It expired after the unit had settled it: a device of the unit that had begun with it gets a void that names it."""
    row, = desk.cluster.rows("SELECT publication, number FROM certwire.delivery WHERE state = 'settled'")
    desk.cluster.sql("ALTER TABLE certwire.publication DISABLE TRIGGER USER; UPDATE certwire.publication "
                     f"SET expires_at = now() WHERE id = '{row['publication']}'; "
                     "ALTER TABLE certwire.publication ENABLE TRIGGER USER")
    last = huaan.sync(epoch=1, last=1)["last"]
    huaan.sync(epoch=1, last=last, missing=[{"publication": row["publication"], "parts": [[0, 0]]}])
    wait_for(lambda: huaan.sync(epoch=1, last=last)["last"] == last + 1, lambda: "another entry:\n" + desk.log())
    void, _ = huaan.offers()[None]
    assert (void.fields["kind"], void.fields["number"], void.fields["target"]) == ("void", last + 1, row["number"])
    void.verify(desk.keyrings()[-1])


def test_an_editor_who_did_not_sign_is_not_issued(desk):
    publication = desk.draft("weekly")
    desk.approve(publication, sign=peer.Key.generate())
    desk.issue(publication)
    refused(desk, publication, 213)


def test_one_editor_under_two_names_is_not_issued(desk):
    publication = desk.draft("weekly")
    desk.approve(publication, sign=desk.keys["editor_wang"])
    desk.issue(publication)
    refused(desk, publication, 211)


def test_a_changed_part_is_not_issued(desk):
    publication = desk.draft()
    desk.cluster.sql("ALTER TABLE certwire.publication_part DISABLE TRIGGER USER; "
                     "UPDATE certwire.publication_part SET data = set_byte(data, 9, "
                     f"(get_byte(data, 9) + 1) % 256) WHERE publication = '{publication}' AND index = 1")
    desk.issue(publication)
    refused(desk, publication, 302)


def test_a_changed_audience_is_not_issued(desk):
    publication = desk.draft(audience=peer.digest(b"another rule").hex())
    desk.issue(publication)
    refused(desk, publication, 307)


def test_what_was_signed_for_another_channel_is_not_issued(desk):
    publication = desk.draft("weekly")
    desk.approve(publication)
    desk.cluster.sql("ALTER TABLE certwire.publication DISABLE TRIGGER USER; "
                     f"UPDATE certwire.publication SET channel = 'monthly' WHERE id = '{publication}'")
    desk.issue(publication)
    refused(desk, publication, 307)


def test_a_forged_sync_is_recorded_and_not_answered(desk, huaan):
    def incidents(code):
        return desk.cluster.value("SELECT count(*) FROM certwire.incident "
                                  "WHERE source = 'dispatcher' AND unit = 'huaan' AND code = :'c'",
                                  c=code)

    stranger = peer.Device("huaan", "d1", peer.Key.generate())
    other = peer.Device("beichen", "d1", huaan.device.key)
    for jws, code in ((stranger.sync(), 612), (other.sync(), 613), ("x.y.z", 611),
                      (huaan.device.sync(device="d9"), 613)):
        before = incidents(code)
        huaan.client.publish(f"{TOPIC}unit/huaan/sync", jws)
        wait_for(lambda: incidents(code) == before + 1, lambda: f"code {code}:\n" + desk.log())
    nonces = {h["nonce"] for h in huaan.heads()}
    assert forge.payload_of(stranger.sync())["nonce"] not in nonces


def test_a_receipt_that_is_not_the_devices_settles_nothing(desk, huaan):
    publication = desk.draft()
    desk.issue(publication)
    issued(desk, publication)
    wait_for(lambda: publication in huaan.offers(), lambda: "an offer:\n" + desk.log())
    entry = huaan.offers()[publication][0]
    stranger = peer.Device("huaan", "d1", peer.Key.generate())
    number = huaan.receipts + 1
    huaan.put_receipt(stranger.receipt(number, [stranger.item(entry)]).encode(), number)
    wait_for(lambda: desk.cluster.rows("SELECT 1 FROM certwire.receipt WHERE verdict = 602"),
             lambda: "the verdict:\n" + desk.log())
    huaan.receipt([huaan.device.item(entry, manifest="0" * 64)])
    wait_for(lambda: huaan.settled() == huaan.receipts, lambda: "the watermark:\n" + desk.log())
    assert {"device": "d1", "number": huaan.receipts, "code": 606} in huaan.heads()[-1]["refused"]
    assert desk.cluster.value("SELECT state FROM certwire.delivery WHERE publication = :'p'",
                              p=publication) == "owed"
    huaan.receipt([huaan.device.item(entry)])
    wait_for(lambda: huaan.settled() == huaan.receipts, lambda: "the watermark:\n" + desk.log())


def test_a_suspended_unit_gets_keysets_and_its_head_and_nothing_else(desk, huaan):
    desk.cluster.sql("SELECT certwire.suspend_unit('huaan', '违反保密协议')", "admin_li")
    wait_for(lambda: huaan.heads()[-1]["standing"] == "suspended", lambda: "a head:\n" + desk.log())
    before = len(huaan.payloads("offer")), len(huaan.payloads("part"))
    publication = desk.draft()
    desk.issue(publication)
    issued(desk, publication)
    old = next(iter(huaan.offers()))
    head = huaan.sync(missing=[{"publication": old, "parts": [[0, 1]]}])
    assert head["standing"] == "suspended" and head["reason"] == "违反保密协议"
    assert huaan.payloads("keyset")[-1].decode() == desk.keysets[-1]
    assert before == (len(huaan.payloads("offer")), len(huaan.payloads("part")))
    desk.cluster.sql("SELECT certwire.reinstate_unit('huaan', '整改完成')", "admin_li")
    assert huaan.sync()["standing"] == "good"
    assert publication not in huaan.offers()


def test_an_administrator_at_lunch_holds_up_issuing_and_nothing_else(desk, huaan):
    fence = desk.cluster.value("SELECT fence FROM certwire.lease")
    publication = desk.draft()
    session = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", desk.cluster.dsn("admin_li")],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        session.stdin.write("BEGIN; SELECT 'locked' FROM "
                            "certwire.suspend_unit('huaan', '未提交的决定');\n")
        session.stdin.flush()
        assert session.stdout.readline() == "locked\n"
        desk.issue(publication)
        wait_for(lambda: "the entitlements are locked by admin_li" in desk.log(), lambda: "issuing to wait:\n" + desk.log())
        for _ in range(3):
            assert huaan.sync()["standing"] == "good"
    finally:
        session.communicate("ROLLBACK;\n")
    issued(desk, publication)
    assert huaan.fetch(publication)[1] == list(CONTENT.values())
    assert desk.cluster.value("SELECT fence FROM certwire.lease") == fence


@pytest.mark.parametrize("point", points("publisher/dispatch"))
def test_killed_at(desk, huaan, point):
    dispatcher = desk.dispatchers["dispatch_a"]
    dispatcher.stop()
    dispatcher.start(CERTWIRE_FAULT=point)
    deaths = []

    def despite_death(condition):
        if not dispatcher.running():
            deaths.append(dispatcher.child.returncode)
            dispatcher.start()
        return condition()

    publication = desk.draft()
    desk.issue(publication)
    wait_for(lambda: despite_death(lambda: publication in huaan.offers()),
             lambda: "an offer:\n" + desk.log())
    assert huaan.fetch(publication)[1] == list(CONTENT.values())
    entry = huaan.offers()[publication][0]
    huaan.receipt([huaan.device.item(entry)])
    wait_for(lambda: despite_death(lambda: deaths), lambda: f"death at {point}:\n" + desk.log())
    wait_for(lambda: huaan.sync()["devices"]["d1"]["settled"] == huaan.receipts,
             lambda: "the watermark:\n" + desk.log())
    assert deaths == [-signal.SIGKILL]
    assert desk.cluster.value("SELECT count(*) FROM certwire.receipt_item "
                              "WHERE publication = :'p'", p=publication) == 1
    assert desk.cluster.value("SELECT count(*) FROM certwire.entry "
                              "WHERE publication = :'p'", p=publication) == 1
    head = huaan.sync()
    assert head["last"] == entry.fields["number"] and head["digest"] == entry.digest.hex()


def test_the_second_dispatcher_takes_over_and_the_first_writes_nothing(desk, huaan):
    first, second = desk.dispatchers["dispatch_a"], desk.dispatchers["dispatch_b"]
    second.start()
    wait_for(lambda: "standing by" in second.log(), "the second to stand by")
    first.pause()
    wait_for(lambda: "lease taken" in second.log(), "the second to take over")
    publication = desk.draft()
    desk.issue(publication)
    assert huaan.fetch(publication)[1] == list(CONTENT.values())
    assert f"broker 127.0.0.1:{desk.tls_port}: connected" in second.log()
    wait_for(lambda: f"broker localhost:{desk.tls_port}: " in second.log(),
             lambda: "a wrong host name to be refused:\n" + second.log_tail())
    assert f"broker localhost:{desk.tls_port}: connected" not in second.log()
    fence = desk.cluster.value("SELECT fence FROM certwire.lease")
    first.resume()
    wait_for(lambda: "standing by" in first.log()[first.log().rindex("lease"):],
             lambda: "the first to stand by:\n" + desk.log())
    assert huaan.sync()["standing"] == "good"
    assert desk.cluster.value("SELECT fence FROM certwire.lease") == fence
    second.stop()
    assert huaan.sync()["standing"] == "good"


def test_a_retired_dispatcher_refuses_to_work(desk, huaan):
    desk.put_keyset(dispatch_a="retired")
    first, second = desk.dispatchers["dispatch_a"], desk.dispatchers["dispatch_b"]
    wait_for(lambda: "is no active dispatcher" in first.log(), lambda: "the first:\n" + desk.log())
    second.start()
    assert huaan.sync()["standing"] == "good"
    assert desk.cluster.value("SELECT holder FROM certwire.lease") == "dispatch-b"


def test_everything_comes_back_after_postgresql_and_the_broker_were_away(desk, huaan):
    second = desk.dispatchers["dispatch_b"]
    desk.cluster.restart()
    publication = desk.draft()
    desk.issue(publication)
    assert huaan.fetch(publication)[1] == list(CONTENT.values())
    desk.broker.stop()
    desk.broker.start()
    wait_for(lambda: second.log().count(f"broker 127.0.0.1:{desk.tls_port}: connected") >= 3,
             second.log_tail)
