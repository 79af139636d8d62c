"""The daemon as a citizen of its machine: systemd, rights, and a disk that is full."""

import os
import shutil
import socket
import subprocess
import unittest

from world import Case, Publication, wait_until


class Dwelling(Case):
    def proc_status(self, world):
        with open(f"/proc/{world.process.pid}/status") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def test_systemd_is_told_of_readiness_life_and_the_end(self):
        world = self.world()
        path = os.path.join(world.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(60)
            world.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
            said = [notify.recv(4096).decode()]
            while said.count("WATCHDOG=1") < 3 or "STATUS=connected" not in said:
                said.append(notify.recv(4096).decode())
            self.assertEqual(said[0], "READY=1")
            world.stop()
            notify.setblocking(False)
            while said[-1] != "STOPPING=1":
                said.append(notify.recv(4096).decode())

    def test_what_was_stopped_does_not_count_as_connected_when_it_is_started_again(self):
        """Before its first word; `status` reads what is kept."""
        world = self.world()
        world.start()
        world.wait_status("idle")
        self.assertEqual(world.sql("SELECT connected FROM line"), "1")
        world.stop()
        self.assertEqual(world.sql("SELECT connected FROM line"), "0")

    def test_status_states_what_the_daemon_has_given_up(self):
        world = self.world(config="on_recall = /bin/true\n")
        world.start()
        guard = world.wait_status("idle")["guard"]
        proc = self.proc_status(world)
        self.assertEqual((proc["NoNewPrivs"], proc["Seccomp"]), ("1", "2"))
        self.assertEqual((guard["seccomp"], guard["hooks"]), ("on", "on"))
        self.assertIn("seccomp on", world.run("status").stdout)
        world.stop()
        with open(world.config, "a") as file:
            file.write("confine = no\n")
        world.start()
        wait_until(lambda: world.status()["guard"]["seccomp"] == "off: confine = no", "no guard")
        self.assertEqual(self.proc_status(world)["Seccomp"], "0")

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_root_becomes_the_user_of_the_configuration(self):
        world = self.world(config="user = nobody\n")
        self.assertEqual(world.run("run").returncode, 1, "root's key is not nobody's")
        subprocess.run(["chown", "-R", "nobody", world.state], check=True)
        os.chmod(world.folder, 0o755)
        world.start()
        self.assertEqual(world.wait_status("idle")["guard"]["user"], "nobody")
        self.assertNotIn("0", self.proc_status(world)["Uid"].split())
        world.stop()
        with open(world.config) as file:
            text = file.read()
        with open(world.config, "w") as file:
            file.write(text.replace("user = nobody", "user = nobody-there"))
        self.assertIn("no such user", world.run("run").stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root can mount")
    def test_a_full_disk_is_told_once_loses_nothing_and_is_got_over(self):
        world = self.world(tmpfs="40M")
        world.start()
        world.wait_status("idle")
        free = shutil.disk_usage(world.state).free
        ballast = os.path.join(world.state, "ballast")
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=64K", "status=none"], check=False)
        self.assertLess(shutil.disk_usage(world.state).free, 65536)
        self.assertGreater(free, 16 << 20)
        publication = Publication(world, files={"a.bin": os.urandom(40 * 32768)})
        world.issue(publication)
        told = len(world.syncs) + 6
        wait_until(lambda: len(world.syncs) >= told, "it goes on asking")
        self.assertEqual(world.wait_status("disk")["state"], "disk")
        self.assertEqual(world.documents(), [])
        lines = [line for line in world.log_text().splitlines() if "error" in line or
                 "warning" in line]
        self.assertTrue(lines)
        self.assertLess(len(lines), 12, world.log_text())
        os.unlink(ballast)
        world.sql("UPDATE publication SET retry_at = 0")
        world.wait_item(publication)
        world.assert_stored(publication)
        world.wait_status("ok")


if __name__ == "__main__":
    unittest.main()
