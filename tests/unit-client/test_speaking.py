"""certwire-unit in Chinese, with nothing in its environment but LANG, on a machine that has no such locale."""

import os
import re
import unicodedata
import unittest

from world import Case, Publication, wait_until

BARE = {"LANG": "zh_CN.UTF-8"}


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Speaking(Case):
    def doctor(self, world):
        """Its steps by their English names; they stand in columns."""
        done = world.run("doctor", env=BARE)
        rows = [re.match(r"((?:ok|BAD|--) +(.+?) \(([a-z ]+)\) +)(.*)$", line) for line in done.stdout.splitlines() if "→" not in line]
        self.assertTrue(all(rows), done.stdout)
        self.assertEqual({columns(row[1]) for row in rows}, {29}, done.stdout)
        return done, {row[3]: row[4] for row in rows}

    def test_status_and_doctor_are_wholly_in_chinese_and_the_log_is_not(self):
        world = self.world()
        world.start(**BARE)
        world.issue(Publication(world))
        world.wait_status("ok")
        self.assertIn("应收 1 件，已全部入库并结清", world.run("status", env=BARE).stdout)
        done, steps = self.doctor(world)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("齐全", steps["gaps"])

        world.brokers[0].stop()
        wait_until(lambda: world.status()["state"] == "offline", "the loss of the line")
        wait_until(lambda: "无法连接：连接被拒绝" in world.run("status", env=BARE).stdout, "the reason, as it was noted, in Chinese")
        done, steps = self.doctor(world)
        self.assertIn("无法连接：连接被拒绝", steps["tcp"])
        self.assertEqual(done.stderr, "certwire-unit: 中断在：TCP 连接\n")
        said = [re.sub(r"\d+", "N", world.run("doctor", "--json", env=env).stdout) for env in (BARE, {"LANG": "C"})]
        self.assertEqual(said[0], said[1])

        with open(os.path.join(world.folder, "log"), encoding="utf-8") as log:
            said = log.read()
        self.assertIn("cannot connect: Connection refused", said)
        self.assertIsNone(re.search("[\u4e00-\u9fff]", said), said)


if __name__ == "__main__":
    unittest.main()
