"""The dispatcher alone against a client written from docs/protocol.md: PostgreSQL and a broker are real, the
unit is tests/peer/, and what the broker's plugins do is done here by hand."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import certwire_peer as peer
import forge
from admission import ADMIT, GRANTS_ONLY, TERM, grants
from client import Client
from faults import points
from office import LOGINS
from ports import accepts, free_port
from postgres import Cluster
from process import Process
from programs import Programs, write_conf, write_private
from tls import make_certificate
from waiting import wait_for

YEAR = 365 * 86400
CONTENT = {"周报.pdf": os.urandom(100_000), "清单.csv": b"a,b\n"}
TOPIC = "certwire/v1/"


def hexed(data):
    return f"'\\x{data.hex()}'::bytea"


class Desk:
    """CNCERT's people without their tool: keys, keyset, drafts."""

    ROLES = {"registrar_zhao": "registrar", "editor_wang": "editor", "editor_chen": "editor",
             "dispatch_a": "dispatcher", "dispatch_b": "dispatcher"}

    def __init__(self, folder):
        self.folder = folder
        self.programs = Programs()
        self.logs = folder / "run"
        self.logs.mkdir()
        self.cluster = Cluster(folder / "pg", self.logs)
        self.port = free_port()
        self.root = peer.Key.generate()
        self.keys = {login: peer.Key.generate() for login in self.ROLES}
        self.keysets = []
        self.number = 0
        self.tls_port = free_port()
        make_certificate(folder / "tls", "127.0.0.1")
        broker = write_private(folder / "broker.conf",
                               "user root\nallow_anonymous true\nset_tcp_nodelay true\n"
                               f"listener {self.port} 127.0.0.1\n"
                               f"listener {self.tls_port} 127.0.0.1\n"
                               f"certfile {folder}/tls/server.crt\nkeyfile {folder}/tls/server.key\n")
        self.broker = Process("broker", ["/usr/sbin/mosquitto", "-c", broker], self.logs)
        # The second dispatcher uses TLS; by the name localhost it must not accept that certificate.
        self.dispatchers = {
            "dispatch_a": self._dispatcher("dispatch_a", broker=f"127.0.0.1:{self.port}"),
            "dispatch_b": self._dispatcher("dispatch_b", broker_ca=folder / "tls/ca.crt", broker=[
                f"mqtts://127.0.0.1:{self.tls_port}, mqtts://localhost:{self.tls_port}"])}

    def open(self):
        self.cluster.create()
        self.programs.run("certwire-db", "migrate", "--dsn", self.cluster.dsn("postgres"))
        self.cluster.sql("".join(f"CREATE ROLE {login} LOGIN IN ROLE {group};\n"
                                 for login, group in LOGINS.items()))
        for login, role in self.ROLES.items():
            self.cluster.sql(f"SELECT certwire.bind_key('{self.keys[login].kid}', '{login}', "
                             f"'{role}')", "admin_li")
        self.cluster.sql(TERM + GRANTS_ONLY, "admin_li")
        self.put_keyset()
        self.broker.start()
        wait_for(lambda: accepts(self.port), "the broker to listen")

    def close(self):
        for process in (*self.dispatchers.values(), self.broker, self.cluster.process):
            process.stop()

    def _dispatcher(self, login, **settings):
        name = login.replace("_", "-")
        key = self.keys[login]
        write_private(self.folder / f"{name}.key",
                      f"certwire-key 1\nrole: dispatcher\nname: {name}\n"
                      f"public: {peer.b64(key.public)}\nprotection: none\n"
                      f"secret: {peer.b64(key.secret[:32])}\n")
        conf = write_conf(self.folder / f"{name}.conf", {
            "dsn": self.cluster.dsn(login), "name": name, "key": f"{name}.key",
            "root_fingerprint": peer.fingerprint(self.root.public),
            "lease": "3s", "offer_retry": "1s", "push_parts": 2, "log_level": "debug", **settings})
        return Process(name, [self.programs["certwire-dispatch"], "--config", conf], self.logs)

    def put_keyset(self, **status):
        now = int(time.time())
        before = self.keysets[-1] if self.keysets else None
        fields = {
            "v": 1, "version": len(self.keysets) + 1, "issued_at": now, "expires_at": now + YEAR,
            "previous": peer.digest(before.encode()).hex() if before else None,
            "root": peer.b64(self.root.public), "next_root": None,
            "keys": [{"public": peer.b64(key.public), "role": self.ROLES[login], "name": login,
                      "not_before": now - YEAR, "not_after": now + YEAR,
                      "status": status.get(login, "active"),
                      "since": now + 1 if login in status else now - YEAR}
                     for login, key in self.keys.items()],
            "channels": {"weekly": {"approvals": 2}, "monthly": {"approvals": 1}}}
        jws = forge.jws("certwire-keyset+jws", self.root, fields)
        previous = hexed(peer.digest(before.encode())) if before else "NULL"
        self.cluster.sql(
            f"SELECT certwire.put_keyset({fields['version']}, '{jws}', "
            f"{hexed(peer.digest(jws.encode()))}, to_timestamp({now}), to_timestamp({now + YEAR}), "
            f"{previous})", "registrar_zhao")
        self.keysets.append(jws)

    def keyrings(self):
        held = []
        for jws in self.keysets:
            held.append(peer.Keyset.accept(jws.encode(), held[-1] if held else None,
                                           peer.fingerprint(self.root.public)))
        return held

    def certify(self, unit, device):
        """A certified device of the unit."""
        now = int(time.time())
        made = peer.Device(unit, device, peer.Key.generate())
        certificate = forge.jws("certwire-device+jws", self.keys["registrar_zhao"], {
            "v": 1, "unit": unit, "device": device, "public": peer.b64(made.key.public),
            "not_before": now - 60, "not_after": now + YEAR, "serial": secrets.token_hex(16)})
        self.cluster.sql(f"SELECT certwire.request_device('{unit}', '{device}', '{made.request()}')",
                         "admin_li")
        self.cluster.sql(
            f"SELECT certwire.certify_device('{unit}', '{device}', '{made.key.kid}', "
            f"'{certificate}', to_timestamp({now - 60}), to_timestamp({now + YEAR}))",
            "registrar_zhao")
        return made

    def admit(self, unit, channels=("weekly", "monthly")):
        self.cluster.sql(ADMIT + grants(channels), "admin_li", unit=unit, name=unit)

    def draft(self, channel="monthly", files=None, by="editor_wang", sign=None, rule=None, **changes):
        """Drafts as the editor; `sign` signs the manifest instead of their key."""
        self.number += 1
        publication, rule = forge.new_id(), rule or b'{"v":1,"rule":"entitled"}'
        manifest = forge.manifest(publication, files or CONTENT, channel, f"2026-{self.number}",
                                  **{"audience": peer.digest(rule).hex(), **changes})
        body = forge.seal_body(manifest, list((files or CONTENT).values()))
        key = self.keys[by]
        newest = len(self.keysets)
        needed = 2 if channel == "weekly" else 1
        statements = [
            "BEGIN",
            f"SELECT certwire.draft_begin('{publication}', 'publish', '{channel}', "
            f"'2026-{self.number}', {hexed(peer.digest(manifest))}, {hexed(body.digest)}, "
            f"{hexed(body.stream)}, {len(body.parts)}, {hexed(rule)}, {hexed(peer.digest(rule))}, "
            f"NULL, NULL, {newest}, {needed})"]
        statements += [f"SELECT certwire.draft_part('{publication}', {index}, {hexed(part)})"
                       for index, part in enumerate(body.parts)]
        statements += [f"SELECT certwire.put_content_key('{publication}', '{k.kid}', "
                       f"{hexed(peer.seal_grant(publication, body.content_key, k.public))})"
                       for login, k in self.keys.items() if self.ROLES[login] != "registrar"]
        statements += [f"SELECT certwire.draft_finish('{publication}', '{key.kid}', "
                       f"'{forge.approval(sign or key, manifest)}')", "COMMIT"]
        self.cluster.sql(";\n".join(statements) + ";", by)
        self.manifest, self.body = manifest, body
        return publication

    def approve(self, publication, by="editor_chen", sign=None):
        key = self.keys[by]
        self.cluster.sql(f"SELECT certwire.approve('{publication}', '{key.kid}', "
                         f"'{forge.approval(sign or key, self.manifest)}')", by)

    def issue(self, publication):
        self.cluster.sql(f"SELECT certwire.request_issue('{publication}')", "editor_wang")

    def state(self, publication):
        return self.cluster.rows("SELECT state, issue_refused_code AS code FROM "
                                 "certwire.publication WHERE id = :'p'", p=publication)[0]

    def log(self, login="dispatch_a"):
        return self.dispatchers[login].log_tail()


