"""What Prometheus finds at the dispatcher: the world as it is, in its format, whoever asks how often."""

import re
import socket
import threading
import urllib.error
import urllib.request

import pytest

import dashboard
from dispatcher import Dispatcher
from metrics import fetch, promtool_says
from ports import free_port
from programs import ROOT
from stage import WorldStage
from waiting import wait_for
from world import World

RULES = ROOT / "packaging/prometheus/certwire-rules.yml"
DOCS = ROOT / "docs/metrics.md"


class Stage(WorldStage):
    def __init__(self, world):
        super().__init__(world)
        self.address = f"127.0.0.1:{free_port()}"
        world.dispatcher.settings["metrics"] = self.address

    def set(self):
        for unit, name in (("huaan", "华安网络"), ("luoxing", "络星信息")):
            self.world.admit(unit, name).start().connected()
        self.publication = publish(self.world, "2026-40", 2)

    def page(self):
        return fetch(self.address)

    def until(self, holds, what):
        """A page for which `holds` is true."""
        pages = []

        def found():
            pages[:] = [self.page()]
            return holds(pages[0])
        wait_for(found, lambda: f"{what}:\n{pages[0].text}")
        return pages[0]


def publish(world, number, receivers):
    file = world.file(f"周报 {number}.txt", f"第 {number} 期".encode() * 9000)
    publication = world.office.publish("weekly", number, f"周报 {number}", [file], receivers)
    for unit in list(world.units.values())[:receivers]:
        unit.has(publication)
    return publication


def test_what_was_received_is_counted(stage):
    """Two units have stored one Weekly."""
    page = stage.until(lambda p: p.value("deliveries", state="settled") == 2
                       and p.value("broker_receipts_committed_total") == 2
                       and p.value("broker_sessions") == 3, "the figures of one Weekly")
    broker = stage.world.broker.address
    assert page.value("dispatcher_leading") == page.value("ledger_up") == 1
    assert page.value("dispatcher_broker_connected", broker=broker) == 1
    assert page.value("publications_issued_total") == 1
    assert page.value("receipt_items_settled_total", state="stored") == 2
    assert page.value("settle_latency_seconds_count") == 2
    assert page.value("settle_latency_seconds_bucket", le="+Inf") == 2
    assert page.value("deliveries", state="owed") == page.value("deliveries_overdue") == 0
    assert page.all("deliveries_oldest_owed_timestamp_seconds") == []
    assert page.value("devices_connected", broker=broker) == 2
    assert page.value("broker_copy_units", broker=broker) == 2
    assert page.value("broker_copy_bytes", broker=broker) > 0
    assert page.value("broker_copy_version", broker=broker) == page.value("entitlement_version")
    assert page.value("broker_loop_hold_seconds_count", broker=broker) > 0
    assert page.value("broker_receipts_ring_slots", broker=broker) == 4096
    assert page.value("lease_expiry_timestamp_seconds", holder="dispatch-a") > 0
    assert len(page.all("broker_report_timestamp_seconds", broker=broker)) == 2


def test_a_loss_of_right_is_timed_from_its_commit_to_the_cut(stage):
    world, (huaan, luoxing) = stage.world, stage.world.units.values()
    before = stage.page()
    world.office.admin("suspend_unit", luoxing.id, "核查")
    wait_for(lambda: luoxing.status()["state"] == "suspended", "luoxing to be told")
    page = stage.until(lambda p: p.value("broker_revocation_latency_seconds_count") == 1, "one cut")
    assert page.value("broker_denials_total", code="125", reason="cut: right lost") == 1
    assert page.value("broker_revocation_latency_seconds_bucket", le="10") == 1
    assert page.value("audit_links_total") > before.value("audit_links_total")
    assert huaan.status()["connected"]


