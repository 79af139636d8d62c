"""The inbox in a browser: clicked through in Chromium, and asked for what it must not give."""

import http.client
import os
import shutil
import subprocess
import sys
import time
import unittest
import urllib.parse

from world import PROGRAM, Publication, World, wait_until

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
                "fields": {"地点": "上海", "reply-by": time.strftime(
                    "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))}})
        cls.recalled = Publication(world, number="2026-46", title="有误的一期")
        publications = [cls.weekly, cls.seminar, cls.recalled]
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

    def ask(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        self.addCleanup(connection.close)
        connection.request(method, path, headers={"Host": self.host, **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

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
        self.assertEqual(self.ask(f"{base}/d/{seminar}", "POST")[0], 405)
        self.assertEqual(self.ask(f"{base}/d/{self.recalled.id}/open", "POST")[0], 403)
        self.assertEqual(self.ask(f"{base}/d/{self.recalled.id}/f/0")[0], 403)
        for path in ("/d/" + "0" * 32, "/d/../../etc/passwd", "/d/x", "/nothing", f"/d/{seminar}/f/-1",
                     f"/d/{seminar}/f/99999999999999999999", f"/d/{seminar}/f/0x", "/d/" + "a" * 40):
            self.assertEqual(self.ask(base + path)[0], 404, path)
        self.assertEqual(self.ask(f"{base}/", "DELETE")[0], 405)
        self.assertFalse(self.opened(self.seminar))

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
        browser.click_text("Inbox")
        self.assertIn("reply by", browser.text())
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        self.phone(browser)
        self.assertEqual(browser.complaints(), [])

    def phone(self, browser):
        browser.size(500, 800)  # the narrowest window that Chromium makes
        for path in ("/en/", f"/zh/d/{self.weekly.id}", "/zh/health", "/zh/dates"):
            browser.go(f"http://{self.host}/{self.secret}{path}")
            self.assertLessEqual(*browser.run(
                "const d = document.documentElement; return [d.scrollWidth, d.clientWidth]"))
            self.assertGreaterEqual(browser.run(
                "return parseFloat(getComputedStyle(document.body).fontSize)"), 16)
            self.shoot(browser, "phone" + path.replace("/", "-")[:8])

    def shoot(self, browser, name):
        if SHOTS:
            browser.screenshot(os.path.join(SHOTS, name + ".png"))


if __name__ == "__main__":
    unittest.main()
