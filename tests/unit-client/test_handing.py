"""Documents handed on to a unit's own programs: on-publication, on-recall, on-deadline."""

import email
import email.policy
import http.server
import json
import os
import re
import threading
import unittest

from hooked import HOOK, HookedCase
from world import Publication, wait_until, when

EXAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "subscriber", "hooks")


class Handing(HookedCase):
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
        world.sql("UPDATE hook SET retry_at = 0, attempts = 7")
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