class Peer:
    """A unit's client at the broker; the plugins' word is put into PostgreSQL by hand."""

    def __init__(self, desk, device):
        self.desk, self.device = desk, device
        self.client = Client(desk.port, device.client_id)
        assert self.client.connect() == 0
        self.client.subscribe(f"{TOPIC}unit/{device.unit}/+")
        for channel in ("weekly", "monthly"):
            self.client.subscribe(f"{TOPIC}channel/{channel}")
        self.receipts = 0

    def present(self, is_present=True):
        self.desk.cluster.sql(
            f"SELECT certwire.put_presence('test', ARRAY['{self.device.unit}'], "
            f"ARRAY['{self.device.device}'], ARRAY[{is_present}])", "broker")

    def payloads(self, leaf):
        return [m.payload for m in self.client.messages(f"{TOPIC}unit/{self.device.unit}/{leaf}")]

    def offers(self):
        """Entries by publication, each with the grant for this device."""
        found = {}
        for payload in self.payloads("offer"):
            jws, grants = peer.read_offer(payload)
            entry = peer.Entry(jws.encode())
            found[entry.fields["publication"]] = (
                entry, grants.get((self.device.device, self.device.key.kid)))
        return found

    def parts(self, publication):
        found = {}
        for message in self.client.messages():
            if message.topic.endswith("/part") or "/channel/" in message.topic:
                owner, index, _, part = peer.unpack_part(message.payload)
                if owner == publication:
                    found[index] = part
        return found

    def heads(self):
        newest = self.desk.keyrings()[-1]
        return [peer.read_head(p, newest, self.device.unit) for p in self.payloads("head")]

    def sync(self, **fields):
        """Sends a sync, again from time to time as a device would, and waits for a head that echoes it."""
        nonces, due = [], 0

        def echo():
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + 5
                jws = self.device.sync(**fields)
                nonces.append(forge.payload_of(jws)["nonce"])
                self.client.publish(f"{TOPIC}unit/{self.device.unit}/sync", jws)
            return [head for head in self.heads() if head["nonce"] in nonces]

        return wait_for(echo, lambda: "an answer to the sync:\n" + self.desk.log())[0]

    def receipt(self, items):
        self.receipts += 1
        raw = self.device.receipt(self.receipts, items).encode()
        self.put_receipt(raw, self.receipts)
        return raw

    def put_receipt(self, raw, number):
        self.desk.cluster.sql(
            f"SELECT certwire.put_receipts('test', ARRAY['{self.device.unit}'], "
            f"ARRAY['{self.device.device}'], ARRAY[{number}::bigint], ARRAY[{hexed(raw)}])", "broker")

    def settled(self):
        return max((h["devices"].get(self.device.device, {}).get("settled", 0)
                    for h in self.heads()), default=0)

    def fetch(self, publication):
        """Asks for parts, a window at a time, until all are there; then opens the publication."""
        wait_for(lambda: publication in self.offers(), lambda: "an offer:\n" + self.desk.log())
        entry, sealed = self.offers()[publication]
        count = entry.fields["parts"]
        while len(self.parts(publication)) < count:
            missing = [i for i in range(count) if i not in self.parts(publication)][:16]
            before = len(self.parts(publication))
            self.sync(missing=[{"publication": publication, "parts": ranges(missing)}])
            assert len(self.parts(publication)) > before, "a sync that brought nothing"
        key = peer.open_grant(sealed, publication, self.device.key)
        parts = [self.parts(publication)[i] for i in range(count)]
        return peer.open_publication(entry, key, parts, self.desk.keyrings())


def ranges(numbers):
    found = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


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
