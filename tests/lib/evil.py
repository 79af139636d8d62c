"""The broker in an attacker's hands: a stock Mosquitto that lets everybody in, and the attacker at it."""

import json

import forge
from client import Client
from ports import accepts, free_port
from process import Process
from programs import write_private
from waiting import wait_for

CONF = """listener {port} 127.0.0.1
allow_anonymous true
persistence false
user root
"""


class EvilBroker:
    def __init__(self, world):
        self.port = free_port()
        conf = write_private(world.folder / "evil.conf", CONF.format(port=self.port))
        self.process = Process("evil-broker", ["/usr/sbin/mosquitto", "-c", conf], world.logs)
        world.others.append(self.process)
        self.process.start()
        wait_for(lambda: accepts(self.port), "the evil broker to listen")
        self.attacker = Client(self.port, "attacker")
        assert self.attacker.connect() == 0
        self.attacker.subscribe("#")

    def said(self, unit, leaf):
        """The payloads of what the unit's devices sent here, oldest first."""
        found = self.attacker.messages(f"certwire/v1/unit/{unit}/{leaf}")
        return [forge.payload_of(m.payload.decode()) for m in found]

    def lure(self, proxy, unit):
        """Have the unit come here through its proxy, and wait for its sync.

        It is started anew, because it leaves a broker that answers no sync, for longer each time.
        """
        proxy.target_port = self.port
        unit.process.stop()
        before = len(self.said(unit.id, "sync"))
        unit.start()
        wait_for(lambda: len(self.said(unit.id, "sync")) > before,
                 lambda: f"{unit.id} to come:\n{unit.process.log_tail()}")

    def send(self, unit, leaf, payload):
        payload = payload.encode() if isinstance(payload, str) else payload
        payload = json.dumps(payload).encode() if isinstance(payload, dict) else payload
        topic = f"certwire/v1/{leaf}" if "/" in leaf else f"certwire/v1/unit/{unit}/{leaf}"
        self.attacker.publish(topic, payload)

    def incident(self, unit, code):
        """How often the unit says, in its newest sync, that it refused something with this code."""
        syncs = self.said(unit, "sync")
        return sum(i["count"] for i in syncs[-1]["incidents"] if i["code"] == code) if syncs else 0

    def refusals(self, unit, publication):
        """The codes with which the unit refused this publication in its receipts."""
        return [item["code"] for receipt in self.said(unit, "receipt") for item in receipt["items"]
                if item["publication"] == publication and item["state"] == "refused"]
