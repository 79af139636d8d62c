"""Floods a broker with what no decent client says, until it is told to end: a program of its own, so that it can be put into a network of its own.

    attacker.py ATTACK settings.json    host, port, audience; unit, device and key (its file) of a certified device that it owns

Says on each line what it did so far, as JSON. Bounded: by LIMIT_S, and by how much one attack may do at a time.
"""

import asyncio
import json
import os
import random
import resource
import signal
import ssl
import struct
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("broker", "peer")]

import certwire_peer as peer  # noqa: E402
from mqtt5 import CONNECT, PINGREQ, PUBLISH, SUBSCRIBE, text, varint  # noqa: E402

LIMIT_S = 120
AT_ONCE = 16
HALF_OPEN = 2000
HALF_SPOKEN = 200  # connections with TLS, and no word after it
HUGE = 1 << 20
TELL_S = 0.1


def packet(kind, flags, body):
    return bytes([kind << 4 | flags]) + varint(len(body)) + body


def connect_packet(client_id, user, password):
    body = text("MQTT") + bytes([5, 0x80 | 0x40 | 2]) + struct.pack(">H", 60) + b"\0" + text(client_id)
    return packet(CONNECT, 0, body + text(user) + text(password))


def publish_packet(topic, payload):
    return packet(PUBLISH, 2, text(topic) + struct.pack(">H", 1) + b"\0" + payload)


def subscribe_packet(*filters):
    return packet(SUBSCRIBE, 2, struct.pack(">H", 1) + b"\0" + b"".join(text(f) + b"\1" for f in filters))


def read_key(path):
    """The key in an unprotected key file, as a device has it."""
    lines = dict(line.split(": ", 1) for line in Path(path).read_text(encoding="utf-8").splitlines() if ": " in line)
    return peer.Key(peer.unb64(lines["secret"]))


class Attacker:
    def __init__(self, settings):
        self.host, self.port, self.audience = settings["host"], settings["port"], settings["audience"]
        self.device = peer.Device(settings["unit"], settings["device"], read_key(settings["key"]))
        self.stranger = peer.Device(settings["unit"], settings["device"], peer.Key(os.urandom(32)))
        self.rng = random.Random(7)
        self.counts = {"tried": 0, "let_in": 0, "refused": 0, "closed": 0, "held": 0}
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    # Speaking

    async def open(self):
        self.counts["tried"] += 1
        return await asyncio.open_connection(self.host, self.port, ssl=self.tls)

    async def sign_in(self, password, client_id=None):
        """The streams of who was let in; None."""
        reader, writer = await self.open()
        writer.write(connect_packet(client_id or self.device.client_id, self.device.unit, password))
        try:
            head = await asyncio.wait_for(reader.readexactly(4), 30)
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, OSError):
            self.counts["closed"] += 1
            writer.close()
            return None
        if head[3] != 0:
            self.counts["refused"] += 1
            writer.close()
            return None
        self.counts["let_in"] += 1
        return reader, writer

    async def say(self, words, to=None):
        """Says it on a connection of its own, or one that is let in, and hears until the broker closes or is silent."""
        reader, writer = to or await self.open()
        try:
            writer.write(words)
            await writer.drain()
            while await asyncio.wait_for(reader.read(65536), 0.2):
                pass
            self.counts["closed"] += 1
        except asyncio.TimeoutError:
            pass
        finally:
            writer.close()

    # Attacks: each is run AT_ONCE times over and over

    async def malformed(self):
        good = connect_packet(self.device.client_id, self.device.unit, self.device.token(self.audience))
        words = bytearray(self.rng.choice((good, good + subscribe_packet("#"), publish_packet("certwire/v1/channel/weekly", b"x" * 99))))
        for _ in range(self.rng.randint(0, 6)):
            words[self.rng.randrange(len(words))] = self.rng.randrange(256)
        if self.rng.random() < 0.3:
            del words[self.rng.randrange(len(words)):]
        if self.rng.random() < 0.2:
            words = bytearray(self.rng.randbytes(self.rng.randrange(1, 2000)))
        await self.say(bytes(words))

    async def half_open(self):
        """Takes what it can hold, and holds it."""
        if self.counts["held"] >= HALF_OPEN:
            await asyncio.sleep(1)
            return
        self.counts["tried"] += 1
        tls = self.tls if self.counts["held"] % (HALF_OPEN // HALF_SPOKEN) == 0 else None
        self.kept.append(await asyncio.open_connection(self.host, self.port, ssl=tls))
        self.counts["held"] += 1

    async def slow(self):
        """Is let in, subscribes to the channel, and reads no more; it goes on asking to be kept."""
        there = await self.sign_in(self.device.token(self.audience))
        if not there:
            return
        there[1].transport.pause_reading()
        there[1].write(subscribe_packet("certwire/v1/channel/weekly", f"certwire/v1/unit/{self.device.unit}/part"))
        try:
            for _ in range(100):
                there[1].write(packet(PINGREQ, 0, b""))
                await there[1].drain()
                await asyncio.sleep(0.05)
        finally:
            there[1].transport.abort()

    async def topics(self):
        """What it may not publish and not subscribe, a thousand times in one breath."""
        there = await self.sign_in(self.device.token(self.audience))
        if there:
            n = self.rng.randrange(1 << 30)
            words = b"".join(
                publish_packet(f"certwire/v1/{leaf}/{n + i}", b"x" * 200) for i in range(250)
                for leaf in ("channel", "unit/huaan/head")) + b"".join(
                subscribe_packet(f"{n + i}/#", "#", "$share/a/certwire/#", f"certwire/v1/unit/huaan/{i}") for i in range(250))
            await self.say(words, there)

    async def huge(self):
        """Packets that claim to be large, with and without being let in."""
        there = await self.sign_in(self.device.token(self.audience)) if self.rng.random() < 0.5 else None
        claim = self.rng.choice((131073, HUGE, 0x0FFFFFFF))
        await self.say(bytes([PUBLISH << 4]) + varint(claim) + b"\0" * HUGE, there)

    async def valid_tokens(self):
        """Connects again and again, each time pushing its own connection out."""
        there = await self.sign_in(self.device.token(self.audience))
        if there:
            there[1].close()

    async def wrong_tokens(self):
        """Of a key that the broker knows, of one that it does not, and of no form."""
        stranger, own = self.stranger.token(self.audience), self.device.token(self.audience)
        head, body, signature = own.split(".")
        wrong = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
        await self.sign_in(self.rng.choice((wrong, wrong, stranger, own[:-9], "x" * 3000)))

    # Running

    async def again(self, attack):
        while True:
            try:
                await attack()
            except (OSError, ssl.SSLError):
                self.counts["closed"] += 1

    async def run(self, attack):
        self.kept = []
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, lambda: os._exit(0))
        tasks = [asyncio.create_task(self.again(getattr(self, attack))) for _ in range(AT_ONCE)]
        for _ in range(int(LIMIT_S / TELL_S)):
            print(json.dumps(self.counts), flush=True)
            done, _ = await asyncio.wait(tasks, timeout=TELL_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()


def main():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(Attacker(json.loads(Path(sys.argv[2]).read_text())).run(sys.argv[1]))


if __name__ == "__main__":
    main()
