"""Mosquitto with our plugins, from the shipped configuration with its addresses replaced."""

import re
import signal
import subprocess

from ports import accepts, free_port
from process import Process
from programs import ROOT
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
        self.extra_names = []
        self.conf = world.folder / f"{name}.conf"
        self.process = Process(name, ["/usr/sbin/mosquitto", "-c", self.conf], world.logs,
                               persistent=world.persistent)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def tls_address(self):
        return f"{self.tls_host}:{self.tls_port}"

    def names(self):
        return [self.address, *([self.tls_address] if self.tls_host else []), *self.extra_names]

    def write_conf(self):
        raise NotImplementedError

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
