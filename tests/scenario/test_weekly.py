"""A Weekly to three units: one in good standing, one suspended, one away. Everything that crosses the
broker is recorded, and what each of them can and cannot make of it is shown."""

import base64
import random
import re
import shutil

import pytest

import recorded
from make_pdf import make_pdf
from proof import believed_receipt, opened
from proxy import Proxy
from waiting import wait_for
from world import World

TITLE = "网络安全信息与动态周报 2026年第47期"
PDF_NAME = "网络安全信息与动态周报（2026年第47期）.pdf"
REASON = "超过期限未报送半年工作总结"
FILES = {
    PDF_NAME: make_pdf(TITLE),
    "附件1 样本指纹.bin": random.Random(47).randbytes(300_000),
    "空附件.txt": b"",
}


class Weekly:
    """The world of this scenario after the Weekly was issued, the away unit not yet back."""

    def __init__(self, world):
        self.world = world
        self.proxy = Proxy(world.broker.port)
        world.broker.extra_names.append(self.proxy.address)
        world.dispatcher.settings["broker"] = self.proxy.address

    def tell(self):
        world, near = self.world, [self.proxy.address]
        self.good = world.admit("huaan", "华安网络", brokers=near).start().connected()
        self.suspended = world.admit("luoxing", "络星信息", brokers=near).start().connected()
        self.away = world.admit("tiangong", "天工安全", brokers=near)
        world.office.admin("suspend_unit", "luoxing", REASON)
        wait_for(lambda: self.suspended.status()["state"] == "suspended",
                 lambda: f"luoxing to know that it is suspended: {self.suspended.status()}")
        self.publication = world.office.publish(
            "weekly", "2026-47", TITLE, [world.file(n, c) for n, c in FILES.items()], 2)
        self.good.has(self.publication)
        return self

    def assert_stored_by(self, unit):
        found = {path.rpartition("/")[2]: content for path, content in unit.documents().items()}
        assert found == FILES
        folders = {path.rpartition("/")[0] for path in unit.documents()}
        assert folders == {f"weekly/2026-47-{self.publication[:8]}"}


@pytest.fixture(scope="module")
def weekly():
    world = World()
    told = Weekly(world)
    with world:
        try:
            told.tell()
        except BaseException:
            world.show_logs()
            raise
        yield told


@pytest.fixture
def world(weekly):
    return weekly.world


def test_a_good_units_inbox_holds_the_editors_bytes(weekly):
    weekly.assert_stored_by(weekly.good)


def test_the_suspended_unit_has_nothing_and_is_told_why(weekly):
    assert weekly.suspended.documents() == {}
    assert REASON in weekly.suspended.try_tool("status").stdout
    assert weekly.world.delivery(weekly.publication, "luoxing") is None


def test_the_away_unit_is_owed_it_and_gets_it_when_it_returns(weekly):
    assert weekly.world.delivery(weekly.publication, "tiangong")["state"] == "owed"
    weekly.away.start().has(weekly.publication)
    weekly.assert_stored_by(weekly.away)


def test_every_receipt_is_one_settled_row(weekly):
    weekly.away.has(weekly.publication)
    rows = weekly.world.receipt_items(weekly.publication)
    assert [(r["unit"], r["state"]) for r in rows] == [("huaan", "stored"), ("tiangong", "stored")]
    assert all(row["settled_at"] for row in rows)
    assert weekly.world.owed() == []


def test_receipts_verify_from_the_stored_bytes(weekly):
    for unit in (weekly.good, weekly.away):
        item = believed_receipt(weekly.world, weekly.publication, unit)
        assert item["state"] == "stored"
        assert item["manifest"] == weekly.world.cluster.value(
            "SELECT encode(manifest_digest, 'hex') FROM certwire.publication WHERE id = :'p'",
            p=weekly.publication)


def test_the_suspended_unit_reads_nothing_but_its_head_once_it_is_suspended(weekly):
    seen = recorded.read_by(weekly.proxy, "luoxing.d1", after_cut=True)
    assert {message.topic for message in seen} == {"certwire/v1/unit/luoxing/head"}


def test_what_crossed_the_broker_opens_nothing_for_the_suspended_unit(weekly):
    messages = weekly.proxy.published()
    assert opened(weekly.world, messages, weekly.suspended.key) == {}


def test_what_crossed_the_broker_opens_all_for_an_entitled_unit(weekly):
    messages = weekly.proxy.published()
    for unit in (weekly.good, weekly.away):
        (publication,) = opened(weekly.world, messages, unit.key).values()
        assert publication.manifest["title"] == TITLE
        assert publication.files == FILES


def test_no_title_no_file_name_and_no_content_crossed_the_broker(weekly):
    crossed = recorded.everything_decoded(weekly.proxy)
    assert weekly.publication.encode() in crossed, "nothing was recorded"
    for secret in (TITLE, PDF_NAME, "附件1 样本指纹.bin", "application/pdf"):
        assert secret.encode() not in crossed
    for content in FILES.values():
        assert not content or content[1000:1032] not in crossed


def test_no_log_holds_a_title_a_file_name_content_or_a_key(weekly):
    """Of every program of the world: what each of them wrote, PostgreSQL and broker included."""
    weekly.away.has(weekly.publication)
    logs = {path: path.read_bytes() for path in weekly.world.logs.glob("*.log")}
    wanted = {"postgres", "broker", "dispatch-a", "unit-huaan-d1", "unit-luoxing-d1", "unit-tiangong-d1"}
    assert wanted <= {path.stem for path in logs}
    assert weekly.publication[:8].encode() in b"".join(logs.values()), "nothing was logged"
    for path, log in logs.items():
        found = [name for name, secret in log_secrets(weekly) if secret in log]
        assert found == [], f"{path.name} holds {found}"


def log_secrets(weekly):
    """What must be in no log, each with what to call it: as it is, and as programs write bytes."""
    yield "title", TITLE.encode()
    for name, content in FILES.items():
        yield f"name of {name}", name.encode()
        for at in (0, 1000) if content else ():
            piece = content[at:at + 24]
            yield f"content of {name}", piece
            yield f"content of {name} in hex", piece.hex().encode()
            yield f"content of {name} in base64", base64.b64encode(piece)
    for holder in weekly.world.office.holders.values():
        if holder.passphrase:
            yield f"passphrase of {holder.login}", holder.passphrase.read_bytes().strip()
    for path in weekly.world.folder.rglob("*.key"):
        secret = re.search(rb"^secret: (\S+)$", path.read_bytes(), re.MULTILINE)[1]
        yield f"secret of {path.name}", secret
        yield f"secret of {path.name} in hex", base64.urlsafe_b64decode(secret + b"==").hex().encode()


def test_the_inbox_verifies_with_no_network_and_notices_a_changed_byte(weekly, tmp_path):
    copy = tmp_path / "inbox"
    shutil.copytree(weekly.good.inbox, copy)
    weekly.good.tool("inbox", "verify")
    document = weekly.good.folder_of(weekly.publication) / PDF_NAME
    document.chmod(0o600)
    with open(document, "r+b") as file:
        file.seek(1000)
        file.write(b"\0")
    try:
        done = weekly.good.try_tool("inbox", "verify", weekly.publication[:8])
        assert done.returncode == 1 and PDF_NAME in done.stdout, done.stdout + done.stderr
    finally:
        shutil.copyfile(copy / document.relative_to(weekly.good.inbox), document)
    weekly.good.tool("inbox", "verify")
