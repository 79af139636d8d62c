"""A bad line between two network namespaces: kernels' own TCP at both ends, and in between this process, which carries packets
from one TUN device to the other and lets happen to them what `ills` say (lane.py). What is lost is sent again by TCP, what is
doubled meets TCP, and on a cut line a connection is neither reset nor closed.

Its addresses are of loopback's range, since our programs speak plain MQTT to no others; loopback itself is down at both ends.
"""

import fcntl
import math
import os
import random
import select
import socket
import struct
import threading
import time

from lane import SOUND, Ills, Lane, no_counts
from netspace import Namespace

MTU = 1500
BATCH = 64
DEVICE = "wire"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


class End:
    """A namespace of its own, and the end of the wire in it; `tun` is where its packets are read and written."""

    def __init__(self, address):
        self.address = address
        self.space = Namespace()
        self.tun = None
        try:
            self.tun = self.space.inside(self._open)
            self.space.ip(f"link set {DEVICE} mtu {MTU} txqueuelen 4000 addrgenmode none",
                          f"addr add {address}/24 scope global dev {DEVICE}", f"link set {DEVICE} up")
            self.space.settings(**{f"ipv4__conf__{DEVICE}__route_localnet": 1})
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.tun is not None:
            os.close(self.tun)  # the device goes with it
        self.space.close()

    @staticmethod
    def _open():
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        except BaseException:
            os.close(tun)
            raise
        return tun


class Wire:
    """Servers are at the near end (`listen`), programs with `network = wire.far` at the other. `number`, 1 to 254, makes its
    addresses; the same seed gives the same dice."""

    def __init__(self, number, seed):
        self.counts = no_counts()
        self.near_end = End(f"127.77.{number}.1")
        try:
            self.far_end = End(f"127.77.{number}.2")
        except BaseException:
            self.near_end.close()
            raise
        self.host, self.far = self.near_end.address, self.far_end.space
        rng = random.Random(f"wire {seed}")
        self.lanes = {self.near_end.tun: Lane(rng, self.counts), self.far_end.tun: Lane(rng, self.counts)}
        self.ended = os.eventfd(0, os.EFD_CLOEXEC)
        self.carrier = threading.Thread(target=self._carry, daemon=True)
        self.carrier.start()

    def close(self):
        os.eventfd_write(self.ended, 1)
        self.carrier.join()
        os.close(self.ended)
        self.near_end.close()
        self.far_end.close()

    def listen(self, port=0):
        return self.near_end.space.inside(lambda: socket.create_server((self.host, port)))

    @property
    def ills(self):
        return self.lanes[self.near_end.tun].ills

    @ills.setter
    def ills(self, ills: Ills):
        for lane in self.lanes.values():
            lane.ills = ills

    def heal(self):
        self.ills = SOUND

    def retransmitted(self):
        """Segments that the kernel sent again, at either end."""
        return sum(end.space.counters()["Tcp.RetransSegs"] for end in (self.near_end, self.far_end))

    def _carry(self):
        poll = select.poll()
        for fd in (*self.lanes, self.ended):
            poll.register(fd, select.POLLIN)
        while True:
            for fd, _ in poll.poll(self._patience_ms()):
                if fd == self.ended:
                    return
                self._take(fd)
            for source, sink in ((self.near_end, self.far_end), (self.far_end, self.near_end)):
                for packet in self.lanes[source.tun].due(time.monotonic()):
                    os.write(sink.tun, packet)

    def _take(self, tun):
        for _ in range(BATCH):
            try:
                packet = os.read(tun, MTU)
            except BlockingIOError:
                return
            self.lanes[tun].take(packet, time.monotonic())

    def _patience_ms(self):
        due = [lane.next_due() for lane in self.lanes.values() if lane.under_way]
        return max(0, math.ceil((min(due) - time.monotonic()) * 1000)) if due else None
