"""A TLS socket that one thread may read while others write, which Python's own is not made for."""

import select
import socket
import ssl
import threading


class TlsSocket:
    def __init__(self, raw, context):
        self.tls = context.wrap_socket(raw)
        self.tls.setblocking(False)
        self.lock = threading.Lock()

    def recv(self, size):
        while True:
            with self.lock:
                try:
                    return self.tls.recv(size)
                except ssl.SSLWantReadError:
                    pass
            select.select([self.tls], [], [])

    def sendall(self, data):
        while data:
            with self.lock:
                try:
                    data = data[self.tls.send(data):]
                    continue
                except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    pass
            select.select([], [self.tls], [])

    def settimeout(self, seconds):
        """Waiting is done by select."""

    def shutdown(self, how):
        socket.socket.shutdown(self.tls, how)

    def close(self):
        self.tls.close()