def test_promtool_finds_nothing_wrong_with_it_under_load_either(stage):
    """Several ask at once and without pause while documents are on their way, and the ledger is asked no more for it."""
    pages, failures, done = [], [], threading.Event()

    def ask():
        while not done.is_set():
            try:
                pages.append(stage.page())
            except (OSError, AssertionError) as error:
                failures.append(error)

    asked = stage.page().value("ledger_reads_total")
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(41, 43):
            publish(stage.world, f"2026-{number}", 1)
        wait_for(lambda: len(pages) >= 60 or failures, "sixty pages")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert pages[-1].value("ledger_reads_total") - asked < len(pages) / 10
    for page in (pages[0], pages[len(pages) // 2], pages[-1], stage.page()):
        assert promtool_says(page) == ""


def test_it_names_no_unit_no_device_and_no_publication(stage):
    text = stage.page().text
    assert "huaan" not in text and "luoxing" not in text
    assert "华安" not in text and "周报" not in text
    assert stage.publication[:8] not in text
    assert set(re.findall(r'[{,]([a-z_]+)="', text)) == {"broker", "code", "holder", "le", "plugin", "reason", "state", "version"}


def test_who_asks_slowly_or_for_something_else_keeps_nobody_waiting(stage):
    host, port = stage.address.split(":")
    with socket.create_connection((host, int(port))) as idle, socket.create_connection((host, int(port))) as half:
        half.sendall(b"GET /metr")
        assert stage.page().value("dispatcher_leading") == 1
        idle.close()
    for path, method, code in (("/", "GET", 404), ("/metrics/x", "GET", 404), ("/metrics", "POST", 405)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(f"http://{stage.address}{path}", method=method,
                                                          data=b"x" if method == "POST" else None))
        refused.value.close()
        assert refused.value.code == code, path


def test_a_strange_broker_shows_nothing_that_is_not_known(stage):
    """Who has a broker's login may report what it likes."""
    stage.world.cluster.sql(
        "SELECT certwire.put_report(E'ev\"il\\\\\\n1', 'receipts', 'x', ARRAY['ring_depth', 'deliveries', 'secret', "
        "'denials', 'denials', 'ring_slots'], ARRAY['', '', '', '125', '602', 'x'], ARRAY[70707, 70707, 70707, 70707, 70707, 70707])", "broker")
    page = stage.until(lambda p: p.all("broker_receipts_ring_depth", broker='ev\\"il\\\\\\n1'), "its report")
    theirs = [name for (name, labels), value in page.samples.items() if value == 70707]
    assert sorted(theirs) == ["broker_denials_total", "broker_receipts_ring_depth"], page.text
    assert promtool_says(page) == ""
    stage.world.cluster.sql("DELETE FROM certwire.broker_report WHERE version = 'x'")


def test_a_frozen_database_is_told_and_freezes_nothing(stage):
    with stage.world.cluster.holding("dispatch_a"):
        page = stage.until(lambda p: p.value("ledger_up") == 0, "the freeze to show")
        assert page.value("publications_issued_total") == 3
        assert page.all("deliveries") == []
        assert promtool_says(page) == ""
    stage.until(lambda p: p.value("ledger_up") == p.value("dispatcher_leading") == 1, "the thaw to show")


def test_one_that_stands_by_shows_the_ledger_as_well(stage):
    second = Dispatcher(stage.world, "dispatch_b", metrics=f"127.0.0.1:{free_port()}")
    stage.world.others.append(second.process)
    second.start()
    page = wait_for(lambda: _answers(second), lambda: second.process.log_tail())
    assert page.value("dispatcher_leading") == 0
    assert page.value("deliveries", state="settled") == stage.page().value("deliveries", state="settled")
    second.process.stop()


def _answers(dispatcher):
    try:
        page = fetch(dispatcher.settings["metrics"])
    except urllib.error.URLError:
        return None
    return page if page.value("dispatcher_postgresql_connected") == 1 and page.value("ledger_up") else None


def test_an_address_that_is_taken_is_one_clear_line(stage):
    second = Dispatcher(stage.world, "dispatch_b", metrics=stage.address)
    second.start()
    second.process.ended()
    assert second.process.child.returncode == 1
    assert f"metrics: cannot listen on {stage.address}" in second.process.log_tail()


def test_rules_dashboard_and_docs_know_what_is_there(stage):
    """Nothing is asked for that is not served, and all that is served is explained."""
    served = set(re.findall(r"^# TYPE (certwire_[a-z_]+) ", stage.page().text, re.MULTILINE))
    served |= {f"{name}{end}" for name in served for end in ("_bucket", "_sum", "_count")}
    for path in (RULES, dashboard.DASHBOARD, DOCS):
        asked = set(re.findall(r"\bcertwire_[a-z_]+\b", path.read_text(encoding="utf-8")))
        assert asked, path
        assert asked <= served, (path, asked - served)
    explained = set(re.findall(r"^\| `(certwire_[a-z_]+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert explained == set(re.findall(r"^# TYPE (certwire_[a-z_]+) ", stage.page().text, re.MULTILINE))


def test_the_dashboard_asks_for_labels_that_are_there(stage):
    """By name alone a query for a label that no sample has would show nothing, and nobody would know why."""
    given = {}
    for name, labels in stage.page().samples:
        given.setdefault(f"certwire_{name}", {"instance", "job"}).update(label for label, _ in labels)
    for query in dashboard.queries():
        for metric, selected in query.selectors():
            if metric in given:
                assert {*selected, *query.kept()} <= given[metric], (query.panel, query.expr, given[metric])
    unseen = {m for query in dashboard.queries() for m, _ in query.selectors() if m not in given}
    assert unseen <= {"certwire_deliveries_oldest_owed_timestamp_seconds"}, "what is there only while something is owed"
