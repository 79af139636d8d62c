"""A TCP proxy on loopback that keeps every byte that passes, and can cut or hold what passes."""

import socket
import threading

from mqtt_stream import publishes
from ports import free_port

CHUNK = 65536


class Connection:
    """One connection: what each side said, in order."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.from_client = bytearray()
        self.from_broker = bytearray()
        self.left = None  # bytes that may still reach the client
        self.open = threading.Event()
        self.open.set()

    def spend(self, count):
        if self.left is not None:
            self.left -= count
            if self.left < 0:
                self.open.clear()

    def release(self):
        self.left = None
        self.open.set()

    def cut(self):
        for end in (self.near, self.far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxy:
    def __init__(self, target_port):
        self.target_port = target_port
        self.port = free_port()
        self.connections = []
        self.flowing = threading.Event()
        self.flowing.set()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        self.listener.close()
        self.release()
        self.cut_all()

    def cut_all(self):
        for connection in list(self.connections):
            connection.cut()

    def hold(self):
        """Let nothing pass until `release`: the line is up and silent."""
        self.flowing.clear()

    def hold_each_after(self, count):
        """Let so many more bytes reach each client that is connected, and then nothing until `release`."""
        for connection in list(self.connections):
            connection.left = count

    def release(self):
        for connection in list(self.connections):
            connection.release()
        self.flowing.set()

    def everything(self):
        """Every byte that passed, connection by connection, both ways."""
        return b"".join(bytes(side) for c in list(self.connections)
                        for side in (c.from_client, c.from_broker))

    def published(self):
        """Every message that passed whole, both ways."""
        return [message for c in list(self.connections)
                for side in (c.from_client, c.from_broker) for message in publishes(bytes(side))]

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target_port))
            except OSError:
                near.close()
                continue
            connection = Connection(near, far)
            self.connections.append(connection)
            for source, sink, record in ((near, far, connection.from_client),
                                         (far, near, connection.from_broker)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(connection, source, sink, record),
                                 daemon=True).start()

    def _pump(self, connection, source, sink, record):
        try:
            while data := source.recv(CHUNK):
                record += data
                self.flowing.wait()
                if source is connection.far:
                    connection.spend(len(data))
                    connection.open.wait()
                sink.sendall(data)
        except OSError:
            pass
        connection.cut()
