"""Objects of docs/protocol.md as an attacker would make them: true in all but what a test changes.

Over tests/peer/certwire_peer.py, which makes and reads each object; here are only the whole ones that
the peer, being a unit's side, has no need of, and shorter ways to say things.
"""

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import certwire_peer as peer
from certwire_peer import Key, b64, digest, unb64  # noqa: F401  (for the tests)


def now():
    return int(time.time())


def new_id():
    return secrets.token_hex(16)


def load_key(path, passphrase_file=None):
    passphrase = Path(passphrase_file).read_bytes().split(b"\n")[0] if passphrase_file else None
    return peer.read_key_file(Path(path).read_bytes(), passphrase)[2]


def payload_bytes(text):
    return unb64(text.split(".")[1])


def payload_of(text):
    return json.loads(payload_bytes(text))


def jws(typ, key, payload, kid=None):
    """Signed by `key`; `kid` has the header name another key."""
    return peer.jws_sign(typ, key, payload, {"alg": "EdDSA", "typ": typ, "kid": kid or key.kid})


def connect_token(key, client_id, audience, kid=None, lifetime=300, **claims):
    return jws("certwire-connect+jwt", key, {
        "sub": client_id, "aud": audience, "iat": now(), "exp": now() + lifetime,
        "jti": b64(secrets.token_bytes(16)), **claims}, kid)


@dataclass
class Body:
    content_key: bytes
    stream: bytes
    parts: list
    digest: bytes


def seal_body(manifest, files, final=None, tail=b""):
    key = secrets.token_bytes(32)
    sealed = peer.seal_body(manifest, [*files, tail], key, final=final)
    return Body(key, sealed["stream"], sealed["parts"], sealed["body"])


def manifest(publication, files, channel="weekly", number="2026-66", **changes):
    """The bytes of a manifest of {name: bytes}, any field changed."""
    return peer.write_json({
        "v": 1, "id": publication, "salt": b64(secrets.token_bytes(32)), "kind": "publish",
        "channel": channel, "number": number, "title": "伪造的一期", "language": "zh-CN",
        "created_at": now(), "not_before": None, "expires_at": None,
        "audience": digest(b'{"v":1,"rule":"entitled"}').hex(), "fields": {}, "references": [],
        "files": [{"name": name, "type": "application/octet-stream", "size": len(content),
                   "digest": digest(content).hex()} for name, content in files.items()],
        **changes})


def approval(key, manifest_bytes):
    return peer.approve(key, manifest_bytes)


def entry(key, unit, number, previous, *, publication, manifest_bytes, body, signatures, kid=None,
          **changes):
    return jws("certwire-entry+jws", key, {
        "v": 1, "unit": unit, "epoch": 1, "number": number, "kind": "publish",
        "previous": previous, "keyset": 1, "issued_at": now(), "publication": publication,
        "manifest": digest(manifest_bytes).hex(), "body": body.digest.hex(),
        "stream": b64(body.stream), "parts": len(body.parts), "signatures": signatures,
        **changes}, kid)


def offer(entry_jws, grants):
    return peer.write_json({"v": 1, "entry": entry_jws, "grants": grants})


def grant(device, public, publication, content_key):
    return {"device": device, "kid": peer.kid(public),
            "sealed": b64(peer.seal_grant(publication, content_key, public))}


def receipt(key, unit, device, number, items, kid=None):
    return jws("certwire-receipt+jws", key, {
        "v": 1, "unit": unit, "device": device, "number": number, "sent_at": now(),
        "items": items}, kid)


def sync(key, unit, device):
    return peer.Device(unit, device, key).sync()


def head(key, unit, device, nonce, kid=None, **changes):
    return jws("certwire-head+jws", key, {
        "v": 1, "unit": unit, "device": device, "nonce": nonce, "time": now(), "epoch": 1,
        "last": 0, "digest": "0" * 64, "standing": "good", "since": now(), "reason": "",
        "channels": {}, "keyset": 1, "checkpoint": None, "devices": {}, "refused": [], **changes}, kid)
