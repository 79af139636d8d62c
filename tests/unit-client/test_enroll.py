"""Enrolling at a terminal, with no options: what is asked, what is shown, what is pinned."""

import os
import pty
import pwd
import re
import select
import shutil
import subprocess
import tempfile
import unittest

from world import PROGRAM, wire

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Enrolling(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="certwire-enroll-")
        self.addCleanup(shutil.rmtree, self.home)
        self.root = wire.fingerprint(wire.Key.generate().public)

    def talk(self, *answers, line=()):
        """Runs enroll at a terminal; each answer is typed when its question was asked."""
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update({"HOME": self.home})
            os.environ.pop("XDG_CONFIG_HOME", None)
            os.environ.pop("XDG_STATE_HOME", None)
            os.execv(PROGRAM, [PROGRAM, "enroll", *line])
        said, waiting = b"", list(answers)
        while True:
            self.assertTrue(select.select([terminal], [], [], 60)[0], said)
            try:
                chunk = os.read(terminal, 4096)
            except OSError:
                break
            said += chunk
            if waiting and re.search(waiting[0][0].encode(), said):
                os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
        os.close(terminal)
        self.assertEqual(waiting, [], said)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()

    def answers(self, confirmation):
        return [("unit .*: ", "unit-a"), ("device .*: ", "d1"), ("broker .*: ", "localhost:1883"),
                ("root fingerprint .*: ", self.root), ("yes/no: ", confirmation)]

    def test_a_person_answers_confirms_the_root_and_is_shown_the_request(self):
        status, said = self.talk(*self.answers("yes"))
        self.assertEqual(status, 0, said)
        with open(os.path.join(self.home, ".local/state/certwire/request.jws")) as file:
            self.assertIn(file.read().strip(), said.replace("\r\n", "\n"))
        self.assertIn("█", said)
        with open(os.path.join(self.home, ".config/certwire/unit.conf")) as file:
            conf = file.read()
        self.assertIn("unit = unit-a\n", conf)
        self.assertIn("root_fingerprint = " + self.root, conf)
        self.assertIn("# on_publication = ", conf)

    def packaged(self, owner=0):
        """The file that the package leaves, and a state folder; their paths."""
        state, conf = os.path.join(self.home, "state"), os.path.join(self.home, "unit.conf")
        os.mkdir(state, 0o700)
        os.chown(state, owner, owner)
        with open(os.path.join(REPOSITORY, "packaging/etc/unit.conf")) as file:
            text = file.read().replace("state = /var/lib/certwire\n", f"state = {state}\n")
        with open(conf, "w") as file:
            file.write(text)
        return conf, state, text

    def test_the_packages_file_is_completed_in_its_own_places_and_nothing_else_of_it_changes(self):
        conf, _, before = self.packaged()
        status, said = self.talk(*self.answers("yes"), line=("--config", conf))
        self.assertEqual(status, 0, said)
        with open(conf) as file:
            after = file.read()
        gone, come = (set(a.splitlines()) - set(b.splitlines()) for a, b in ((before, after), (after, before)))
        self.assertEqual(come, {"unit = unit-a", "device = d1", "broker = localhost:1883", "root_fingerprint = " + self.root})
        self.assertEqual({line.split("=")[0].strip("# ") for line in gone}, {"unit", "device", "broker", "root_fingerprint"})
        self.assertEqual(len(before.splitlines()), len(after.splitlines()))

    def test_a_file_that_is_not_completed_stays_as_it_was(self):
        conf, state, before = self.packaged()
        status, said = self.talk(*self.answers("no"), line=("--config", conf))
        self.assertEqual(status, 3, said)
        with open(conf) as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(os.listdir(state), [])

    def test_with_tls_the_authority_is_asked_for(self):
        conf, _, _ = self.packaged()
        ca = os.path.join(self.home, "ca.crt")
        with open(ca, "w") as file:
            file.write("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        answers = self.answers("yes")
        answers[2:3] = [("broker .*: ", "mqtts://broker-a.example.org:8883"), ("CA .*: ", ca)]
        status, said = self.talk(*answers, line=("--config", conf))
        self.assertEqual(status, 0, said)
        with open(conf) as file:
            self.assertIn(f"\nbroker_ca = {ca}\n", file.read())

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_what_root_makes_belongs_to_whom_the_state_folder_belongs(self):
        somebody = pwd.getpwnam("nobody").pw_uid
        os.chmod(self.home, 0o755)
        conf, state, _ = self.packaged(somebody)
        status, said = self.talk(*self.answers("yes"), line=("--config", conf))
        self.assertEqual(status, 0, said)
        self.assertEqual({name: os.stat(os.path.join(state, name)).st_uid for name in os.listdir(state)},
                         {"device.key": somebody, "request.jws": somebody})
        # Nobody listens there; but root came as far as that, with a key that is another's.
        done = subprocess.run([PROGRAM, "enroll", "--check", "--config", conf], capture_output=True, text=True, check=False)
        self.assertIn("unit-a.d1 is not let in", done.stderr)

    def test_a_root_that_is_not_confirmed_makes_nothing(self):
        status, said = self.talk(*self.answers("no"))
        self.assertEqual(status, 3, said)
        self.assertEqual(os.listdir(self.home), [])


if __name__ == "__main__":
    unittest.main()
