"""What people at a unit do with documents: find, take along, and keep."""

import json
import os
import re
import subprocess
import unittest
import zipfile

from world import PROGRAM, Case, Publication, World, wait_until, when, wire

class Reading(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = world = World()
        cls.addClassCleanup(world.close)
        world.start()
        plain = {"files": {"正文.pdf": b"pdf"}, "manifest_change": {"fields": {}}}
        cls.weekly = Publication(world, title="第四十七期网络安全信息与动态周报摘要",
                                 files={"本周ＡＰＴ概览.txt": b"one", "附表.csv": b"two"})
        cls.monthly = Publication(world, channel="weekly", number="2026-10", title="月度综述", **plain)
        cls.seminar = Publication(
            world, channel="seminar", number="S-1", title="工业控制系统安全研讨会; 上海, 夏",
            files=plain["files"],
            manifest_change={"fields": {"starts": when(30 * 86400), "ends": when(31 * 86400),
                                        "reply-by": when(5 * 86400), "城市": "上海"}})
        cls.project = Publication(
            world, channel="opportunity", number="P-1", title="Straße 课题", files=plain["files"],
            manifest_change={"fields": {"deadline": when(9 * 86400)}})
        cls.all = [cls.weekly, cls.monthly, cls.seminar, cls.project]
        for publication in cls.all:
            world.issue(publication)
        for publication in cls.all:
            world.wait_item(publication)
        assert world.run("inbox", "open", cls.monthly.id).returncode == 0

    def test_what_is_unread_comes_first_and_of_that_the_nearest_date(self):
        world = self.shared
        self.assertEqual(self.titles(world, "list"), [
            self.title(p) for p in (self.seminar, self.project, self.weekly, self.monthly)])
        listed = self.read(world, "list").splitlines()
        self.assertIn("回复截止", listed[1])
        self.assertIn(" 截止", listed[2])
        self.assertEqual(len({self.column_of_title(line, p) for line, p in zip(
            listed[1:], (self.seminar, self.project, self.weekly, self.monthly))}), 1)

    def title(self, publication):
        return json.loads(publication.manifest)["title"]

    def column_of_title(self, line, publication):
        """Columns before the title, where an ideograph takes two."""
        before = line[:line.index(self.title(publication))]
        return sum(2 if ord(c) > 0x2e80 else 1 for c in before)

    def test_lists_are_narrowed(self):
        world = self.shared
        self.assertEqual(self.titles(world, "list", "--channel", "seminar"),
                         [self.title(self.seminar)])
        self.assertNotIn(self.title(self.monthly), self.titles(world, "list", "--unread"))
        self.assertEqual(len(self.titles(world, "list", "--unread")), 3)
        self.assertEqual(self.titles(world, "list", "--since", "2999-01-01"), [])
        self.assertEqual(len(self.titles(world, "list", "--since", "2020-01-01")), 4)
        self.assertEqual(world.run("inbox", "list", "--since", "gestern").returncode, 2)

    def test_search_finds_parts_of_words_in_titles_numbers_names_and_fields(self):
        for words, expected in {
                ("周报",): [self.weekly], ("动态周报", "摘要"): [self.weekly],
                ("apt概览",): [self.weekly], ("上海",): [self.seminar], ("s-1",): [self.seminar],
                ("STRASSE",): [self.project], ("报",): [self.weekly],
                ("周报", "上海"): [], ("%",): [], ("研讨会", "城市"): [self.seminar]}.items():
            self.assertEqual(self.titles(self.shared, "search", *words),
                             [self.title(p) for p in expected], words)

    def test_an_export_is_checked_by_anybody(self):
        world = self.shared
        out = os.path.join(world.folder, "周报.zip")
        self.assertEqual(self.read(world, "export", self.weekly.id, "--out", out).strip(), out)
        away = os.path.join(world.folder, "away")
        with zipfile.ZipFile(out) as archive:
            names = archive.namelist()
            archive.extractall(away)
        top = "weekly-2026-47-" + self.weekly.id[:8]
        self.assertIn(f"{top}/本周ＡＰＴ概览.txt", names)
        with open(os.path.join(away, "HOW-TO-VERIFY.txt")) as file:
            root = re.search(r"--root '([0-9 ]+)'", file.read())[1]
        self.assertEqual(root, wire.fingerprint(world.root.public))

        def verify():
            return subprocess.run([PROGRAM, "inbox", "verify", f"./{top}/", "--root", root],
                                  cwd=away, capture_output=True, text=True, env={"PATH": "/bin"})
        done = verify()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(world.run("inbox", "export", self.weekly.id, "--out", out).returncode, 3)
        with open(os.path.join(away, top, "附表.csv"), "a") as file:
            file.write("x")
        self.assertEqual(verify().returncode, 1)

    def test_the_calendar_holds_seminars_and_deadlines(self):
        out = os.path.join(self.shared.folder, "calendar.ics")
        self.read(self.shared, "calendar", "--out", out)
        with open(out, newline="") as file:
            text = file.read()
        self.assertNotIn("\n", text.replace("\r\n", ""))
        lines = text.replace("\r\n ", "").split("\r\n")
        self.assertEqual(lines[0], "BEGIN:VCALENDAR")
        self.assertEqual(lines.count("BEGIN:VEVENT"), 3)
        self.assertIn("SUMMARY:工业控制系统安全研讨会\\; 上海\\, 夏", lines)
        self.assertIn("SUMMARY:截止：Straße 课题", lines)
        starts = json.loads(self.seminar.manifest)["fields"]["starts"]
        self.assertIn("DTSTART:" + re.sub("[-:]", "", starts), lines)
        self.assertIn(f"UID:{self.seminar.id}-reply-by@certwire", lines)
        for line in text.split("\r\n"):
            self.assertLessEqual(len(line.encode()), 75)

    def test_the_desktops_program_is_given_each_file(self):
        world = self.shared
        tools = os.path.join(world.folder, "desktop")
        os.makedirs(tools, exist_ok=True)
        with open(os.path.join(tools, "xdg-open"), "w") as file:
            file.write(f'#!/bin/sh\nprintf "%s\\n" "$1" >>{tools}/opened\n')
        os.chmod(os.path.join(tools, "xdg-open"), 0o755)
        done = world.run("inbox", "open", self.project.id, env={
            **os.environ, "DISPLAY": ":9", "PATH": tools + ":" + os.environ["PATH"]})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(tools, "opened")) as file:
            self.assertEqual(file.read(), done.stdout)
        world.wait_item(self.project, "opened")
        # The others in this class count what is unread.
        world.sql(f"UPDATE publication SET opened_at = NULL WHERE id = '{self.project.id}'")


