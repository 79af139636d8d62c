"""What people at a unit do with documents: find, take along, keep, and hand on."""

import email
import email.policy
import http.server
import json
import os
import re
import subprocess
import threading
import time
import unittest
import zipfile

from world import PROGRAM, Publication, World, wait_until, wire


EXAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "subscriber", "hooks")


def when(offset):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))


class Case(unittest.TestCase):
    def world(self, **options):
        world = World(**options)
        self.addCleanup(world.close)
        return world

    def store(self, world, *publications):
        for publication in publications:
            world.issue(publication)
        for publication in publications:
            world.wait_item(publication)

    def read(self, world, *args):
        done = world.run("inbox", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def titles(self, world, *args):
        return [item["title"] for item in json.loads(self.read(world, *args, "--json"))]


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
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                        f"UPDATE publication SET opened_at = NULL WHERE id = '{self.project.id}'"],
                       check=True)


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
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                        "UPDATE publication SET stored_at = stored_at - 40 * 86400 + number"], check=True)
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                        "UPDATE publication SET stored_at = stored_at + 39 * 86400 WHERE number < 6"],
                       check=True)
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


HOOK = """#!/bin/sh
{ env | grep ^CERTWIRE_ | sort; for file; do printf 'file %s\\n' "$file"; done; echo; } >>"$(dirname "$0")/$(basename "$0").log"
echo "said by $(basename "$0")"
"""


