"""Objects of docs/protocol.md made and read by hand: the tests' means to check what our programs say
and to forge what they must refuse. Nothing here checks more than it is asked to."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from nacl import bindings, pwhash
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

PART_PLAIN = 32751
TAG_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
TAG_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def now():
    return int(time.time())


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Key:
    def __init__(self, seed=None):
        self.signing = SigningKey(seed or secrets.token_bytes(32))
        self.public = bytes(self.signing.verify_key)
        self.kid = digest(self.public)[:16].hex()

    @classmethod
    def load(cls, path, passphrase_file=None):
        """The key in one of our key files."""
        text = Path(path).read_text(encoding="utf-8")
        lines = dict(line.split(": ", 1) for line in text.splitlines()[1:])
        secret = unb64u(lines["secret"])
        if lines["protection"] == "none":
            return cls(secret)
        kind, operations, memory, salt = lines["protection"].split()
        assert kind == "argon2id"
        passphrase = Path(passphrase_file).read_bytes().split(b"\n")[0]
        wrapping = pwhash.argon2id.kdf(32, passphrase, unb64u(salt), opslimit=int(operations),
                                       memlimit=int(memory))
        return cls(bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            secret[24:], text.partition("secret:")[0].encode(), secret[:24], wrapping))

    def unseal(self, sealed):
        """The plaintext of a sealed box for this key; None when it does not open."""
        try:
            return SealedBox(self.signing.to_curve25519_private_key()).decrypt(sealed)
        except Exception:  # whatever a wrong box raises
            return None


def seal_to(public, plain):
    return SealedBox(VerifyKey(public).to_curve25519_public_key()).encrypt(plain)


# ---- JWS


def jws(typ, key, payload, kid=None, detached=False):
    payload = payload if isinstance(payload, bytes) else dump(payload)
    header = b64u(dump({"alg": "EdDSA", "typ": typ, "kid": kid or key.kid}))
    signed = f"{header}.{b64u(payload)}"
    signature = b64u(key.signing.sign(signed.encode()).signature)
    return f"{header}..{signature}" if detached else f"{signed}.{signature}"


def payload_bytes(text):
    return unb64u(text.split(".")[1])


def payload_of(text):
    return json.loads(payload_bytes(text))


def header_of(text):
    return json.loads(unb64u(text.split(".")[0]))


def verified(text, typ, public, payload=None):
    """The payload's bytes after verification; raises when the signature is wrong."""
    header, middle, signature = text.split(".")
    middle = middle or b64u(payload)
    assert header_of(text) == {"alg": "EdDSA", "typ": typ, "kid": digest(public)[:16].hex()}
    VerifyKey(public).verify(f"{header}.{middle}".encode(), unb64u(signature))
    return unb64u(middle)


def connect_token(key, client_id, audience, issued_at=None, lifetime=300, jti=None, kid=None):
    issued_at = now() if issued_at is None else issued_at
    return jws("certwire-connect+jwt", key, {
        "sub": client_id, "aud": audience, "iat": issued_at, "exp": issued_at + lifetime,
        "jti": jti or b64u(secrets.token_bytes(16))}, kid=kid)


# ---- Publications


@dataclass
class Body:
    content_key: bytes
    stream: bytes
    parts: list
    digest: bytes = field(init=False)

    def __post_init__(self):
        self.digest = digest(self.stream + b"".join(self.parts))


def padded_count(size):
    """The number of parts for so many bytes of plaintext (Padmé above 8)."""
    n = max(1, -(-size // PART_PLAIN))
    if n <= 8:
        return n
    e = n.bit_length() - 1
    step = 1 << (e - e.bit_length())
    return -(-n // step) * step


def seal_body(manifest, files, final=True, tail=b""):
    plain = len(manifest).to_bytes(4, "big") + manifest + b"".join(files) + tail
    count = padded_count(len(plain))
    plain = plain.ljust(count * PART_PLAIN, b"\0")
    key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    stream = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    parts = []
    for n in range(count):
        tag = TAG_FINAL if final and n == count - 1 else TAG_MESSAGE
        parts.append(bindings.crypto_secretstream_xchacha20poly1305_push(
            state, plain[n * PART_PLAIN:(n + 1) * PART_PLAIN], None, tag))
    return Body(key, stream, parts)


def open_body(content_key, stream, parts):
    """(manifest, {name: bytes}) of all parts in order."""
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, stream, content_key)
    plain, tag = bytearray(), None
    for part in parts:
        piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, part)
        plain += piece
    assert tag == TAG_FINAL
    at = 4 + int.from_bytes(plain[:4], "big")
    manifest, files = json.loads(plain[4:at]), {}
    for file in manifest["files"]:
        files[file["name"]] = bytes(plain[at:at + file["size"]])
        at += file["size"]
    return manifest, files


def part_message(publication, index, count, part):
    return (b"\x01" + bytes.fromhex(publication) + index.to_bytes(4, "big")
            + count.to_bytes(4, "big") + part)


def manifest(publication, files, channel="weekly", number="2026-66", **changes):
    """The bytes of a manifest of {name: bytes}, any field changed."""
    return dump({
        "v": 1, "id": publication, "salt": b64u(secrets.token_bytes(32)), "kind": "publish",
        "channel": channel, "number": number, "title": "伪造的一期", "language": "zh-CN",
        "created_at": now(), "not_before": None, "expires_at": None,
        "audience": digest(b'{"v":1,"rule":"entitled"}').hex(), "fields": {}, "references": [],
        "files": [{"name": name, "type": "application/octet-stream", "size": len(content),
                   "digest": digest(content).hex()} for name, content in files.items()],
        **changes})


def approval(key, manifest_bytes):
    return jws("certwire-manifest+jws", key, manifest_bytes, detached=True)


def entry(key, unit, number, previous, *, publication, manifest_bytes, body, signatures, epoch=1,
          keyset=1, kid=None, body_digest=None, **changes):
    return jws("certwire-entry+jws", key, {
        "v": 1, "unit": unit, "epoch": epoch, "number": number, "kind": "publish",
        "previous": previous, "keyset": keyset, "issued_at": now(), "publication": publication,
        "manifest": digest(manifest_bytes).hex(), "body": body_digest or body.digest.hex(),
        "stream": b64u(body.stream), "parts": len(body.parts), "signatures": signatures,
        **changes}, kid=kid)


def offer(entry_jws, grants):
    return dump({"v": 1, "entry": entry_jws, "grants": grants})


def grant(device, public, publication, content_key):
    return {"device": device, "kid": digest(public)[:16].hex(),
            "sealed": b64u(seal_to(public, bytes.fromhex(publication) + content_key))}


def receipt(key, unit, device, number, items, kid=None):
    return jws("certwire-receipt+jws", key, {
        "v": 1, "unit": unit, "device": device, "number": number, "sent_at": now(),
        "items": items}, kid=kid)


def head(key, unit, device, nonce, kid=None, **changes):
    return jws("certwire-head+jws", key, {
        "v": 1, "unit": unit, "device": device, "nonce": nonce, "time": now(), "epoch": 1,
        "last": 0, "digest": "0" * 64, "standing": "good", "since": now(), "reason": "",
        "keyset": 1, "checkpoint": None, "devices": {}, "refused": [], **changes}, kid=kid)
