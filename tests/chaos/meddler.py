"""A line between a client and a broker whose connections can be reset, and a broker's owner on it who withholds, delays, repeats,
reorders and forges what passes in either direction.

What is withheld is acknowledged in the receiver's place, so that the sender believes that it arrived. Copies and forgeries go
as QoS 0, so that they need no packet id.
"""

import random
import socket
import threading
import time
from collections import Counter

from mqtt_stream import PUBLISH, variable_int
from plan import TRICKS
from ports import free_port

CHUNK = 65536
PUBACK = 4
NO_MATCHING_SUBSCRIBERS = 0x10
DELAY_S = 0.05
IMPATIENCE_S = 5


def encoded(number):
    """An MQTT variable byte integer."""
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


class Packet:
    """One MQTT 5 packet, whole."""

    def __init__(self, raw, start):
        self.raw = raw
        self.kind, self.qos = raw[0] >> 4, (raw[0] >> 1) & 3
        self.body = raw[start:]

    def _id_at(self):
        return 2 + int.from_bytes(self.body[:2], "big")

    def ack(self):
        return bytes([PUBACK << 4, 3]) + self.body[self._id_at():self._id_at() + 2] + bytes(
            [NO_MATCHING_SUBSCRIBERS])

    def copy(self, rng=None):
        """The same message as QoS 0; with `rng`, one byte of its payload changed."""
        at = self._id_at()
        rest = self.body[at + (2 if self.qos else 0):]
        if rng:
            length, payload_at = variable_int(rest, 0)
            payload_at += length
            rest = bytearray(rest)
            if payload_at < len(rest):
                rest[rng.randrange(payload_at, len(rest))] ^= 1 << rng.randrange(8)
        body = self.body[:at] + bytes(rest)
        return bytes([PUBLISH << 4]) + encoded(len(body)) + body


def split(buffer):
    """Takes whole packets from the front of a bytearray."""
    while len(buffer) >= 2:
        length = variable_int(buffer, 1)
        if length is None or length[1] + length[0] > len(buffer):
            return
        end = length[1] + length[0]
        yield Packet(bytes(buffer[:end]), length[1])
        del buffer[:end]


class Meddler:
    """Listens by `listener`, on loopback by default, and connects to `target_port`. `counts` is how often each trick was played."""

    def __init__(self, target_port, seed, listener=None):
        self.target_port = target_port
        self.rng = random.Random(seed)
        self.pairs = []
        self.tricks = ()
        self.counts = Counter(dict.fromkeys(TRICKS, 0))
        self.listener = listener or socket.create_server(("127.0.0.1", free_port()))
        self.address = "{}:{}".format(*self.listener.getsockname())
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()
        self.heal()
        self.cut()

    def cut(self):
        for pair in list(self.pairs):
            self._part(pair)

    def heal(self):
        self.tricks = ()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target_port), IMPATIENCE_S)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            pair = near, far
            self.pairs.append(pair)
            # Both directions write to both ends (acknowledgements), each end under its own lock.
            locks = {near: threading.Lock(), far: threading.Lock()}
            for source, sink in (pair, (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(pair, source, sink, locks), daemon=True).start()

    def _part(self, pair):
        """Both ends are closed when the threads that use them have let them go: another connection may be given their descriptors."""
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        try:
            self.pairs.remove(pair)
        except ValueError:
            pass  # its other thread was first

    def _pump(self, pair, source, sink, locks):
        buffer, kept = bytearray(), []
        try:
            while data := source.recv(CHUNK):
                buffer += data
                for packet in split(buffer):
                    for end, out in self._answer(packet, kept, source, sink):
                        with locks[end]:
                            end.sendall(out)
        except OSError:
            pass
        self._part(pair)

    def _answer(self, packet, kept, source, sink):
        """What is sent to whom because this packet came."""
        trick = None
        if self.tricks and packet.kind == PUBLISH and packet.qos == 1 and self.rng.random() < 0.4:
            trick = self.rng.choice(self.tricks)
            self.counts[trick] += 1
        if trick == "withhold":
            yield source, packet.ack()
        elif trick == "reorder":
            kept.append(packet.raw)
            return
        else:
            if trick == "forge":
                yield sink, packet.copy(self.rng)
            elif trick == "delay":
                time.sleep(DELAY_S)
            yield sink, packet.raw
            if trick == "repeat":
                yield sink, packet.copy()
        # What was kept back goes behind whatever comes next.
        while kept:
            yield sink, kept.pop()
