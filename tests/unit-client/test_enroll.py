"""Enrolling at a terminal, with no options: what is asked, what is shown, what is pinned."""

import os
import pty
import re
import select
import shutil
import tempfile
import unittest

from world import PROGRAM, wire


class Enrolling(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="certwire-enroll-")
        self.addCleanup(shutil.rmtree, self.home)
        self.root = wire.fingerprint(wire.Key.generate().public)

    def talk(self, *answers):
        """Runs enroll at a terminal; each answer is typed when its question was asked."""
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update({"HOME": self.home})
            os.environ.pop("XDG_CONFIG_HOME", None)
            os.environ.pop("XDG_STATE_HOME", None)
            os.execv(PROGRAM, [PROGRAM, "enroll"])
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

    def test_a_root_that_is_not_confirmed_makes_nothing(self):
        status, said = self.talk(*self.answers("no"))
        self.assertEqual(status, 3, said)
        self.assertEqual(os.listdir(self.home), [])


if __name__ == "__main__":
    unittest.main()
