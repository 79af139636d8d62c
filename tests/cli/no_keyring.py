"""Runs a program as in a container whose profile forbids the kernel's keyrings: no_keyring.py ERRNO COMMAND...

A seccomp filter answers add_key, request_key and keyctl with that error (linux/seccomp.h, linux/filter.h).
"""

import ctypes
import errno
import os
import platform
import struct
import sys

CALLS = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000


def program(error):
    """Load the call's number; each of ours jumps to the last line."""
    lines = [(LOAD, 0, 0, 0)]
    lines += [(JUMP_EQUAL, len(CALLS) - i, 0, call) for i, call in enumerate(CALLS)]
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL_WITH | error)]
    return b"".join(struct.pack("HBBI", *line) for line in lines), len(lines)


def forbid(error):
    libc = ctypes.CDLL(None, use_errno=True)
    code, count = program(error)
    held = ctypes.create_string_buffer(code)
    filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(held)))
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filters, 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    forbid(getattr(errno, sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
