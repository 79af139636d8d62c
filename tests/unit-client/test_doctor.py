"""certwire-unit doctor: each step breaks in its turn, and is named."""

import json
import os
import pathlib
import re
import sys
import unittest

from world import Broker, Case, Publication, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tls  # noqa: E402

STEPS = ["keys", "disk", "name lookup", "tcp", "tls", "token", "subscription", "keyset", "clock",
         "standing", "last head", "gaps"]


class Walking(Case):
    def doctor(self, world):
        done = world.run("doctor", "--json")
        self.assertTrue(done.stdout, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual([step["step"] for step in said["steps"]], STEPS)
        self.assertEqual(done.returncode, 1 if said["breaks_at"] else 0, done.stderr)
        return said["breaks_at"], {step["step"]: step for step in said["steps"]}

    def check_breaks_at(self, world, step, text=""):
        breaks_at, steps = self.doctor(world)
        self.assertEqual(breaks_at, step, steps)
        self.assertIn(text, steps[step]["detail"])
        self.assertTrue(steps[step]["what_to_do"])
        self.assertIn(f"it breaks at: {step}", world.run("doctor").stderr)
        return steps

    def replace_broker(self, world, broker, ca=None):
        with open(world.config) as file:
            text = re.sub(r"^broker = .*$", f"broker = {broker}", file.read(), flags=re.M)
        with open(world.config, "w") as file:
            file.write(text + (f"broker_ca = {ca}\n" if ca else ""))

    def tls_broker(self, world, host="127.0.0.1"):
        folder = pathlib.Path(world.folder, "tls-" + host)
        tls.make_certificate(folder, host)
        broker = Broker(world.folder, f"cafile {folder}/ca.crt\ncertfile {folder}/server.crt\n"
                                      f"keyfile {folder}/server.key\n")
        world.brokers.append(broker)
        return broker, folder / "ca.crt"

    def test_nothing_breaks_at_a_unit_that_is_well_running_or_stopped(self):
        world = self.world()
        self.assertEqual(self.doctor(world)[1]["standing"]["result"], "unknown")
        world.start()
        world.issue(Publication(world))
        world.wait_status("ok")
        breaks_at, steps = self.doctor(world)
        self.assertEqual(breaks_at, None)
        self.assertEqual({step["result"] for step in steps.values()}, {"ok"}, steps)
        self.assertEqual(world.status()["state"], "ok")
        world.stop()
        self.assertEqual(self.doctor(world)[0], None)
        self.assertIn("ok  令牌 (token)", world.run("doctor").stdout)

    def test_keys(self):
        world = self.world()
        os.chmod(os.path.join(world.state, "device.key"), 0o644)
        steps = self.check_breaks_at(world, "keys", "device.key")
        self.assertEqual(steps["token"]["result"], "unknown")

    def test_disk(self):
        world = self.world(config="quota = 100K\n")
        world.start()
        world.issue(Publication(world))
        world.wait_status("disk")
        self.check_breaks_at(world, "disk", "quota")

    def test_name_lookup(self):
        world = self.world()
        _, ca = self.tls_broker(world)
        self.replace_broker(world, "mqtts://nobody.invalid:8883", ca)
        steps = self.check_breaks_at(world, "name lookup", "nobody.invalid")
        self.assertEqual(steps["tcp"]["result"], "unknown")

    def test_tcp(self):
        world = self.world()
        world.brokers[0].stop()
        self.check_breaks_at(world, "tcp", world.brokers[0].name)

    def test_tls(self):
        world = self.world()
        broker, ca = self.tls_broker(world)
        self.replace_broker(world, "mqtts://" + broker.name, ca)
        self.assertEqual(self.doctor(world)[0], None)
        stranger, _ = self.tls_broker(world, "127.0.0.9")
        self.replace_broker(world, "mqtts://" + stranger.name)
        self.check_breaks_at(world, "tls", "certificate")
        self.replace_broker(world, "mqtts://" + world.brokers[0].name)
        self.check_breaks_at(world, "tls", "no TLS")

    def test_tls_with_a_certificate_of_another_host(self):
        world = self.world()
        stranger, ca = self.tls_broker(world, "127.0.0.9")
        self.replace_broker(world, "mqtts://" + stranger.name, ca)
        self.check_breaks_at(world, "tls", "IP address mismatch")

    def test_token(self):
        world = self.world()
        strict = Broker(world.folder, "", anonymous=False)
        world.brokers.append(strict)
        self.replace_broker(world, strict.name)
        self.check_breaks_at(world, "token", "refused us")

    def test_keyset(self):
        world = self.world()
        world.keysets.clear()
        world.add_keyset(expires_at=world.now() - 10)
        world.start()
        wait_until(lambda: world.status().get("keyset") == 1, "the keyset")
        self.check_breaks_at(world, "keyset", "expired")

    def test_clock(self):
        world = self.world()
        world.offset = 4000
        world.start()
        world.wait_status("clock")
        self.check_breaks_at(world, "clock", "秒")

    def test_standing(self):
        world = self.world()
        world.standing, world.reason = "suspended", "未按时报送半年报告"
        world.start()
        world.wait_status("suspended")
        self.check_breaks_at(world, "standing", "未按时报送半年报告")

    def test_last_head(self):
        world = self.world()
        world.start()
        world.wait_status("idle")
        world.stop()
        world.sql("UPDATE line SET gap = 1")
        self.check_breaks_at(world, "last head")

    def test_gaps(self):
        world = self.world()
        world.part_filter = lambda *_: None
        world.start()
        world.issue(Publication(world))
        world.wait_status("late")
        self.check_breaks_at(world, "gaps", "1 件文件")


if __name__ == "__main__":
    unittest.main()
