"""Free TCP ports on loopback, drawn below the kernel's own range so that worlds do not collide."""

import random
import socket


def free_port(host="127.0.0.1"):
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port


def accepts(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False
