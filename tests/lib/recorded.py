"""Questions put to a recording proxy about one client."""

import base64
import re

from mqtt_stream import CONNECT, DISCONNECT, packets, publishes, variable_int

ADMINISTRATIVE_ACTION = 0x98


def client_id(connection):
    """The client id of the CONNECT that opened the connection; None before it."""
    for kind, _, body in packets(bytes(connection.from_client)):
        if kind != CONNECT:
            return None
        properties, at = variable_int(body, 10)
        at += properties
        return body[at + 2:at + 2 + int.from_bytes(body[at:at + 2], "big")].decode()
    return None


def connections(proxy, client):
    return [c for c in list(proxy.connections) if client_id(c) == client]


def cut_by_broker(connection):
    """Whether the broker ended it by an administrative DISCONNECT."""
    return any(kind == DISCONNECT and body[:1] == bytes([ADMINISTRATIVE_ACTION])
               for kind, _, body in packets(bytes(connection.from_broker)))


def read_by(proxy, client, after_cut=False):
    """What the broker delivered to the client; `after_cut`: on connections after its first cut."""
    theirs = connections(proxy, client)
    if after_cut:
        first = next(n for n, c in enumerate(theirs) if cut_by_broker(c))
        theirs = theirs[first + 1:]
    return [message for c in theirs for message in publishes(bytes(c.from_broker))]


def everything_decoded(proxy):
    """Every byte that passed, and what each run of base64url among them stands for."""
    raw = proxy.everything()
    runs = re.findall(rb"[A-Za-z0-9_-]{8,}", raw)
    return raw + b"\n".join(base64.urlsafe_b64decode(run[:len(run) // 4 * 4]) for run in runs)
