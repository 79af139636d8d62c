"""The inbox in a browser: clicked through in Chromium, and asked for what it must not give."""

import html
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse

from world import PROGRAM, Publication, World, wait_until, when

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from browser import Browser  # noqa: E402
from make_pdf import make_pdf  # noqa: E402

SHOTS = os.environ.get("CERTWIRE_SCREENSHOTS")  # a folder: what a person may want to look at


class Browsing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world = World()
        cls.addClassCleanup(world.close)
        world.start()
        cls.weekly = Publication(world, title="网络安全信息与动态周报 <b>2026</b>年第47期",
                                 files={"周报 第47期.pdf": make_pdf("周报"), "样本.exe": b"MZ"},
                                 manifest_change=None)
        cls.seminar = Publication(
            world, channel="seminar", number="S-1", title="工业控制系统安全研讨会", manifest_change={
                "fields": {"place": "上海", "reply-by": when(86400), "agenda": "09:00 开幕\n10:00 报告"}})
        cls.recalled = Publication(world, number="2026-46", title="有误的一期")
        cls.project = Publication(
            world, channel="opportunity", number="P-1", title="专项研究课题：移动恶意程序", manifest_change={
                "fields": {"opportunity": "research", "deadline": when(9 * 86400)}})
        publications = [cls.weekly, cls.seminar, cls.project, cls.recalled]
        for publication in publications:
            world.issue(publication)
        for publication in publications:
            world.wait_item(publication)
        world.issue(Publication(world, number="r", title="召回通知", kind="recall", files={}, references=[
            {"relation": "recalls", "publication": cls.recalled.id}]))
        world.wait_item(cls.recalled, "recalled")
        cls.web = subprocess.Popen([PROGRAM, "web", "--config", world.config],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.end_web)
        cls.address = cls.web.stdout.readline().strip()
        parts = urllib.parse.urlsplit(cls.address)
        cls.host, cls.secret = parts.netloc, parts.path.strip("/")

    @classmethod
    def end_web(cls):
        cls.web.terminate()
        assert cls.web.wait(60) == 0
        cls.web.stdout.close()

    def ask(self, path, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        self.addCleanup(connection.close)
        if body is not None:
            body = urllib.parse.urlencode(body)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers={"Host": self.host, **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def token(self):
        """What the forms of our own pages bear."""
        page = self.ask(f"/{self.secret}/zh/d/{self.seminar.id}")[2].decode()
        return re.search('name="token" value="([^"]+)"', page)[1]

    def reply(self, publication, token=None, headers=None, **fields):
        """Posts a reply as a form does; status and page."""
        status, _, page = self.ask(f"/{self.secret}/zh/d/{publication.id}/reply", "POST",
                                   {"token": token or self.token(), **fields}, **(headers or {}))
        return status, page.decode()

    def opened(self, publication):
        return self.world.item(publication, "opened") is not None

    def test_without_the_secret_or_under_another_name_there_is_nothing(self):
        wrong = "A" * len(self.secret)
        for path in ("/", f"/{wrong}/", f"/{wrong}/zh/", f"/{self.secret[:-1]}/zh/", f"/{self.secret}",
                     "/zh/", f"/{wrong}/zh/d/{self.seminar.id}/open"):
            self.assertEqual(self.ask(path)[0], 404, path)
            self.assertEqual(self.ask(path, "POST")[0], 404, path)
        self.assertEqual(self.ask(f"/{self.secret}/zh/", Host="evil.example.cn")[0], 404)
        self.assertEqual(self.ask(f"/{self.secret}/zh/")[0], 200)

    def test_every_answer_forbids_scripts_foreign_things_and_being_kept(self):
        for path in ("zh/", "en/", "style.css", f"zh/d/{self.weekly.id}", "zh/health"):
            _, headers, body = self.ask(f"/{self.secret}/{path}")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("script-src", headers["Content-Security-Policy"])
            self.assertEqual((headers["Referrer-Policy"], headers["Cache-Control"],
                              headers["X-Content-Type-Options"]),
                             ("no-referrer", "no-store", "nosniff"))
            for foreign in (b"<script", b"http://", b"https://", b"//"):
                self.assertNotIn(foreign, body)

    def test_what_is_asked_wrongly_changes_and_gives_nothing(self):
        base, seminar = f"/{self.secret}/zh", self.seminar.id
        self.assertEqual(self.ask(f"{base}/d/{seminar}/open")[0], 404, "GET opens nothing")
        self.assertEqual(self.ask(f"{base}/d/{seminar}/f/0")[0], 403, "unread, so not shown")
        self.assertEqual(self.ask(f"{base}/", "POST")[0], 404)
        self.assertEqual(self.ask(f"{base}/d/{seminar}", "POST", {"token": self.token()})[0], 405)
        self.assertEqual(self.ask(f"{base}/d/{self.recalled.id}/open", "POST", {"token": self.token()})[0], 403)
        self.assertEqual(self.ask(f"{base}/d/{self.recalled.id}/f/0")[0], 403)
        for path in ("/d/" + "0" * 32, "/d/../../etc/passwd", "/d/x", "/nothing", f"/d/{seminar}/f/-1",
                     f"/d/{seminar}/f/99999999999999999999", f"/d/{seminar}/f/0x", "/d/" + "a" * 40):
            self.assertEqual(self.ask(base + path)[0], 404, path)
        self.assertEqual(self.ask(f"{base}/", "DELETE")[0], 405)
        self.assertFalse(self.opened(self.seminar))

    def test_a_form_of_another_page_does_nothing(self):
        token, before = self.token(), self.world.sql("SELECT count(*) FROM reply")
        wrong = ("A" if token[0] != "A" else "B") + token[1:]
        self.assertNotEqual(token, self.secret)
        for act in ("open", "reply"):
            for body, headers in ((None, {}), ({}, {}), ({"token": ""}, {}), ({"token": wrong}, {}),
                                  ({"token": self.secret}, {}), ({"token": token + "A" * 40}, {}),
                                  ({"token": token}, {"Origin": "http://evil.example.cn"}),
                                  ({"token": token}, {"Sec-Fetch-Site": "cross-site"}),
                                  ({"token": token}, {"Sec-Fetch-Site": "same-site"})):
                body = body if body is None else {**body, "answer": "decline"}
                status, _, said = self.ask(f"/{self.secret}/zh/d/{self.seminar.id}/{act}", "POST", body, **headers)
                self.assertEqual(status, 403, (act, body, headers))
                self.assertIn("load the page again", said.decode())
        self.assertFalse(self.opened(self.seminar))
        self.assertEqual(self.world.sql("SELECT count(*) FROM reply"), before)

    def test_a_reply_that_does_not_fit_is_refused_as_on_the_command_line(self):
        before = self.world.sql("SELECT count(*) FROM reply")
        for publication, fields, status, why in (
                (self.seminar, {}, 400, "names no answer"),
                (self.seminar, {"answer": "perhaps"}, 400, "names no answer"),
                (self.seminar, {"answer": "accept", "seats": "0"}, 400, "from 1 to 1000"),
                (self.seminar, {"answer": "accept", "seats": "1001"}, 400, "from 1 to 1000"),
                (self.seminar, {"answer": "accept", "seats": "2x"}, 400, "from 1 to 1000"),
                (self.seminar, {"answer": "accept", "seats": "9" * 30}, 400, "too long"),
                (self.seminar, {"answer": "interest"}, 400, "is a seminar: reply with --accept N or --decline"),
                (self.project, {"answer": "accept", "seats": "2"}, 400, "reply with --interest or --decline"),
                (self.project, {"answer": "interest", "note": "a\nb"}, 400, "one line of at most 1024 bytes"),
                (self.project, {"answer": "interest", "note": "a\0b"}, 400, "too long"),
                (self.project, {"answer": "interest", "note": "x" * 1025}, 400, "too long"),
                (self.project, {"answer": "interest", "note": "x" * 70000}, 400, "too long"),
                (self.project, {"answer": "interest", "note": b"\xff"}, 400, "one line of at most 1024 bytes"),
                (self.weekly, {"answer": "decline"}, 400, "which asks for no reply"),
                (self.recalled, {"answer": "decline"}, 403, "nothing to reply to")):
            got, page = self.reply(publication, **fields)
            self.assertEqual(got, status, fields)
            self.assertIn(why, html.unescape(page), fields)
        self.assertNotIn("form class=\"reply\"", self.ask(f"/{self.secret}/zh/d/{self.weekly.id}")[2].decode())
        self.assertEqual(self.world.sql("SELECT count(*) FROM reply"), before)

    @unittest.skipIf(not shutil.which("chromedriver"), "no chromium-driver")
    def test_a_person_replies_by_clicking(self):
        browser = Browser()
        self.addCleanup(browser.close)
        browser.size(1100, 900)
        browser.go(f"http://{self.host}/{self.secret}/zh/d/{self.seminar.id}")
        self.assertIn("09:00 开幕\n10:00 报告", browser.text())
        self.shoot(browser, "reply")
        browser.run("document.querySelector('[name=seats]').value = ''")
        browser.write("[name=seats]", "3")
        browser.write("[name=note]", "两名工程师 & 一名经理 <b>")
        browser.click("button[value=accept]")
        wait_until(lambda: "参加 · 3 人" in browser.text(), lambda: browser.text())
        self.assertTrue(browser.url.endswith(f"/zh/d/{self.seminar.id}"))
        said = self.replied(browser, self.seminar, "CNCERT 已收到")
        self.assertEqual((said["answer"], said["seats"], said["note"]), ("accept", 3, "两名工程师 & 一名经理 <b>"))
        self.assertIn("两名工程师 & 一名经理 <b>", browser.text())
        self.shoot(browser, "replied")
        # On second thoughts, and in English.
        browser.click_text("English")
        wait_until(lambda: "/en/d/" in browser.url, "in English")
        browser.click("summary")
        browser.click("button[value=decline]")
        wait_until(lambda: "We do not come" in browser.run("return document.querySelector('.said').innerText"),
                   lambda: browser.text())
        said = self.replied(browser, self.seminar, "CNCERT has it")
        self.assertEqual(said["answer"], "decline")
        self.assertNotIn("seats", said)
        browser.go(f"http://{self.host}/{self.secret}/en/d/{self.project.id}")
        browser.write("[name=note]", "three engineers")
        browser.click("button[value=interest]")
        said = self.replied(browser, self.project, "CNCERT has it")
        self.assertEqual((said["answer"], said["note"]), ("interest", "three engineers"))
        shown = json.loads(self.world.run("inbox", "show", self.project.id, "--json").stdout)["reply"]
        self.assertEqual((shown["answer"], shown["settled"]), ("interest", True))
        self.assertEqual(browser.complaints(), [])

    def replied(self, browser, publication, text):
        """The newest reply that CNCERT has opened, once the page says so."""
        def settled():
            browser.go(browser.url)
            return text in browser.text()
        wait_until(settled, lambda: browser.text())
        return [reply for reply in self.world.replies if reply["publication"] == publication.id][-1]

    @unittest.skipIf(not shutil.which("chromedriver"), "no chromium-driver")
    def test_a_person_clicks_through_it_in_both_languages_and_on_a_phone(self):
        browser = Browser()
        self.addCleanup(browser.close)
        browser.size(1100, 900)
        browser.go(self.address)
        self.assertTrue(browser.url.endswith("/zh/"), browser.url)
        self.assertEqual(browser.run("return document.documentElement.lang"), "zh-CN")
        self.assertIn("网络安全信息与动态周报 <b>2026</b>年第47期", browser.text())
        self.assertIn("回复截止", browser.text())
        self.shoot(browser, "inbox")
        # Search, and narrow by channel.
        browser.write("input[type=search]", "动态周报")
        browser.click("button")
        wait_until(lambda: "q=" in browser.url, "the search")
        self.assertNotIn("研讨会\n", browser.run(
            "return document.querySelector('ul.list').innerText"))
        # Open the Weekly: what a person reads is signed for.
        browser.click("ul.list a")
        wait_until(lambda: "/d/" in browser.url, "the document")
        self.assertIn("王芳", browser.text())
        self.assertNotIn("周报 第47期.pdf", browser.text())
        self.shoot(browser, "unread")
        browser.click("main form button")
        self.world.wait_item(self.weekly, "opened")
        wait_until(lambda: "周报 第47期.pdf" in browser.text(), "its files")
        frame = browser.run("return document.querySelector('iframe').src")
        _, headers, body = self.ask(urllib.parse.urlsplit(frame).path)
        self.assertEqual((headers["Content-Type"], body),
                         ("application/pdf", self.weekly.files["周报 第47期.pdf"]))
        self.assertTrue(headers["Content-Disposition"].startswith("inline"))
        _, headers, body = self.ask(frame[:-1].replace("http://" + self.host, "") + "1")
        self.assertEqual((headers["Content-Type"], body), ("application/octet-stream", b"MZ"))
        self.assertTrue(headers["Content-Disposition"].startswith("attachment"))
        self.shoot(browser, "document")
        browser.click_text("日程")
        self.assertIn("工业控制系统安全研讨会", browser.text())
        self.assertNotIn("周报", browser.text())
        browser.click_text("状态")
        wait_until(lambda: browser.url.endswith("/health"), "health")
        self.assertIn(self.world.status()["state"], browser.text())
        self.shoot(browser, "health")
        browser.click_text("English")
        wait_until(lambda: "/en/health" in browser.url, "in English")
        chinese = re.compile("[\u4e00-\u9fff]")
        self.assertFalse(chinese.search(browser.run("return document.querySelector('main').innerText")),
                         browser.text())
        browser.click_text("Inbox")
        self.assertIn("reply by", browser.text())
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        self.phone(browser)
        self.assertEqual(browser.complaints(), [])

    def phone(self, browser):
        browser.become_phone()
        for path in ("/en/", f"/zh/d/{self.weekly.id}", "/zh/health", "/zh/dates", f"/zh/d/{self.seminar.id}"):
            browser.go(f"http://{self.host}/{self.secret}{path}")
            self.assertLessEqual(*browser.run(
                "const d = document.documentElement; return [d.scrollWidth, d.clientWidth]"))
            self.assertGreaterEqual(browser.run(
                "return parseFloat(getComputedStyle(document.body).fontSize)"), 16)
            for scheme in ("light", "dark"):
                browser.prefer(scheme)
                self.assertGreaterEqual(self.contrast(browser), 4.5, (path, scheme))
                self.shoot(browser, f"phone{path.replace('/', '-')[:9]}-{scheme}")

    def contrast(self, browser):
        """The least contrast of a text on the page to what is behind it (WCAG 2.2, 1.4.3)."""
        return browser.run("""
            const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 :
                ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const paint = document.createElement('canvas').getContext('2d');
            const rgb = colour => { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
                return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3); };
            const behind = e => { for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return rgb(c); }
                return rgb('Canvas'); };
            const texts = [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(
                n => n.nodeType === 3 && n.data.trim()));
            return Math.min(...texts.map(e => { const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));""")

    def shoot(self, browser, name):
        if SHOTS:
            browser.screenshot(os.path.join(SHOTS, name + ".png"))


if __name__ == "__main__":
    unittest.main()
