"""Many units and publications: lists in pages, and the board's page in a browser, clicked, at several widths."""

import json
import os
import re
import shutil

import pytest

from browser import Browser
from desk import BIN
from terminal import Terminal

UNITS, PUBLICATIONS = 150, 60
SHOTS = os.environ.get("CERTWIRE_SCREENSHOTS")  # a folder: what a person may want to look at
# Past the ledger's triggers and constraints: unit i lacks publication p when 7 divides i + p, for i up to 70.
FILL = """
SET session_replication_role = replica;
INSERT INTO certwire.unit (id, name) SELECT 'u' || lpad(i::text, 3, '0'), '第' || i || '应急支撑单位（北京）有限公司' FROM generate_series(1, :units) i;
INSERT INTO certwire.standing (unit, since, standing, reason) SELECT id, now() - interval '90 days', 'good', '准入' FROM certwire.unit WHERE id LIKE 'u0%' OR id LIKE 'u1%';
INSERT INTO certwire.contact (unit, role, name, phone, put_by) SELECT id, 'fixed', '值班室', '010-82990000', 'x' FROM certwire.unit WHERE id LIKE 'u0%' OR id LIKE 'u1%';
INSERT INTO certwire.publication (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience, audience_digest,
		drafted_by, drafted_at, drafted_keyset, approvals_needed, approved_at, issue_requested_by, issue_requested_at, issued_at, keyset, issued_version)
	SELECT md5(p::text), 'publish', CASE WHEN p % 5 = 0 THEN 'monthly' ELSE 'weekly' END, '2026-' || p, 'issued', sha256(p::text::bytea), sha256('b'),
		decode(repeat('00', 24), 'hex'), 2, '{"v":1,"rule":"entitled"}', sha256('r'), 'x', t, 1, 2, t, 'x', t, t, 1, 1
	FROM (SELECT p, now() - (:publications - p) * interval '9 hours' - interval '30 hours' AS t FROM generate_series(1, :publications) p) g;
INSERT INTO certwire.delivery (publication, unit, epoch, number, state, to_seal, offers, next_offer_at, stored_at, opened_at)
	SELECT md5(p::text), 'u' || lpad(i::text, 3, '0'), 1, p, CASE WHEN owed THEN 'owed' ELSE 'settled' END, false, 1, now(),
		CASE WHEN NOT owed THEN q.issued_at + (i * 37 + p * 11) % 7200 * interval '1 s' END, CASE WHEN NOT owed AND i % 3 = 0 THEN now() END
	FROM generate_series(1, :publications) p CROSS JOIN generate_series(1, :units) i
	JOIN certwire.publication q ON q.id = md5(p::text) CROSS JOIN LATERAL (SELECT i <= 70 AND (i + p) % 7 = 0 AS owed) o;
-- One can receive the newest; the others are held, without a device.
INSERT INTO certwire.entitlement (effect, unit, channel, since) VALUES ('grant', 'u003', 'monthly', now() - interval '90 days');
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at, certified_by)
	VALUES ('u003', 'd1', 'a.b.c', 'c', md5('u003'), now() - interval '1 day', now() + interval '1 day', now(), 'x');
RESET session_replication_role;
SELECT certwire.recount();
"""


@pytest.fixture(scope="module")
def many(desk):
    desk.sql(FILL, "postgres", units=UNITS, publications=PUBLICATIONS)
    return desk


def pages(desk, first, pattern):
    """What each page says, following the command that it ends with."""
    done = desk.certwire("editor_wang", *first)
    while True:
        yield done
        more = re.search(r"certwire ((?:list|status) .*--limit \d+)$", done.stdout + done.stderr, re.M)
        if not more:
            return
        assert re.search(pattern, done.stdout + done.stderr)
        done = desk.certwire("editor_wang", *more.group(1).split())


def test_a_list_goes_on_where_its_page_ended(many):
    wanted = [p["id"][:8] for p in json.loads(many.certwire("editor_wang", "list", "--json", "--limit", "1000").stdout)]
    said = [[line[:8] for line in page.stdout.splitlines()[1:]] for page in pages(many, ["list"], "还有 10 个更早的")]
    assert [len(ids) for ids in said] == [50, 10] and sum(said, []) == wanted
    assert "begins with" in many.refused("editor_wang", "list", "--before", "ffffffff", status=1)


def test_a_status_goes_on_too_with_those_who_lack_it_first(many):
    newest = json.loads(many.certwire("editor_wang", "list", "--json", "--limit", "1").stdout)[0]["id"]
    said = [re.findall(r"^  (u\d+) .*?(owed|held|stored|opened)", page.stdout, re.M)
            for page in pages(many, ["status", newest, "--limit", "40"], r"还有 \d+ 个单位")]
    rows = sum(said, [])
    lacking = [unit for unit, state in rows if state in ("owed", "held")]
    assert len(rows) == UNITS and len(said) == 4 and lacking == [unit for unit, _ in rows[:10]] == sorted(lacking)
    assert len(json.loads(many.certwire("editor_wang", "status", newest, "--json").stdout)["units"]) == UNITS
    assert "is no unit" in many.refused("editor_wang", "status", newest, "--after", "u999", status=2)


