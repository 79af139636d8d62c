"""Mosquitto with our plugins, from the shipped configuration with its addresses replaced."""

import os
import re
import signal

from ports import accepts, free_port
from process import Process
from programs import ROOT, write_private
from waiting import wait_for

SHIPPED = ROOT / "broker-plugins/mosquitto.conf"


class Broker:
    """A broker of the world; `address` is what units and dispatcher put into their lists."""

    def __init__(self, world, name="broker", tls_host=None):
        self.world = world
        self.name = name
        self.port = free_port()
        self.tls_host = tls_host
        self.tls_port = free_port() if tls_host else None
        self.asking_port = None
        self.extra_names = []
        self.conf = world.folder / f"{name}.conf"
        self.process = Process(name, ["/usr/sbin/mosquitto", "-c", self.conf], world.logs,
                               persistent=world.persistent)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def tls_address(self):
        return f"mqtts://{self.tls_host}:{self.tls_port}"

    @property
    def asking_address(self):
        """Of the listener that ask_for_certificates added."""
        return f"mqtts://{self.tls_host}:{self.asking_port}"

    def ask_for_certificates(self):
        """One more listener for units, which asks for a certificate of the device (docs/tls.md)."""
        self.asking_port = free_port()
        self.extra_names.append(self.asking_address.removeprefix("mqtts://"))

    def names(self):
        tls = [self.tls_address.removeprefix("mqtts://")] if self.tls_host else []
        return [self.address, *tls, *self.extra_names]

    def write_conf(self):
        """The shipped configuration with what is marked EDIT in it edited, and a log to read."""
        world, text = self.world, SHIPPED.read_text(encoding="utf-8")
        text = self._without_tls(text) if not self.tls_host else self._with_tls(text)
        for line, ours in {
                r"plugin /\S*/(certwire_\w+)\.so": rf"plugin {world.programs.build}/lib/\1.so",
                r"plugin_opt_dsn .*": f"plugin_opt_dsn {world.cluster.dsn('broker')}",
                r"plugin_opt_broker_name .*": f"plugin_opt_broker_name {','.join(self.names())}",
                r"plugin_opt_root_fingerprint .*":
                    f"plugin_opt_root_fingerprint {world.office.root}",
                r"listener 1883 127\.0\.0\.1": f"listener {self.port} 127.0.0.1",
                r"log_dest .*": "log_dest stderr\nlog_type information",
                r"connection_messages .*": "connection_messages true"}.items():
            text, count = re.subn(f"^{line}$", ours, text, flags=re.MULTILINE)
            assert count, f"nothing in {SHIPPED} looks like {line}"
        text += self._asking_listener() if self.asking_port else ""
        # PostgreSQL's socket is in a folder that only root and its owner can enter.
        write_private(self.conf, text + ("\nuser root\n" if os.geteuid() == 0 else ""))

    def _with_tls(self, text):
        tls = self.world.folder / "tls"
        text = text.replace("\nlistener 8883\n", f"\nlistener {self.tls_port} {self.tls_host}\n")
        text = re.sub("^certfile .*$", f"certfile {tls}/server.crt", text, flags=re.MULTILINE)
        return re.sub("^keyfile .*$", f"keyfile {tls}/server.key", text, flags=re.MULTILINE)

    def _asking_listener(self):
        tls = self.world.folder / "tls"
        return (f"\nlistener {self.asking_port} {self.tls_host}\nmax_qos 1\ncafile {tls}/ca.crt\n"
                f"certfile {tls}/server.crt\nkeyfile {tls}/server.key\ntls_version tlsv1.2\n"
                "require_certificate true\n")

    @staticmethod
    def _without_tls(text):
        head, _, rest = text.partition("\nlistener 8883\n")
        return head + "\nlistener 1883 " + rest.partition("\nlistener 1883 ")[2]

    def check(self):
        self.world.programs.run("certwire-broker-check", self.conf)

    def start(self):
        self.write_conf()
        self.check()
        self.process.start()
        wait_for(lambda: accepts(self.port) or not self.process.running(),
                 lambda: "the broker to listen:\n" + self.process.log_tail())
        assert self.process.running(), "the broker did not start:\n" + self.process.log_tail()
        return self

    def reload(self):
        self.process.signal(signal.SIGHUP)