class Handing(Case):
    def program(self, world_folder, name, text=HOOK):
        path = os.path.join(world_folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def world_with(self, programs, config=""):
        folder = os.path.realpath(subprocess.run(["mktemp", "-d"], capture_output=True, text=True,
                                                 check=True).stdout.strip())
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", folder], check=False))
        lines = "".join(f"{key} = {self.program(folder, key, text)}\n"
                        for key, text in programs.items())
        return self.world(config=lines + config), folder

    def runs(self, folder, name):
        path = os.path.join(folder, name + ".log")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return [dict(line.split("=", 1) if "=" in line else line.split(" ", 1)
                         for line in block.splitlines())
                    for block in file.read().split("\n\n") if block]

    def owed(self, world, state):
        done = subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                               f"SELECT count(*) FROM hook WHERE state = '{state}'"],
                              capture_output=True, text=True, check=True)
        return int(done.stdout)

    def test_programs_are_run_once_for_what_the_filters_let_through(self):
        world, folder = self.world_with(
            {"on_publication": HOOK, "on_recall": HOOK, "on_deadline": HOOK},
            "hook_channels = weekly seminar\n")
        world.start()
        weekly = Publication(world, title="周报 $(touch /tmp/x) `x`; 'y'")
        seminar = Publication(world, channel="seminar", number="S-1", manifest_change={
            "fields": {"starts": when(30 * 86400), "reply-by": when(86400)}})
        self.store(world, weekly, seminar, Publication(world, channel="opportunity", number="P-1"))
        wait_until(lambda: self.owed(world, "owed") == 1, "only the seminar's start is to come")
        first, second = sorted(self.runs(folder, "on_publication"),
                               key=lambda run: run["CERTWIRE_NUMBER"])
        self.assertEqual((first["CERTWIRE_ID"], first["CERTWIRE_TITLE"], first["CERTWIRE_KIND"]),
                         (weekly.id, "周报 $(touch /tmp/x) `x`; 'y'", "publish"))
        self.assertEqual(first["file"], os.path.join(world.inbox, weekly.folder, "周报.pdf"))
        self.assertEqual(second["CERTWIRE_NUMBER"], "S-1")
        (deadline,) = self.runs(folder, "on_deadline")
        self.assertEqual((deadline["CERTWIRE_DATE_KIND"], deadline["CERTWIRE_EVENT"]),
                         ("reply-by", "deadline"))
        self.assertIn("said by on_publication", world.log_text())
        recall = Publication(world, number="2026-47r", kind="recall", files={}, references=[
            {"relation": "recalls", "publication": weekly.id}])
        self.store(world, recall)
        wait_until(lambda: self.owed(world, "done") == 4, "on_recall")
        world.stop()
        world.start()
        world.wait_status("ok")
        (recalled,) = self.runs(folder, "on_recall")
        self.assertEqual(recalled["CERTWIRE_ID"], weekly.id)
        self.assertEqual(len(self.runs(folder, "on_publication")), 2)

    def test_one_that_fails_or_hangs_is_cut_off_tried_again_and_given_up_at_last(self):
        world, folder = self.world_with(
            {"on_publication": "#!/bin/sh\necho once more >>$0.log\n[ $CERTWIRE_NUMBER = 1 ] && "
                               "exec sleep 600\nexit 3\n"}, "hook_timeout = 1s\n")
        world.start()
        self.store(world, Publication(world, number="1"), Publication(world, number="2"))
        wait_until(lambda: "failed with status 3" in world.log_text() and
                   "(took too long)" in world.log_text(), "both failed")
        world.stop()
        subprocess.run(["sqlite3", "-cmd", ".timeout 10000", os.path.join(world.state, "unit.db"),
                        "UPDATE hook SET retry_at = 0, attempts = 7"], check=True)
        world.start()
        wait_until(lambda: self.owed(world, "failed") == 2, "given up")

    def example(self, name, **edited):
        with open(os.path.join(EXAMPLES, name)) as file:
            text = file.read()
        for key, value in edited.items():
            text, count = re.subn(f"^{key}=.*$", f"{key}={value}", text, flags=re.M)
            self.assertEqual(count, 1)
        return text

    def test_the_examples_do_what_they_say(self):
        posted = []

        class Chat(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        chat = http.server.HTTPServer(("127.0.0.1", 0), Chat)
        threading.Thread(target=chat.serve_forever, daemon=True).start()
        self.addCleanup(chat.server_close)
        self.addCleanup(chat.shutdown)
        world, folder = self.world_with({
            "on_publication": self.example("copy-to-folder", TO='"$(dirname "$0")/shared"'),
            "on_recall": self.example("post-to-chat", URL=f"http://127.0.0.1:{chat.server_port}/"),
            "on_deadline": self.example("send-mail", SENDMAIL='"$(dirname "$0")/keep-mail"')})
        self.program(folder, "keep-mail", '#!/bin/sh\ncat >"$(dirname "$0")/mail"\n')
        world.start()
        weekly = Publication(world, title='周报 "四七" \\')
        self.store(world, weekly, Publication(world, channel="seminar", number="S-1", title="研讨会",
                                              manifest_change={"fields": {"reply-by": when(3600)}}))
        # Of what is recalled before its program was run, the program is not run any more.
        wait_until(lambda: self.owed(world, "done") == 3, f"all were run\n{world.log_text()}")
        self.store(world, Publication(world, number="r", kind="recall", files={}, references=[
            {"relation": "recalls", "publication": weekly.id}]))
        wait_until(lambda: self.owed(world, "done") == 4, f"the recall's was run\n{world.log_text()}")
        with open(os.path.join(folder, "shared", "weekly-2026-47-周报.pdf"), "rb") as file:
            self.assertEqual(file.read(), weekly.files["周报.pdf"])
        self.assertEqual([p["text"]["content"].strip() for p in posted],
                         ['[recall] weekly 2026-47 周报 "四七" \\'])
        with open(os.path.join(folder, "mail"), "rb") as file:
            mail = email.message_from_binary_file(file, policy=email.policy.default)
        self.assertIn("即将到期（reply-by", mail["Subject"])
        self.assertIn("研讨会", mail.get_content())

    def test_a_hook_has_neither_key_nor_lock(self):
        world, folder = self.world_with(
            {"on_publication": "#!/bin/sh\nls -l /proc/$PPID/fd >$0.fds.new\n"
                               "mv $0.fds.new $0.fds\n"})
        world.start()
        self.store(world, Publication(world))
        path = os.path.join(folder, "on_publication.fds")
        wait_until(lambda: os.path.exists(path), "the hook ran")
        with open(path) as file:
            said = file.read()
        self.assertIn("socket:", said)
        self.assertNotIn(world.state, said)
        # The lock goes with the daemon, even if a program goes on running.
        world.kill()
        world.start()
        world.wait_status("ok")


if __name__ == "__main__":
    unittest.main()
