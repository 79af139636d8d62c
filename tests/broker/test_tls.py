"""TLS with an authority of scripts/ca.sh: which versions are spoken, for which host, and a server's certificate
renewed, and its authority followed by another, while units are connected. Everybody here runs with an OpenSSL that would speak TLS 1.0."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import warnings

import pytest

from gate import BUILD, ROOT, Gate
from ports import free_port
from process import Process
from programs import write_conf
from tls import make_authority
from waiting import wait_for

LENIENT = """openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lenient
[lenient]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""
OLD, NEW = ("tls1", "tls1_1"), ("tls1_2", "tls1_3")


class TlsGate(Gate):
    """A gate with a listener whose certificate scripts/ca.sh made."""

    def open(self):
        self.tls_port = free_port()
        self.tls = self.folder / "tls"
        self.ca("root")
        self.ca("server", "broker", "127.0.0.1", "broker-a.example.org")
        super().open()

    def ca(self, *args):
        done = subprocess.run([ROOT / "scripts/ca.sh", self.tls, *args], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if os.geteuid() == 0:
            for path in (self.tls, *self.tls.iterdir()):
                shutil.chown(path, "mosquitto")
        return done.stdout.strip()

    def write_conf(self, replace=()):
        super().write_conf([*replace, (r"\Z", f"\nlistener {self.tls_port} 127.0.0.1\nmax_qos 1\n"
                                       f"certfile {self.tls}/broker.crt\nkeyfile {self.tls}/broker.key\n"
                                       "tls_version tlsv1.2\n")])


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    conf = tmp_path_factory.mktemp("openssl") / "lenient.cnf"
    conf.parent.parent.chmod(0o755)
    conf.parent.chmod(0o755)
    conf.write_text(LENIENT)
    os.environ["OPENSSL_CONF"] = str(conf)
    try:
        with TlsGate() as world:
            yield world
    finally:
        del os.environ["OPENSSL_CONF"]


def greet(port, *args, ca):
    """What `openssl s_client` says, and whether the handshake was made."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", ca,
                           "-verify_return_error", "-brief", *args],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0, done.stdout + done.stderr


class OldServer:
    """A server under the broker's certificate that speaks TLS 1.1 and nothing newer; it counts handshakes."""

    def __init__(self, gate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(gate.tls / "broker.crt", gate.tls / "broker.key")
        self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.context.minimum_version = self.context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.made, self.refused = 0, 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            raw, _ = self.listener.accept()
            try:
                self.context.wrap_socket(raw, server_side=True).close()
                self.made += 1
            except OSError:  # ssl.SSLError is one
                self.refused += 1
                raw.close()


def test_nothing_older_than_tls_1_2_is_spoken_by_broker_or_clients(gate):
    ca = gate.tls / "ca.crt"
    for version in NEW:
        made, said = greet(gate.tls_port, f"-{version}", ca=ca)
        assert made, said
    for version in OLD:
        made, said = greet(gate.tls_port, f"-{version}", ca=ca)
        assert not made and "protocol version" in said, said
    old = OldServer(gate)
    greet(old.port, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0", ca=ca)
    wait_for(lambda: old.made == 1, "a handshake by TLS 1.1: without one nothing is shown here")
    conf = write_conf(gate.folder / "unit.conf", {
        "unit": "huaan", "device": "d1", "state": gate.folder / "unit", "broker": f"mqtts://127.0.0.1:{old.port}",
        "broker_ca": ca, "root_fingerprint": "00000 " * 7 + "00000"})
    for verb in ("enroll", "doctor"):
        said = subprocess.run([BUILD / "bin/certwire-unit", verb, "--config", conf], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
    assert "no TLS there" in said.stdout + said.stderr, said.stdout + said.stderr
    asked = old.refused
    unit = Process("unit", [BUILD / "bin/certwire-unit", "run", "--config", conf], gate.logs).start()
    wait_for(lambda: old.refused > asked or old.made > 1, lambda: "the unit to come\n" + unit.log_tail())
    unit.stop()
    assert old.made == 1


def test_a_unit_whose_broker_is_away_says_so_at_once_and_waits_quietly(gate):
    """libmosquitto takes a refused connection for a handshake that goes on, and its loop spins."""
    conf = write_conf(gate.folder / "away.conf", {
        "unit": "huaan", "device": "d1", "state": gate.folder / "away", "broker": f"mqtts://127.0.0.1:{free_port()}",
        "broker_ca": gate.tls / "ca.crt", "root_fingerprint": "00000 " * 7 + "00000"})
    subprocess.run([BUILD / "bin/certwire-unit", "enroll", "--config", conf], capture_output=True, check=True,
                   stdin=subprocess.DEVNULL)
    unit = Process("away", [BUILD / "bin/certwire-unit", "run", "--config", conf], gate.logs).start()
    wait_for(lambda: "trying again" in unit.log(), lambda: "the unit to give up\n" + unit.log_tail())
    unit.stop()
    assert "refused" in unit.log() and "does not answer" not in unit.log()


def test_a_certificate_for_another_host_or_by_strangers_is_refused(gate):
    ca = gate.tls / "ca.crt"
    assert greet(gate.tls_port, "-verify_ip", "127.0.0.1", ca=ca)[0]
    assert greet(gate.tls_port, "-verify_hostname", "broker-a.example.org", ca=ca)[0]
    assert not greet(gate.tls_port, "-verify_ip", "127.0.0.2", ca=ca)[0]
    assert not greet(gate.tls_port, "-verify_hostname", "broker-b.example.org", ca=ca)[0]
    make_authority(gate.folder / "strangers", "/CN=Certwire trial authority")
    assert not greet(gate.tls_port, ca=gate.folder / "strangers/ca.crt")[0]


def test_a_renewed_server_certificate_is_shown_after_a_reload_and_nobody_is_cut(gate):
    wire = gate.connect_when_known(gate.admit("huaan"))
    shown = ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.tls_port}"]

    def certificate():
        return subprocess.run(shown, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False).stdout
    before = certificate()
    assert "BEGIN CERTIFICATE" in before
    gate.ca("server", "broker", "127.0.0.1", "broker-a.example.org")
    gate.reload()
    wait_for(lambda: certificate().partition("-----END CERT")[0] != before.partition("-----END CERT")[0],
             "the new certificate to be shown")
    assert greet(gate.tls_port, "-verify_ip", "127.0.0.1", ca=gate.tls / "ca.crt")[0]
    assert wire.is_open()


def test_what_is_there_is_not_replaced_and_a_wrong_line_makes_nothing(gate):
    def status(*args):
        return subprocess.run([ROOT / "scripts/ca.sh", *args], capture_output=True, check=False).returncode
    gate.ca("client", "huaan.d1")
    before = sorted((path.name, path.read_bytes()) for path in gate.tls.iterdir())
    assert status(gate.tls, "root") == 3 and status(gate.tls, "client", "huaan.d1") == 3
    assert status(gate.tls, "server", "broker-b", "host:8883") == 2
    assert status(gate.tls, "server", "../broker", "a.example.org") == 2
    assert status(gate.folder / "none", "server", "broker", "a.example.org") == 1
    assert status(gate.tls) == 2
    assert sorted((path.name, path.read_bytes()) for path in gate.tls.iterdir()) == before


def test_an_authority_is_followed_by_another_without_a_pause(gate):
    """As docs/keys.md says: both in the file that units trust, then the broker's certificate by the new one."""
    old, following, both = gate.tls / "ca.crt", gate.folder / "tls-following", gate.folder / "both.crt"
    for line in (["root"], ["server", "broker", "127.0.0.1"]):
        subprocess.run([ROOT / "scripts/ca.sh", following, *line], capture_output=True, check=True)
    both.write_text(old.read_text() + (following / "ca.crt").read_text())
    conf = write_conf(gate.folder / "following.conf", {
        "unit": "huaan", "device": "d1", "state": gate.folder / "following",
        "broker": f"mqtts://127.0.0.1:{gate.tls_port}", "broker_ca": both, "root_fingerprint": "00000 " * 7 + "00000"})

    def trusted():
        said = subprocess.run([BUILD / "bin/certwire-unit", "doctor", "--json", "--config", conf], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, check=False)
        assert said.stdout, said.stderr
        return {step["step"]: step["result"] for step in json.loads(said.stdout)["steps"]}["tls"]
    assert trusted() == "ok" and not greet(gate.tls_port, ca=following / "ca.crt")[0]
    for name in ("broker.crt", "broker.key"):
        shutil.copyfile(following / name, gate.tls / name)
    gate.reload()
    wait_for(lambda: greet(gate.tls_port, ca=following / "ca.crt")[0], "the certificate by the new authority")
    assert trusted() == "ok" and not greet(gate.tls_port, ca=old)[0]
