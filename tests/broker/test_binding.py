"""TLS certificates that are bound to devices, with a small authority of the test's own."""

import hashlib
import os
import shutil
import ssl

import pytest

from gate import Gate
from ports import free_port
from tls import make_authority, make_certificate, make_client, openssl
from waiting import wait_for

DENIED = 0x87
ADMINISTRATIVE = 0x98
MISSING, WRONG = 112, 113
CHANNEL = "certwire/v1/channel/weekly"


class BoundGate(Gate):
    """A gate with a second listener that asks for certificates, of which `clients` are a few."""

    def open(self):
        self.tls_port = free_port()
        self.tls_folder = self.folder / "tls"
        make_certificate(self.tls_folder, "127.0.0.1")
        for name, subject in (("huaan", "/C=CN/O=华安网络/CN=huaan d1"), ("other", "/CN=other"),
                              ("dispatcher", "/CN=dispatcher")):
            make_client(self.tls_folder, name, subject)
        strangers = self.folder / "strangers"
        make_authority(strangers, "/CN=certwire test")
        make_client(strangers, "huaan", "/C=CN/O=华安网络/CN=huaan d1")
        shutil.copytree(strangers, self.tls_folder / "strangers")
        if os.geteuid() == 0:
            for path in (self.tls_folder, *self.tls_folder.iterdir()):
                shutil.chown(path, "mosquitto")
        super().open()

    def write_conf(self, replace=()):
        tls = self.tls_folder
        super().write_conf([*replace, (r"\Z", f"\nlistener {self.tls_port} 127.0.0.1\nmax_qos 1\n"
                                       f"cafile {tls}/ca.crt\ncertfile {tls}/server.crt\n"
                                       f"keyfile {tls}/server.key\ntls_version tlsv1.2\n"
                                       "require_certificate true\n")])

    def presenting(self, name, authority="."):
        """Options for a connect that presents that client's certificate."""
        context = ssl.create_default_context(cafile=self.tls_folder / "ca.crt")
        if name:
            folder = self.tls_folder / authority
            context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        context.check_hostname = False
        return {"wire": {"tls": context}}

    def wire(self, **options):
        if "tls" not in options:
            return super().wire(**options)
        plain, self.port = self.port, self.tls_port
        try:
            return super().wire(**options)
        finally:
            self.port = plain

    def bind(self, device, fingerprint=None, subject=None):
        self.sql("SELECT certwire.bind_certificate(:'unit', :'device', nullif(:'print', ''), "
                 "nullif(:'subject', ''))", unit=device.unit, device=device.client_id.split(".")[1],
                 print=fingerprint or "", subject=subject or "")

    def fingerprint(self, name):
        return openssl("x509", "-in", self.tls_folder / f"{name}.crt", "-noout", "-fingerprint",
                       "-sha256")

    def wait_refused(self, device, code, **options):
        """Refused with that code, whatever it is refused with until the copy has all."""
        def attempt():
            wire = self.attempt(device, **options)
            wire.close()
            return wire.code == DENIED and any(
                client_id == device.client_id for _, client_id, _ in self.denials(code))
        wait_for(attempt, lambda: f"{device.client_id} to be refused with {code}; there is "
                                  f"{self.denials()}")


@pytest.fixture(scope="module")
def gate():
    with BoundGate(require_certificate="true") as world:
        yield world


@pytest.fixture(scope="module")
def huaan(gate):
    return gate.admit("huaan")


def test_a_certificate_lets_in_the_device_it_is_bound_to_and_no_other(gate, huaan):
    other = gate.admit("other")
    shown = gate.presenting("huaan")
    gate.wait_refused(huaan, WRONG, **shown)
    gate.bind(huaan, gate.fingerprint("huaan"))
    wire = gate.connect_when_known(huaan, **shown)
    assert wire.subscribe(CHANNEL) == [1]
    assert gate.attempt(other, **shown).code == DENIED
    gate.wait_denied(WRONG, other.client_id)
    assert gate.attempt(huaan, **gate.presenting("other")).code == DENIED
    gate.wait_denied(WRONG, huaan.client_id)
    assert wire.is_open()


def test_the_fingerprint_is_that_of_the_der(gate, huaan):
    der = ssl.PEM_cert_to_DER_cert((gate.tls_folder / "huaan.crt").read_text().split("\n\n")[-1])
    held = gate.cluster.value("SELECT encode(fingerprint, 'hex') FROM certwire.device_binding "
                              "WHERE unit = 'huaan'")
    assert held == hashlib.sha256(der).hexdigest()


def test_a_subject_is_enough_and_is_read_as_openssl_prints_it(gate):
    device = gate.admit("by-subject")
    printed = openssl("x509", "-in", gate.tls_folder / "huaan.crt", "-noout", "-subject",
                      "-nameopt", "RFC2253,-esc_msb")
    assert "华安网络" in printed
    gate.bind(device, subject=printed)
    gate.connect_when_known(device, **gate.presenting("huaan"))
    assert gate.attempt(device, **gate.presenting("other")).code == DENIED


def test_where_both_are_registered_both_must_fit(gate):
    device = gate.admit("by-both")
    gate.bind(device, gate.fingerprint("huaan"), "CN=other")
    for name in ("huaan", "other"):
        gate.wait_refused(device, WRONG, **gate.presenting(name))


def test_a_unit_without_a_certificate_is_refused_and_the_dispatcher_on_this_machine_is_not(
        gate, huaan):
    gate.wait_refused(huaan, MISSING)
    gate.connect(gate.dispatcher)


def test_a_dispatcher_presents_none(gate):
    gate.wait_refused(gate.dispatcher, WRONG, **gate.presenting("dispatcher"))


def test_strangers_certificates_and_none_at_all_end_in_the_handshake(gate, huaan):
    for options in (gate.presenting("huaan", "strangers"), gate.presenting(None)):
        try:
            wire = gate.attempt(huaan, **options)
        except (OSError, ssl.SSLError):
            continue
        assert wire.code is None


def test_who_is_bound_to_another_certificate_is_cut_and_who_is_unbound_too(gate):
    device = gate.admit("rebound")
    bystander = gate.admit("bystander")
    gate.bind(bystander, gate.fingerprint("other"))
    gate.bind(device, gate.fingerprint("huaan"))
    other = gate.connect_when_known(bystander, **gate.presenting("other"))
    wire = gate.connect_when_known(device, **gate.presenting("huaan"))
    gate.bind(device, gate.fingerprint("other"))
    assert wire.wait_closed() == ADMINISTRATIVE
    wire = gate.connect_when_known(device, **gate.presenting("other"))
    gate.sql("SELECT certwire.unbind_certificate('rebound', 'd1')")
    assert wire.wait_closed() == ADMINISTRATIVE
    gate.wait_refused(device, WRONG, **gate.presenting("other"))
    assert other.is_open()


def test_without_the_option_a_certificate_still_has_to_fit(gate, huaan):
    """Last in this file: the broker's settings change."""
    gate.broker.stop()
    gate.start([(r"^plugin_opt_require_certificate .*", "plugin_opt_require_certificate false")])
    gate.connect(huaan)
    gate.connect(huaan, **gate.presenting("huaan"))
    assert gate.attempt(huaan, **gate.presenting("other")).code == DENIED
