"""The tests' own wire: once it is closed, nothing of it reads what somebody else is given its descriptor for."""

import socket
import ssl
import subprocess
import threading

import pytest

from mqtt5 import CONNACK, Wire
from tls import make_certificate

ACCEPTED = bytes([CONNACK << 4, 3, 0, 0, 0])
ROUNDS = 50


class Greeter:
    """Accepts everybody with a CONNACK, over TLS where it has a context, and says no more."""

    def __init__(self, context=None):
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        guests = []
        while True:
            guest, _ = self.listener.accept()
            guests = guests[-4:]
            if self.context:
                guest = self.context.wrap_socket(guest, server_side=True)
            guest.sendall(ACCEPTED)
            guests.append(guest)


@pytest.fixture(name="tls", scope="module")
def of_an_authority(tmp_path_factory):
    """Contexts of both sides."""
    folder = tmp_path_factory.mktemp("wire") / "tls"
    make_certificate(folder, "127.0.0.1")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=folder / "ca.crt")
    client.check_hostname = False  # a wire names no host
    return server, client


def echo(said):
    return subprocess.run(["cat"], input=said, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("encrypted", (False, True))
def test_what_is_opened_after_a_wire_is_not_read_by_it(tls, encrypted):
    server, client = tls if encrypted else (None, None)
    greeter = Greeter(server)
    for _ in range(ROUNDS):
        wire = Wire(greeter.port, tls=client)
        assert wire.connect("anyone") == 0
        wire.close()
        assert not wire.reader.is_alive()
        assert echo("SELECT 1") == "SELECT 1"


def test_a_wire_that_reads_no_more_can_be_closed():
    greeter = Greeter()
    for slow in (lambda wire: wire.stop_reading(), lambda wire: wire.trickle(1)):
        wire = Wire(greeter.port)
        assert wire.connect("anyone") == 0
        slow(wire)
        wire.close()
        assert not wire.reader.is_alive()
