"""Reading MQTT 5 packets out of one direction of a recorded connection."""

from dataclasses import dataclass

CONNECT, PUBLISH, DISCONNECT = 1, 3, 14


@dataclass(frozen=True)
class Publish:
    topic: str
    payload: bytes


def variable_int(data, at):
    """(value, position after it); None when the bytes end too early."""
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
        shift += 7
    return None


def packets(data):
    """(type, flags, body) of every packet that is there whole."""
    at = 0
    while at < len(data):
        length = variable_int(data, at + 1)
        if length is None or length[1] + length[0] > len(data):
            return
        size, start = length
        yield data[at] >> 4, data[at] & 0x0F, data[start:start + size]
        at = start + size


def publishes(data):
    for kind, flags, body in packets(data):
        if kind != PUBLISH:
            continue
        topic_end = 2 + int.from_bytes(body[:2], "big")
        at = topic_end + (2 if flags & 0x06 else 0)
        properties, at = variable_int(body, at)
        yield Publish(body[2:topic_end].decode("utf-8"), body[at + properties:])
