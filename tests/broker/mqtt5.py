"""MQTT 5 by hand over a socket: says what no decent client would, and shows every byte that comes.

A thread reads all the time unless the wire is told not to.
"""

import socket
import struct
import threading
import time

from tls_socket import TlsSocket
from waiting import wait_for

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
UNSUBSCRIBE, PINGREQ, PINGRESP, DISCONNECT = 10, 12, 13, 14


def varint(n):
    out = bytearray()
    while True:
        n, byte = n >> 7, n & 127
        out.append(byte | (128 if n else 0))
        if not n:
            return bytes(out)


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(data)) + data


def take_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


class Wire:
    def __init__(self, port, host="127.0.0.1", receive_buffer=None, tls=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect((host, port))
        if tls:
            self.socket = TlsSocket(self.socket, tls)
        self.version = 5
        self.code = None
        self.closed, self.closing = threading.Event(), threading.Event()
        self.disconnect_code = None
        self.packets = []  # of every kind but PUBLISH: (type, packet id or None, codes)
        self.messages = []  # (topic, payload)
        self.pongs = 0
        self.packet_id = 0
        self.acks = True
        self.lock = threading.Lock()
        self.reader = None
        self.buffer = bytearray()

    # Out

    def send(self, kind, flags, body):
        with self.lock:
            self.socket.sendall(bytes([kind << 4 | flags]) + varint(len(body)) + body)

    def connect(self, client_id, user=None, password=None, *, version=5, clean=True, keepalive=60,
                expiry=None, will=None, properties=b"", read=True):
        """Waits for the CONNACK, whose code is then in `code`; None when the broker just closed."""
        self.version = version
        if expiry is not None:
            properties += b"\x11" + struct.pack(">I", expiry)
        flags = (0x80 if user is not None else 0) | (0x40 if password is not None else 0) | (
            2 if clean else 0) | (4 if will else 0)
        body = text("MQTT") + bytes([version, flags]) + struct.pack(">H", keepalive)
        if version == 5:
            body += varint(len(properties)) + properties
        body += text(client_id)
        if will:
            body += (b"\0" if version == 5 else b"") + text(will) + text("will")
        if user is not None:
            body += text(user)
        if password is not None:
            body += text(password)
        try:
            self.send(CONNECT, 0, body)
        except OSError:
            self.closed.set()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        wait_for(lambda: self.code is not None or self.closed.is_set(), "a CONNACK")
        return self.code

    def subscribe(self, *filters, qos=1):
        """The codes of the SUBACK."""
        self.packet_id += 1
        properties = b"\0" if self.version == 5 else b""
        self.send(SUBSCRIBE, 2, struct.pack(">H", self.packet_id) + properties + b"".join(
            text(f) + bytes([qos]) for f in filters))
        return self._answer(SUBACK, self.packet_id)

    def ask_for(self, *filters):
        """As subscribe; None when the broker cuts it just then: who gains or loses a right is cut and asks again."""
        try:
            return self.subscribe(*filters)
        except (AssertionError, OSError):
            if self.closed.wait(10):
                return None
            raise

    def publish(self, topic, payload, qos=1, retain=False):
        """The PUBACK's code; 0 at once for QoS 0."""
        data = payload.encode() if isinstance(payload, str) else payload
        self.packet_id += 1
        body = text(topic) + (struct.pack(">H", self.packet_id) if qos else b"")
        body += (b"\0" if self.version == 5 else b"") + data
        self.send(PUBLISH, qos << 1 | retain, body)
        if qos == 0:
            return 0
        return self._answer(PUBACK, self.packet_id)[0]

    def ping(self, deadline=10):
        """How long the answer took, in seconds."""
        started, before = time.monotonic(), self.pongs
        self.send(PINGREQ, 0, b"")
        wait_for(lambda: self.pongs > before or self.closed.is_set(), "a PINGRESP", deadline)
        assert not self.closed.is_set(), f"closed with {self.disconnect_code}"
        return time.monotonic() - started

    def is_open(self):
        if self.closed.is_set():
            return False
        self.ping()
        return not self.closed.is_set()

    def stop_reading(self):
        """Nothing is taken from the socket any more."""
        self.pace = None

    def trickle(self, pace):
        """From now on at most `pace` bytes are taken at a time, ten times a second."""
        self.pace = pace

    def close(self):
        """Its reader ends first: it would read on from whoever is given the same descriptor next."""
        self.closing.set()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self.reader:
            self.reader.join(30)
            assert not self.reader.is_alive(), "the reader of a closed wire does not end"
        self.socket.close()

    # In

    def wait_closed(self, deadline=30):
        """The DISCONNECT's code, None when there was none."""
        wait_for(self.closed.is_set, "the broker to cut the connection", deadline)
        return self.disconnect_code

    def on(self, topic):
        return [payload for t, payload in self.messages if t == topic]

    def _answer(self, kind, packet_id):
        def find():
            return [p for p in list(self.packets) if p[0] == kind and p[1] == packet_id]
        wait_for(lambda: find() or self.closed.is_set(), f"the answer {kind} to {packet_id}")
        assert find(), f"closed with {self.disconnect_code} instead of an answer {kind}"
        return find()[0][2]

    pace = 1 << 20

    def _fill(self):
        while self.pace is None or self.pace < 1 << 20:
            if self.closing.wait(0.1):
                raise OSError("closed")
            if self.pace is not None:
                break
        got = self.socket.recv(self.pace)
        if not got:
            raise OSError("closed")
        self.buffer += got

    def _exactly(self, n):
        while len(self.buffer) < n:
            self._fill()
        data, self.buffer = bytes(self.buffer[:n]), self.buffer[n:]
        return data

    def _packet(self):
        head = self._exactly(1)[0]
        size = shift = 0
        while True:
            byte = self._exactly(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        return head, self._exactly(size)

    def _read(self):
        self.socket.settimeout(None)
        try:
            while True:
                self._take(*self._packet())
        except (OSError, ValueError):
            self.closed.set()

    def _take(self, head, body):
        kind = head >> 4
        if kind == CONNACK:
            self.code = body[1]
        elif kind == PUBLISH:
            self._take_publish(head, body)
        elif kind == PINGRESP:
            self.pongs += 1
        elif kind == DISCONNECT:
            self.disconnect_code = body[0] if body else 0
        elif kind == PUBACK:
            self.packets.append((kind, struct.unpack(">H", body[:2])[0],
                                 [body[2] if len(body) > 2 else 0]))
        elif kind == SUBACK:
            at = 2
            if self.version == 5:
                size, at = take_varint(body, 2)
                at += size
            self.packets.append((kind, struct.unpack(">H", body[:2])[0], list(body[at:])))

    def _take_publish(self, head, body):
        size = struct.unpack(">H", body[:2])[0]
        topic, at = body[2:2 + size].decode(), 2 + size
        qos, packet_id = head >> 1 & 3, b""
        if qos:
            packet_id, at = body[at:at + 2], at + 2
        if self.version == 5:
            size, at = take_varint(body, at)
            at += size
        self.messages.append((topic, body[at:]))
        if qos and self.acks:
            self.send(PUBACK, 0, packet_id)
