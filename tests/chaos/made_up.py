"""Made-up histories to try the checker's rules on: a sound one, and what breaks it."""

import paths  # noqa: F401  (first: the harness on the path)
import pytest

import forge
from acts import Published
from checker import ALWAYS, AT_REST, Checker
from history import Disk, History, sha256

PUBLICATION, MANIFEST, BODY = "ab" * 16, "cd" * 32, "ef" * 32
CONTENT = "12" * 32
DEVICE, DISPATCHER, STRANGER = (forge.Key.generate() for _ in range(3))


class Keyset:
    """Knows one dispatcher; certificates are taken as they are (`certified`)."""
    keys = {}

    version = 1

    def verify(self, jws, role, at):
        assert role == "dispatcher" and at
        jws.verify(DISPATCHER.public)


def entry(number, previous, publication, key=DISPATCHER, kind="publish"):
    return forge.jws("certwire-entry+jws", key, {
        "v": 1, "unit": "huaan", "epoch": 1, "number": number, "kind": kind, "previous": previous, "keyset": 1,
        "issued_at": 1000, "publication": publication, "manifest": MANIFEST, "body": BODY,
        "stream": forge.b64(bytes(24)), "parts": 1,
        "signatures": [forge.peer.jws_sign_detached("certwire-manifest+jws", STRANGER, b"{}")]}, None)


def receipt(key=DEVICE, **changes):
    return forge.receipt(key, "huaan", "d1", 1, [{
        "publication": PUBLICATION, "epoch": 1, "entry": 1, "manifest": MANIFEST, "state": "stored", "at": 1100,
        **changes}])


def entry_row(number, publication, jws, **changes):
    return {"unit": "huaan", "epoch": 1, "number": number, "kind": "publish", "publication": publication,
            "issued_at": 1000.0, "digest": forge.digest(forge.payload_bytes(jws)).hex(), **changes}


FIRST = entry(1, "0" * 64, PUBLICATION)
SECOND = entry(2, forge.digest(forge.payload_bytes(FIRST)).hex(), "99" * 16)
RECEIPT = receipt()


def sound_history():
    """huaan.d1 has stored one publication and said so; a second one is owed to it."""
    rows = {
        "publications": [{"id": p, "kind": "publish", "channel": "weekly", "state": "issued", "issued_at": 1000.0,
                          "manifest_digest": "\\x" + MANIFEST, "expired": False} for p in (PUBLICATION, "99" * 16)],
        "deliveries": [{"publication": p, "unit": "huaan", "epoch": 1, "number": n, "state": state, "stored_at": None,
                        "offers": 1, "ended_reason": None}
                       for p, n, state in ((PUBLICATION, 1, "settled"), ("99" * 16, 2, "expired"))],
        "grants": [{"publication": PUBLICATION, "unit": "huaan", "device": "d1", "kid": DEVICE.kid, "sealed_at": 1001.0}],
        "items": [{"publication": PUBLICATION, "unit": "huaan", "device": "d1", "state": "stored", "receipt": 1}],
        "receipts": [{"id": 1, "unit": "huaan", "device": "d1", "number": 1, "verdict": 0, "authentic": True, "is_reply": False,
                      "sha256": sha256(RECEIPT)}],
        "entries": [entry_row(1, PUBLICATION, FIRST), entry_row(2, "99" * 16, SECOND)],
        "devices": [{"unit": "huaan", "device": "d1", "kid": DEVICE.kid, "certificate": "", "settled": 1,
                     "receipts_reported": 1, "live": True}],
        "entitled": [{"unit": "huaan", "channel": "weekly"}],
        "good": ["huaan"], "recalls": [], "confirmations": [],
        "issues": [{"sequence": 1, "act": "lease_take", "fence": 1}, {"sequence": 2, "act": "issue_due", "fence": 1}],
        "witness": [],
        "epoch": 1,
    }
    rows["publications"][1]["expired"] = True
    rows["deliveries"][1]["ended_reason"] = "expired"
    disk = Disk("huaan", "d1", 1, {1: sha256(RECEIPT)}, [(PUBLICATION, "stored", 0, 1)],
                [(PUBLICATION[:8], "weekly", [CONTENT])])
    published = {p: Published("weekly", "1", CONTENT, 1) for p in (PUBLICATION, "99" * 16)}
    return History(rows, [disk], published, members={"huaan": ("weekly",), "beichen": ()},
                   raws={1: RECEIPT.encode()}, signed={("huaan", 1, 1, DISPATCHER.kid): FIRST,
                                                       ("huaan", 1, 2, DISPATCHER.kid): SECOND}, keysets=[Keyset()])


def found(history, judge=None):
    """What each rule finds, by the rule's name."""
    judge = judge or Checker()
    said = {rule.__name__: list(rule(judge, history)) for rule in (*ALWAYS, *AT_REST)}
    return {name: wrong for name, wrong in said.items() if wrong}


BROKEN = []


def breaks(rule, sound=sound_history):
    """The function breaks a sound history in a way that `rule` must find."""
    def add(function):
        BROKEN.append(pytest.param(rule, sound, function, id=function.__name__.strip("_")))
        return function
    return add
