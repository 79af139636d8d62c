"""What the people of a unit, and CNCERT, are told."""

import os
import subprocess
import unittest

from world import DEVICE, UNIT, Case, Publication, wait_until, wire


class Telling(Case):
    def test_a_suspended_unit_is_told_why(self):
        world = self.world()
        world.start()
        world.wait_status("idle")
        world.standing, world.reason = "suspended", "未按时报送半年报告"
        status = world.wait_status("suspended")
        self.assertIn("未按时报送半年报告", status["why"])
        self.assertEqual(world.run("status").returncode, 1)
        publication = Publication(world)
        world.standing = "good"
        world.issue(publication, push=False)
        world.wait_item(publication)
        world.wait_status("ok")

    def test_a_dispatcher_that_is_silent_is_a_gap_and_the_next_broker_is_tried(self):
        world = self.world(brokers=2)
        world.silent = True
        world.start()
        world.wait_status("gap")
        wait_until(lambda: all(f"connected to {b.name}" in world.log_text() for b in world.brokers),
                   "both brokers were tried")
        world.silent = False
        world.wait_status("idle")

    def test_a_clock_that_is_off_is_said(self):
        world = self.world()
        world.offset = 4000
        world.start()
        status = world.wait_status("clock")
        self.assertAlmostEqual(status["clock_offset"], 4000, delta=60)

    def test_no_room_is_refused_and_asked_for_again(self):
        world = self.world(config="quota = 100K\n")
        world.start()
        publication = Publication(world)
        world.issue(publication)
        world.wait_item(publication, "refused")
        self.assertEqual(world.item(publication, "refused")["code"], 401)
        world.wait_status("disk")
        self.assertEqual(world.documents(), [])
        world.stop()
        with open(world.config) as file:
            text = file.read()
        with open(world.config, "w") as file:
            file.write(text.replace("quota = 100K\n", ""))
        world.sql("UPDATE publication SET retry_at = 0")
        world.start()
        world.wait_item(publication)

    def test_a_stock_client_can_connect_with_the_tokens_options(self):
        world = self.world()
        options = world.run("token").stdout.splitlines()
        token = next(line[3:] for line in options if line.startswith("-P "))
        fields = wire.read_token(token, world.device.public)
        self.assertEqual((fields["sub"], fields["aud"]),
                         (f"{UNIT}.{DEVICE}", world.brokers[0].name))
        out = os.path.join(world.folder, "mosquitto_sub")
        self.assertEqual(world.run("token", "--out", out).returncode, 0)
        self.assertEqual(os.stat(out).st_mode & 0o777, 0o600)
        topic = f"certwire/v1/unit/{UNIT}/head"
        world.clients[0].publish(topic, "x", qos=1, retain=True)
        heard = subprocess.run(["mosquitto_sub", "-C", "1", "-W", "30", "-t", topic],
                               env={**os.environ, "XDG_CONFIG_HOME": world.folder},
                               capture_output=True, text=True, timeout=60)
        self.assertEqual((heard.returncode, heard.stdout), (0, "x\n"), heard.stderr)


if __name__ == "__main__":
    unittest.main()
