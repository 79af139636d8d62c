"""A headless Chromium, driven through WebDriver's plain HTTP (https://www.w3.org/TR/webdriver2/)."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from ports import free_port
from waiting import wait_for

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# QUIC and background work reach for the network, which a private world does not have.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-dev-shm-usage", "--lang=zh-CN", "--accept-lang=zh-CN"]


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="certwire-browser-")
        self.port = free_port()
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=self.log, stderr=self.log,
            env={**os.environ, "HOME": self.folder})
        self.session = ""
        wait_for(self._answers, "chromedriver to answer")
        said = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": [*FLAGS, f"--user-data-dir={self.folder}/profile"]}}}})
        self.session = "/session/" + said["sessionId"]

    def _answers(self):
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def call(self, method, path, body=None):
        return self._call(method, self.session + path, {} if method == "POST" and body is None
                          else body)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    @property
    def url(self):
        return self.call("GET", "/url")

    def find(self, selector):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click")

    def click_text(self, text):
        found = self.call("POST", "/element", {"using": "link text", "value": text})
        self.call("POST", f"/element/{found[ELEMENT]}/click")

    def write(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def text(self):
        return self.run("return document.body.innerText")

    def complaints(self):
        """What the browser has said about the page: blocked by its policy, not found."""
        return [entry["message"] for entry in
                self.call("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def media(self, **features):
        """How the page is to be shown: media="print", prefers_color_scheme="dark"."""
        media = features.pop("media", "")
        self.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "media": media, "features": [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]}})

    def print(self, **options):
        """The PDF that printing the page gives. WebDriver's own command has ten seconds, whatever else runs."""
        self.call("POST", "/timeouts", {"script": 120000, "pageLoad": 120000})
        return base64.b64decode(self.call("POST", "/goog/cdp/execute", {"cmd": "Page.printToPDF", "params": options})["data"])

    def size(self, width, height):
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def devtools(self, command, **parameters):
        """What WebDriver has no word for (https://chromedevtools.github.io/devtools-protocol/)."""
        self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def become_phone(self, width=390, height=844):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2,
                      mobile=True)

    def prefer(self, scheme):
        """`light` or `dark`."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)
