"""Where settings come from: defaults, /etc, the user's own file, the environment, the command line."""

import os
import shutil
import subprocess
import tempfile
import unittest

from world import PROGRAM, wire

FILES = {
    "etc/certwire/unit.conf": "unit = unit-a\ndevice = etc\nstate = /var/lib/certwire\nbroker = localhost:1883\n"
                              "root_fingerprint = {root}\nquota = 1G\nkeepalive = 11s\nsync_interval = 11s\n"
                              "keep_number = 11\n",
    "xdg/certwire/unit.conf": "device = own\nquota = 2G\nkeepalive = 22s\nsync_interval = 22s\n",
}
IN_A_NAMESPACE = 'mount --bind "$1" /etc && shift && exec "$@"'


@unittest.skipIf(os.geteuid() != 0, "only root can have an /etc of its own")
class Settling(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="certwire-config-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = wire.fingerprint(wire.Key.generate().public)
        for path, text in FILES.items():
            self.write(path, text.format(root=self.root))

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def show(self, *flags, **environ):
        """`config show` in a mount namespace of its own, where /etc is ours."""
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", IN_A_NAMESPACE, "sh", os.path.join(self.folder, "etc"),
             PROGRAM, "config", "show", *flags], capture_output=True, text=True, timeout=60,
            env={**os.environ, "XDG_CONFIG_HOME": os.path.join(self.folder, "xdg"), **environ})

    def shown(self, *flags, **environ):
        done = self.show(*flags, **environ)
        self.assertEqual(done.returncode, 0, done.stderr)
        settings = {}
        for line in done.stdout.splitlines():
            setting, _, origin = line.partition("  # ")
            settings[setting.partition(" = ")[0]] = (setting.partition(" = ")[2], origin)
        return settings

    def test_each_source_goes_over_those_before_and_is_named(self):
        settings = self.shown("--set", "keepalive=44s", CERTWIRE_UNIT_KEEPALIVE="33s",
                              CERTWIRE_UNIT_SYNC_INTERVAL="33s")
        etc, own = "/etc/certwire/unit.conf", os.path.join(self.folder, "xdg/certwire/unit.conf")
        self.assertEqual(settings["deadline_notice"][1], "default")
        self.assertEqual(settings["keep_number"], ("11", etc + ":9"))
        self.assertEqual(settings["device"], ("own", own + ":1"))
        self.assertEqual(settings["quota"], ("2G", own + ":2"))
        self.assertEqual([word.rstrip("s") for word, _ in (settings["sync_interval"], settings["keepalive"])],
                         ["33", "44"])
        self.assertEqual(settings["sync_interval"][1], "CERTWIRE_UNIT_SYNC_INTERVAL")
        self.assertEqual(settings["keepalive"][1], "--set")

    def test_either_file_may_be_absent_and_a_file_that_is_named_stands_alone(self):
        os.unlink(os.path.join(self.folder, "xdg/certwire/unit.conf"))
        self.assertEqual(self.shown()["device"], ("etc", "/etc/certwire/unit.conf:2"))
        self.write("named.conf", FILES["etc/certwire/unit.conf"].format(root=self.root).replace("= etc", "= named"))
        named = self.shown("--config", os.path.join(self.folder, "named.conf"))
        self.assertEqual(named["device"][0], "named")
        self.assertNotIn("/etc", str(named["quota"]))

    def test_an_unknown_key_is_refused_by_file_and_line(self):
        self.write("xdg/certwire/unit.conf", "device = own\n\ncolour = red\n")
        done = self.show()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("xdg/certwire/unit.conf:3: ", done.stderr)
        self.assertIn("colour", done.stderr)


if __name__ == "__main__":
    unittest.main()