def test_watching_many_begins_with_the_sum(many):
    newest = json.loads(many.certwire("editor_wang", "list", "--json", "--limit", "1").stdout)[0]["id"]
    with Terminal(many, [BIN / "certwire", "status", newest, "--watch", "--config", "editor_wang.conf"]) as terminal:
        terminal.expect(f"140/{UNITS} 已存 stored")
        assert "u077" not in terminal.said
        many.sql("UPDATE certwire.delivery SET state = 'settled', stored_at = now() WHERE publication = :'id' AND unit = 'u003'; "
                 "NOTIFY certwire_receipt", "postgres", id=newest)
        terminal.expect("已存 stored  u003")
        terminal.expect(f"141/{UNITS}")
        assert terminal.end() == 0


@pytest.fixture(scope="module")
def page(many):
    if not shutil.which("chromedriver"):
        pytest.skip("no chromedriver here")
    many.certwire("editor_wang", "board", "--html", "board.html", "--units", "100")
    browser = Browser()
    try:
        browser.go((many.folder / "board.html").as_uri())
        yield browser
    finally:
        browser.close()


def shown(page, rows):
    return page.run(f"return Array.from(document.querySelectorAll('{rows}')).filter(r => !r.hidden).map(r => r.cells[0].textContent)")


def column(page, table, nth):
    return page.run(f"return Array.from(document.querySelectorAll('{table} tbody tr')).map(r => Number(r.cells[{nth}].dataset.v))")


def test_the_page_says_how_many_it_leaves_out(page):
    assert "显示 100 / 150 个单位" in page.text()
    assert page.run("return document.querySelectorAll('#matrix tbody tr').length") == 100
    lacking = column(page, "#matrix", 0)
    assert lacking == sorted(lacking, reverse=True) and lacking[0] > 0 and len([n for n in lacking if n]) == 70


def test_a_click_sorts_and_a_second_turns_it_round(page):
    button = "#publications thead th:nth-child(4) button"
    before = column(page, "#publications", 3)
    page.click(button)
    assert column(page, "#publications", 3) == sorted(before)
    page.click(button)
    assert column(page, "#publications", 3) == sorted(before, reverse=True)
    assert page.run("return document.querySelector('#publications th[aria-sort]').getAttribute('aria-sort')") == "descending"


def test_it_is_filtered_by_unit_by_what_is_lacking_and_by_channel(page):
    page.write("#find", "u07")
    assert len(shown(page, "#matrix tbody tr")) == 10 and page.run("return document.getElementById('shown').textContent") == "10"
    page.click("#lacking")
    assert [name[-4:] for name in shown(page, "#matrix tbody tr")] == ["u070"]
    assert {name[-4:] for name in shown(page, "#overdue tbody tr")} == {"u070"}
    page.run("document.getElementById('find').value = ''; document.getElementById('find').dispatchEvent(new Event('input'))")
    assert len(shown(page, "#matrix tbody tr")) == 70
    page.click("input[data-channel=weekly]")
    assert page.run("return Array.from(document.querySelectorAll('#matrix thead th[data-c]')).filter(c => c.offsetWidth).length") == 12
    assert len(shown(page, "#publications tbody tr")) == 12
    page.click("input[data-channel=weekly]")
    page.click("#lacking")
    assert len(shown(page, "#matrix tbody tr")) == 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [500, 900, 1600])
def test_nothing_hangs_over_the_edge_and_all_can_be_read(page, width, scheme):
    page.media(prefers_color_scheme=scheme)
    page.size(width, 1000)
    if SHOTS:
        page.screenshot(os.path.join(SHOTS, f"board-{width}-{scheme}.png"))
    assert page.run("return document.documentElement.scrollWidth <= window.innerWidth")
    tiles = "Array.from(document.querySelectorAll('dl.cards div'))"
    assert page.run(f"return {tiles}.every(tile => tile.scrollWidth <= tile.clientWidth)")
    assert len(page.run(f"return Array.from(new Set({tiles}.map(tile => tile.querySelector('dt').offsetHeight)))")) == 1, "a label in two lines"
    ground = page.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.complaints() == []


def test_it_prints_on_a4(page):
    page.media()
    printed = page.print(landscape=True, paperWidth=8.27, paperHeight=11.69, printBackground=True)
    assert printed.startswith(b"%PDF-") and 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 30
    page.media(media="print")
    assert page.run("return getComputedStyle(document.querySelector('.controls')).display") == "none"
    assert page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.media()