class Keeping(Case):
    def test_watch_tells_each_document_as_it_comes(self):
        world = self.world()
        world.start()
        self.store(world, Publication(world, number="1"))
        watch = subprocess.Popen([PROGRAM, "inbox", "watch", "--json", "--config", world.config],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        # What is there already is not told; what comes after watch has looked is.
        said = []
        for number in range(2, 50):
            self.store(world, Publication(world, number=str(number)))
            if os.get_blocking(watch.stdout.fileno()):
                os.set_blocking(watch.stdout.fileno(), False)
            said += [json.loads(line)["number"] for line in watch.stdout.readlines()]
            if said:
                break
        self.assertTrue(said)
        self.assertNotIn("1", said)
        watch.stdout.close()

    def test_what_was_read_is_kept_so_long_and_so_many_and_what_is_unread_for_ever(self):
        world = self.world(config="keep = 30d\nkeep_number = 3\n")
        world.start()
        publications = [Publication(world, number=f"2026-{n}") for n in range(1, 7)]
        for publication in publications:
            self.store(world, publication)
        world.stop()
        # Beyond the newest three one was read and one was not; the last was read, but is too old.
        for nth in (0, 2, 5):
            self.read(world, "open", publications[nth].id)
        world.sql("UPDATE publication SET stored_at = stored_at - 40 * 86400 + number")
        world.sql("UPDATE publication SET stored_at = stored_at + 39 * 86400 WHERE number < 6")
        world.start()
        left = [publications[nth].folder for nth in (1, 2, 3, 4)]
        wait_until(lambda: world.documents() == sorted(left), "four are left")
        self.assertEqual(len(json.loads(self.read(world, "list", "--json"))), 4)
        self.assertEqual(world.run("inbox", "verify").returncode, 0)
        # It is not asked for again, not even by a resync.
        self.assertEqual(world.run("resync").returncode, 0)
        asked = len(world.syncs) + 3
        wait_until(lambda: len(world.syncs) >= asked, "syncs after it")
        self.assertEqual(world.documents(), sorted(left))


if __name__ == "__main__":
    unittest.main()
