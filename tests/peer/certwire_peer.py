"""Certwire's wire in Python, written from docs/protocol.md alone, to show that the page suffices.

Nothing here touches the C code. Objects are plain dicts as they stand in JSON; reading one returns
the dict or raises Refusal with the protocol's code; making one never judges, so that a test can
forge whatever it likes. Needs PyNaCl (Debian's python3-nacl).

    device = Device("unit-a", "d1", Key.generate())
    password = device.token("broker.example:8883")          # for CONNECT
    message = device.sync(epoch=0, last=0)                  # for certwire/v1/unit/unit-a/sync
    entry, grants = read_offer(payload)
    content_key = open_grant(grants[("d1", device.key.kid)], publication, device.key)
    manifest, files = open_publication(entry, content_key, parts, keysets, now)
"""

import base64
import hashlib
import json
import os
import re
import struct
import time as clock
import unicodedata

import nacl.bindings as sodium
import nacl.exceptions

# Section 1: names, and the largest JWS of each type with its codes (malformed, wrong signature).
SLUG = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
TIME_MAX, INT31, INT53 = 253402300799, 2**31 - 1, 2**53 - 1
TYPES = {
    "certwire-keyset+jws": (65536, 511, 512),
    "certwire-request+jws": (2048, 521, 522),
    "certwire-device+jws": (2048, 521, 522),
    "certwire-connect+jwt": (1024, 101, 102),
    "certwire-manifest+jws": (512, 212, 212),
    "certwire-entry+jws": (8192, 202, 203),
    "certwire-head+jws": (20480, 501, 502),
    "certwire-sync+jws": (65536, 611, 612),
    "certwire-receipt+jws": (32768, 601, 602),
    "certwire-reply+jws": (32768, 621, 622),
}
PART, PART_PLAIN, PARTS_MAX = 32768, 32751, 4096
ZEROS = "0" * 64


class Refusal(Exception):
    """What the protocol refuses, with its code."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


def refuse_unless(condition, code, text):
    if not condition:
        raise Refusal(code, text)


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    """The bytes, or ValueError for any spelling but the one."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


# JSON, strictly


def _check_tree(value, depth=1):
    if isinstance(value, (dict, list)) and depth > 8:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_tree(name)
            _check_tree(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_tree(item, depth + 1)
    elif isinstance(value, str):
        value.encode()  # a lone surrogate is no character
        if "\0" in value:
            raise ValueError("U+0000")
    elif isinstance(value, int) and not -INT53 <= value <= INT53:
        raise ValueError("integer out of range")


def _no_number(text):
    raise ValueError(f"number {text}")


def _distinct(pairs):
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name appears twice")
    return names


def read_json(data, code):
    try:
        value = json.loads(bytes(data).decode(), parse_float=_no_number, parse_constant=_no_number,
                           object_pairs_hook=_distinct)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        _check_tree(value)
    except (ValueError, RecursionError) as error:
        raise Refusal(code, f"JSON: {error}") from None
    return value


def write_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# Checks of single fields: each takes a value and returns whether it is right.


def integer(low, high):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def text(low, high):
    return lambda v: isinstance(v, str) and low <= len(v.encode()) <= high


def matching(pattern, low=1, high=10**6):
    return lambda v: text(low, high)(v) and re.fullmatch(pattern, v, re.ASCII) is not None


def binary(size):
    def check(value):
        try:
            return len(unb64(value)) == size
        except ValueError:
            return False
    return check


def or_null(check):
    return lambda v: v is None or check(v)


def one_of(*words):
    return lambda v: isinstance(v, str) and v in words


def listing(check, low, high):
    return lambda v: isinstance(v, list) and low <= len(v) <= high and all(map(check, v))


def usable_key(value):
    return binary(32)(value) and sodium.crypto_core_ed25519_is_valid_point(unb64(value))


def has_control(value):
    """C0, C1, line ends and what changes the direction of writing."""
    return any(c in "\u061c\u200e\u200f\u2028\u2029" or "\u202a" <= c <= "\u202e" or
               "\u2066" <= c <= "\u2069" or unicodedata.category(c) == "Cc" for c in value)


def key_name(value):
    return text(1, 128)(value) and not has_control(value)


def ascending(low, high):
    """[[from, to], ...], ascending and apart."""
    def check(value):
        if not listing(listing(integer(low, high), 2, 2), 0, 64)(value):
            return False
        return all(a <= b for a, b in value) and all(
            left[1] + 1 < right[0] for left, right in zip(value, value[1:]))
    return check


def title(value):
    return text(1, 512)(value) and unicodedata.is_normalized("NFC", value) and not has_control(value)


version_1 = integer(1, 1)
time = integer(0, TIME_MAX)
unit = lambda v: matching(SLUG, 2, 32)(v) and v != "dispatcher"
device = matching(SLUG, 1, 16)
channel = matching(SLUG, 2, 32)
hexadecimal = lambda size: matching(r"[0-9a-f]+", 2 * size, 2 * size)
pub_id = serial = kid_text = hexadecimal(16)
digest_text = hexadecimal(32)
media_type = matching(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*", 3, 127)
language = matching(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", 2, 35)
number_text = matching(r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?", 1, 32)


def client_id(value):
    return matching(rf"{SLUG}\.{SLUG}")(value) and (
        unit(value.split(".")[0]) or value.split(".")[0] == "dispatcher") and device(
            value.split(".")[1])


def nested(fields, optional=()):
    def check(value):
        return isinstance(value, dict) and wrong_field(value, fields, optional) is None
    return check


def wrong_field(value, fields, optional=(), extensible=True):
    """The name of a field that is missing, unknown or wrong; None when all are right."""
    for name in value:
        if name not in fields and not (extensible and name.startswith("x-")):
            return name
    for name, check in fields.items():
        if name not in value:
            if name not in optional:
                return name
        elif not check(value[name]):
            return name
    return None


def check_fields(value, fields, code, optional=(), extensible=True):
    wrong = wrong_field(value, fields, optional, extensible)
    refuse_unless(wrong is None, code, f"field '{wrong}'")
    return value


# Keys


class Key:
    """An Ed25519 key pair."""

    def __init__(self, seed):
        self.seed = seed
        self.public, self.secret = sodium.crypto_sign_seed_keypair(seed)
        self.kid = kid(self.public)

    @classmethod
    def generate(cls):
        return cls(os.urandom(32))

    def sign(self, data):
        return sodium.crypto_sign(data, self.secret)[:64]


def kid(public):
    return digest(public)[:16].hex()


def fingerprint(public):
    return " ".join(f"{n % 100000:05}" for n in struct.unpack(">8I", digest(public)))


def verify(public, data, signature):
    try:
        sodium.crypto_sign_open(signature + data, public)
        return True
    except nacl.exceptions.BadSignatureError:
        return False


def read_key_file(data, passphrase=None):
    """(role, name, Key) of a key file's bytes."""
    match = re.fullmatch(
        rb"(certwire-key 1\nrole: ([a-z]+)\nname: ([^\n]{1,128})\npublic: ([\w-]{43})\n"
        rb"protection: (none|argon2id ([1-9][0-9]*) ([1-9][0-9]*) ([\w-]{22}))\n)"
        rb"secret: ([\w-]+)\n", data)
    refuse_unless(match, 901, "key file's lines")
    header, role, name, public, protection, operations, memory, salt, secret = match.groups()
    try:
        role, name, public, secret = role.decode(), name.decode(), unb64(public.decode()), unb64(
            secret.decode())
        salt = unb64(salt.decode()) if salt else b""
    except ValueError:
        raise Refusal(901, "key file's encoding") from None
    refuse_unless(role in ("root", "registrar", "editor", "dispatcher", "recovery", "device") and
                  key_name(name), 901, "role or name")
    refuse_unless(role != "device" or (client_id(name) and not name.startswith("dispatcher.")), 901,
                  "a device's name")
    if protection == b"none":
        refuse_unless(role in ("dispatcher", "device") and len(secret) == 32, 901, "unprotected")
        seed = secret
    else:
        operations, memory = int(operations), int(memory)
        refuse_unless(1 <= operations <= 10 and 2**23 <= memory <= 2**30 and len(secret) == 72, 901,
                      "protection")
        stretched = sodium.crypto_pwhash_alg(32, passphrase, salt, operations, memory,
                                             sodium.crypto_pwhash_ALG_ARGON2ID13)
        try:
            seed = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                secret[24:], header, secret[:24], stretched)
        except nacl.exceptions.CryptoError:
            raise Refusal(902, "passphrase") from None
    key = Key(seed)
    refuse_unless(key.public == public, 901, "secret is not the public key's")
    return role, name, key


# JWS


def jws_sign(typ, key, payload, header=None):
    """Signs bytes or a dict. `header` replaces the right one, for forging."""
    body = write_json(payload) if isinstance(payload, dict) else payload
    head = write_json(header or {"alg": "EdDSA", "typ": typ, "kid": key.kid})
    signed = f"{b64(head)}.{b64(body)}".encode()
    return (signed + b"." + b64(key.sign(signed)).encode()).decode()


def jws_sign_detached(typ, key, payload):
    head, _, signature = jws_sign(typ, key, payload).split(".")
    return f"{head}..{signature}"


def approve(key, manifest):
    """An editor's signature on a manifest's bytes."""
    return jws_sign_detached("certwire-manifest+jws", key, digest(manifest))


class Jws:
    """One taken apart; `payload` is not to be believed before `verify`."""

    def __init__(self, typ, data, detached_payload=None):
        limit, self.malformed, self.forged = TYPES[typ]
        data = data.encode() if isinstance(data, str) else bytes(data)
        refuse_unless(len(data) <= limit, self.malformed, "JWS too large")
        try:
            head, body, signature = data.decode("ascii").split(".")
            if detached_payload is not None:
                refuse_unless(body == "", self.malformed, "not detached")
                body = b64(detached_payload)
            header, self.payload, self.signature = unb64(head), unb64(body), unb64(signature)
        except ValueError:
            raise Refusal(self.malformed, "JWS is not three parts of base64url") from None
        check_fields(read_json(header, self.malformed),
                     {"alg": one_of("EdDSA"), "typ": one_of(typ), "kid": kid_text}, self.malformed,
                     extensible=False)
        refuse_unless(len(self.signature) == 64, self.malformed, "signature's length")
        self.kid = json.loads(header)["kid"]
        self.signed = f"{head}.{body}".encode()

    def verify(self, public):
        refuse_unless(kid(public) == self.kid and verify(public, self.signed, self.signature),
                      self.forged, "signature")


# Keyset (section 3)

KEY_FIELDS = {
    "public": usable_key,
    "role": one_of("editor", "registrar", "dispatcher", "recovery"),
    "name": key_name,
    "not_before": time,
    "not_after": time,
    "status": one_of("active", "retired", "compromised"),
    "since": time,
}
KEYSET_FIELDS = {
    "v": version_1,
    "version": integer(1, INT31),
    "issued_at": time,
    "expires_at": time,
    "previous": or_null(digest_text),
    "root": usable_key,
    "next_root": or_null(usable_key),
    "keys": listing(nested(KEY_FIELDS), 0, 128),
    "channels": lambda v: isinstance(v, dict) and len(v) <= 64 and all(map(channel, v)) and all(
        map(nested({"approvals": integer(1, 8)}), v.values())),
}


class Keyset:
    def __init__(self, data):
        """Reads a JWS and verifies that the root it names signed it."""
        self.jws = Jws("certwire-keyset+jws", data)
        self.fields = check_fields(read_json(self.jws.payload, 511), KEYSET_FIELDS, 511)
        self.version = self.fields["version"]
        self.root = unb64(self.fields["root"])
        publics = [key["public"] for key in self.fields["keys"]]
        refuse_unless(len(set(publics)) == len(publics), 511, "a key appears twice")
        refuse_unless((self.fields["previous"] is None) == (self.version == 1), 511, "previous")
        self.keys = {kid(unb64(key["public"])): key for key in self.fields["keys"]}
        self.digest = digest(data.encode() if isinstance(data, str) else data)

    @classmethod
    def accept(cls, data, held=None, pinned=None):
        new = cls(data)
        if held is None:
            refuse_unless(fingerprint(new.root) == pinned, 512, "not the pinned root")
        else:
            successor = held.fields["next_root"]
            refuse_unless(new.root == held.root or (successor and new.root == unb64(successor)), 512,
                          "neither the root nor its successor")
        new.jws.verify(new.root)
        if held is not None:
            refuse_unless(new.version > held.version, 513, "version")
            refuse_unless(new.version != held.version + 1 or
                          new.fields["previous"] == held.digest.hex(), 513, "previous")
        return new

    def key(self, key_id, role, at, code):
        """The public key that might sign in that role at that time."""
        key = self.keys.get(key_id)
        refuse_unless(key and key["role"] == role, code, f"no {role}'s key {key_id}")
        stolen = role == "dispatcher" and key["status"] == "compromised"
        refuse_unless(key["not_before"] <= at < key["not_after"] and not stolen and
                      (key["status"] == "active" or key["since"] > at), code, "key not valid")
        return unb64(key["public"])

    def verify(self, jws, role, at):
        jws.verify(self.key(jws.kid, role, at, jws.forged))


# Devices and tokens (sections 4, 5)

REQUEST_FIELDS = {"v": version_1, "unit": unit, "device": device, "public": usable_key,
                  "created_at": time}
CERTIFICATE_FIELDS = {"v": version_1, "unit": unit, "device": device, "public": usable_key,
                      "not_before": time, "not_after": time, "serial": serial}
TOKEN_FIELDS = {"sub": client_id, "aud": lambda v: text(1, 255)(v) and not has_control(v),
                "iat": time, "exp": time, "jti": binary(16)}


def read_request(data):
    jws = Jws("certwire-request+jws", data)
    fields = check_fields(read_json(jws.payload, 521), REQUEST_FIELDS, 521)
    jws.verify(unb64(fields["public"]))
    return fields


def read_certificate(data, keyset):
    jws = Jws("certwire-device+jws", data)
    fields = check_fields(read_json(jws.payload, 521), CERTIFICATE_FIELDS, 521)
    keyset.verify(jws, "registrar", fields["not_before"])
    return fields


def check_certificate(fields, unit_id, device_id, at):
    refuse_unless((fields["unit"], fields["device"]) == (unit_id, device_id) and
                  fields["not_before"] <= at < fields["not_after"], 523, "another device or time")


def read_token(data, public=None):
    """Reads, and with `public` verifies; times, audience and client are the broker's to judge."""
    jws = Jws("certwire-connect+jwt", data)
    fields = check_fields(read_json(jws.payload, 101), TOKEN_FIELDS, 101, extensible=False)
    refuse_unless(0 <= fields["exp"] - fields["iat"] <= 300, 101, "life")
    if public is not None:
        jws.verify(public)
    return fields


def judge_token(fields, client, user_name, audience, now):
    refuse_unless(fields["sub"] == client and client.split(".")[0] == user_name, 107, "client")
    refuse_unless(fields["aud"] == audience, 104, "audience")
    refuse_unless(fields["iat"] - 300 <= now <= fields["exp"] + 300, 106, "clock")


# Manifest, body, parts (section 6)

REFERENCE_FIELDS = {"relation": one_of("supersedes", "recalls"), "publication": pub_id}
FILE_FIELDS = {"name": text(1, 200), "type": media_type, "size": integer(0, INT53),
               "digest": digest_text}
MANIFEST_FIELDS = {
    "v": version_1,
    "id": pub_id,
    "salt": binary(32),
    "kind": text(1, 64),
    "channel": channel,
    "number": number_text,
    "title": title,
    "language": language,
    "created_at": time,
    "not_before": or_null(time),
    "expires_at": or_null(time),
    "audience": digest_text,
    "fields": lambda v: isinstance(v, dict) and len(v) <= 32 and all(map(text(1, 64), v)) and all(
        map(text(0, 4096), v.values())),
    "references": listing(nested(REFERENCE_FIELDS), 0, 16),
    "files": listing(nested(FILE_FIELDS), 0, 64),
}


def read_manifest(data, max_bytes=67108864):
    refuse_unless(len(data) <= 262144, 310, "manifest too large")
    fields = read_json(data, 305)
    for name, limit in (("fields", 32), ("references", 16), ("files", 64)):
        refuse_unless(not isinstance(fields.get(name), (list, dict)) or len(fields[name]) <= limit,
                      310, f"too many {name}")
    check_fields(fields, MANIFEST_FIELDS, 305)
    refuse_unless(fields["kind"] in ("publish", "supersede", "recall"), 310, "kind")
    refuse_unless(all(file["size"] <= 67108864 for file in fields["files"]), 310, "file's size")
    refuse_unless(fields["files"] or fields["kind"] == "recall", 305, "no files")
    refuse_unless(sum(file["size"] for file in fields["files"]) <= max_bytes, 310, "total size")
    return fields


def check_names(names):
    folded = set()
    for name in names:
        refuse_unless(text(1, 200)(name) and unicodedata.is_normalized("NFC", name) and
                      not any(c in '/\\<>:"|?*' or unicodedata.category(c) in ("Cc", "Cf")
                              for c in name) and
                      name[0] not in ".- " and name[-1] not in ". ", 308, "file name")
        folded.add(unicodedata.normalize("NFC", name.casefold()))
    refuse_unless(len(folded) == len(names), 308, "two names differ in case at most")


def padded(count):
    if count <= 8:
        return count
    exponent = count.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-count // step) * step


def count_parts(manifest_size, files_size):
    return padded(-(-(4 + manifest_size + files_size) // PART_PLAIN))


def seal_body(manifest, files, content_key, parts=None, final=None):
    """{stream, parts, body}: the header, the list of parts and the digest. Takes bytes."""
    plain = struct.pack(">I", len(manifest)) + manifest + b"".join(files)
    count = parts or count_parts(len(manifest), sum(map(len, files)))
    plain = plain.ljust(count * PART_PLAIN, b"\0")
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, content_key)
    sealed = []
    for index in range(count):
        tag = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        if index + 1 == count:
            tag = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL if final is None else final
        sealed.append(sodium.crypto_secretstream_xchacha20poly1305_push(
            state, plain[index * PART_PLAIN:(index + 1) * PART_PLAIN], tag=tag))
    return {"stream": header, "parts": sealed, "body": digest(header + b"".join(sealed))}


def open_body(header, parts, content_key, expected):
    """The plaintext."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, content_key)
    plain = []
    for index, part in enumerate(parts):
        try:
            data, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, part)
        except (nacl.exceptions.CryptoError, RuntimeError):
            raise Refusal(302, f"part {index}") from None
        last = index + 1 == len(parts)
        refuse_unless(tag == (sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL if last else
                              sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE), 304, "end")
        plain.append(data)
    refuse_unless(digest(header + b"".join(parts)) == expected, 303, "body's digest")
    return b"".join(plain)


def pack_part(publication, index, count, part):
    return struct.pack(">B16sII", 1, bytes.fromhex(publication), index, count) + part


def unpack_part(message):
    """(publication, index, count, part)"""
    refuse_unless(len(message) == 25 + PART, 301, "part's length")
    version, publication, index, count = struct.unpack(">B16sII", message[:25])
    refuse_unless(version == 1 and 1 <= count <= PARTS_MAX and index < count, 301, "part's header")
    return publication.hex(), index, count, message[25:]


def seal_grant(publication, content_key, public):
    curve = sodium.crypto_sign_ed25519_pk_to_curve25519(public)
    return sodium.crypto_box_seal(bytes.fromhex(publication) + content_key, curve)


def open_grant(sealed, publication, key):
    """The content key."""
    try:
        plain = sodium.crypto_box_seal_open(
            sealed, sodium.crypto_sign_ed25519_pk_to_curve25519(key.public),
            sodium.crypto_sign_ed25519_sk_to_curve25519(key.secret))
    except (nacl.exceptions.CryptoError, nacl.exceptions.TypeError, ValueError):
        raise Refusal(210, "grant does not open") from None
    refuse_unless(len(plain) == 48 and plain[:16].hex() == publication, 210, "another publication")
    return plain[16:]


# Entry and offer (sections 7, 8)

ENTRY_COMMON = {"v": version_1, "unit": unit, "epoch": integer(1, INT31), "number": integer(1, INT31),
                "kind": one_of("publish", "supersede", "recall", "void"), "previous": digest_text,
                "keyset": integer(1, INT31), "issued_at": time}
ENTRY_PUBLICATION = {"publication": pub_id, "manifest": digest_text, "body": digest_text,
                     "stream": binary(24), "parts": integer(1, PARTS_MAX),
                     "signatures": listing(text(1, 512), 1, 8)}


class Entry:
    def __init__(self, data):
        self.jws = Jws("certwire-entry+jws", data)
        self.fields = read_json(self.jws.payload, 202)
        if self.fields.get("kind") == "void":
            check_fields(self.fields, {**ENTRY_COMMON, "target": integer(1, INT31)}, 202,
                         optional=("target",))
            refuse_unless(self.fields.get("target", 0) < self.fields["number"], 202, "target")
        else:
            check_fields(self.fields, {**ENTRY_COMMON, **ENTRY_PUBLICATION, "entered_at": time}, 202,
                         optional=("entered_at",))
        refuse_unless((self.fields["previous"] == ZEROS) == (self.fields["number"] == 1), 202,
                      "previous")
        refuse_unless(self.fields.get("entered_at", INT53) > self.fields["issued_at"], 202,
                      "entered_at")
        self.digest = digest(self.jws.payload)

    def verify(self, newest):
        refuse_unless(self.fields["keyset"] <= newest.version, 208, "keyset")
        key = newest.keys.get(self.jws.kid, {"not_before": 0})
        at = self.fields.get("entered_at", self.fields["issued_at"])
        newest.verify(self.jws, "dispatcher", max(at, key["not_before"]))

    def check_owner(self, unit_id, epoch):
        refuse_unless(self.fields["unit"] == unit_id, 204, "unit")
        refuse_unless(self.fields["epoch"] >= epoch, 205, "epoch")

    def check_next(self, following):
        mine, its = self.fields, following.fields
        refuse_unless((mine["unit"], mine["epoch"], mine["number"] + 1) ==
                      (its["unit"], its["epoch"], its["number"]) and
                      its["previous"] == self.digest.hex(), 206, "chain")


GRANT_FIELDS = {"device": device, "kid": kid_text, "sealed": binary(96)}
OFFER_FIELDS = {"v": version_1, "entry": text(1, 8192),
                "grants": listing(nested(GRANT_FIELDS), 0, 16)}


def read_offer(data):
    """(the entry's JWS, {(device, kid): sealed})"""
    refuse_unless(len(data) <= 65536, 201, "offer too large")
    fields = check_fields(read_json(data, 201), OFFER_FIELDS, 201)
    grants = {(g["device"], g["kid"]): unb64(g["sealed"]) for g in fields["grants"]}
    refuse_unless(len(grants) == len(fields["grants"]), 201, "a grant appears twice")
    return fields["entry"], grants


def check_approvals(signatures, manifest_digest, newest, at, demanded):
    names = set()
    for signature in signatures:
        jws = Jws("certwire-manifest+jws", signature, manifest_digest)
        refuse_unless(jws.kid in newest.keys, 213, "no key of the keyset")
        jws.verify(unb64(newest.keys[jws.kid]["public"]))
        newest.key(jws.kid, "editor", at, 213)
        names.add(newest.keys[jws.kid]["name"])
    refuse_unless(demanded and len(names) >= demanded, 211, "too few editors")


def open_publication(entry, content_key, parts, keysets, now=None, max_bytes=67108864):
    """(manifest, [bytes of each file]), in the order of section 8. `keysets` ascending."""
    fields = entry.fields
    plain = open_body(unb64(fields["stream"]), parts, content_key, bytes.fromhex(fields["body"]))
    size = struct.unpack(">I", plain[:4])[0]
    refuse_unless(1 <= size <= 262144 and 4 + size <= len(plain), 305, "manifest's length")
    data = plain[4:4 + size]
    manifest = read_manifest(data, max_bytes)
    refuse_unless(digest(data).hex() == fields["manifest"], 306, "manifest's digest")
    total = sum(file["size"] for file in manifest["files"])
    refuse_unless(manifest["id"] == fields["publication"] and manifest["kind"] == fields["kind"] and
                  count_parts(size, total) == fields["parts"] == len(parts), 307, "disagreement")
    named = [k for k in keysets if k.version == fields["keyset"]]
    refuse_unless(named, 208, "keyset not held")
    rule = named[0].fields["channels"].get(manifest["channel"], {"approvals": 0})
    check_approvals(fields["signatures"], digest(data), keysets[-1], fields["issued_at"], rule["approvals"])
    refuse_unless(now is None or manifest["expires_at"] is None or now <= manifest["expires_at"], 311,
                  "expired")
    check_names([file["name"] for file in manifest["files"]])
    at, files = 4 + size, []
    for file in manifest["files"]:
        files.append(plain[at:at + file["size"]])
        at += file["size"]
        refuse_unless(len(files[-1]) == file["size"] and
                      digest(files[-1]).hex() == file["digest"], 309, "file")
    refuse_unless(not plain[at:].strip(b"\0"), 312, "padding")
    return manifest, files


# Receipt, sync, head (sections 9, 10)

ITEM_FIELDS = {"publication": pub_id, "epoch": integer(1, INT31), "entry": integer(1, INT31),
               "manifest": digest_text, "state": one_of("stored", "opened", "recalled", "refused"),
               "code": integer(200, 499), "at": time}


def receipt_item(value):
    return nested(ITEM_FIELDS, ("code",))(value) and (
        "code" in value) == (value["state"] == "refused")


RECEIPT_FIELDS = {"v": version_1, "unit": unit, "device": device, "number": integer(1, INT53),
                  "sent_at": time, "items": listing(receipt_item, 1, 64)}
MISSING_FIELDS = {"publication": pub_id, "parts": ascending(0, PARTS_MAX - 1)}
INCIDENT_FIELDS = {"code": integer(100, 999), "count": integer(1, INT31)}
SYNC_FIELDS = {
    "v": version_1,
    "unit": unit,
    "device": device,
    "nonce": binary(16),
    "sent_at": time,
    "epoch": integer(0, INT31),
    "last": integer(0, INT31),
    "have": ascending(1, INT31),
    "grants": listing(integer(1, INT31), 0, 64),
    "missing": listing(nested(MISSING_FIELDS), 0, 16),
    "receipts": integer(0, INT53),
    "keyset": integer(0, INT31),
    "incidents": listing(nested(INCIDENT_FIELDS), 0, 16),
}
SETTLED_FIELDS = {"settled": integer(0, INT53)}
REFUSED_FIELDS = {"device": device, "number": integer(1, INT53), "code": integer(100, 999)}
CHANNEL_FIELDS = {"since": or_null(time), "reason": text(1, 256)}
HEAD_FIELDS = {
    "v": version_1,
    "unit": unit,
    "device": or_null(device),
    "nonce": or_null(binary(16)),
    "time": time,
    "epoch": integer(1, INT31),
    "last": integer(0, INT31),
    "digest": digest_text,
    "standing": one_of("good", "candidate", "suspended", "revoked", "lapsed"),
    "since": time,
    "reason": text(0, 1024),
    "channels": lambda v: isinstance(v, dict) and len(v) <= 16 and all(map(channel, v)) and all(
        map(or_null(nested(CHANNEL_FIELDS)), v.values())),
    "keyset": integer(0, INT31),
    "checkpoint": or_null(nested({"sequence": integer(0, INT53), "digest": digest_text})),
    "devices": lambda v: isinstance(v, dict) and len(v) <= 16 and all(map(device, v)) and all(
        map(nested(SETTLED_FIELDS), v.values())),
    "refused": listing(nested(REFUSED_FIELDS), 0, 16),
}


def read_receipt(data, public):
    jws = Jws("certwire-receipt+jws", data)
    fields = check_fields(read_json(jws.payload, 601), RECEIPT_FIELDS, 601)
    jws.verify(public)
    return fields


def read_sync(data, public):
    jws = Jws("certwire-sync+jws", data)
    fields = check_fields(read_json(jws.payload, 611), SYNC_FIELDS, 611)
    refuse_unless(not fields["have"] or fields["have"][0][0] > fields["last"], 611, "have")
    jws.verify(public)
    return fields


def read_head(data, newest, unit_id=None, epoch=0):
    jws = Jws("certwire-head+jws", data)
    fields = check_fields(read_json(jws.payload, 501), HEAD_FIELDS, 501)
    refuse_unless((fields["device"] is None) == (fields["nonce"] is None), 501, "echo")
    refuse_unless((fields["digest"] == ZEROS) == (fields["last"] == 0), 501, "digest")
    newest.verify(jws, "dispatcher", fields["time"])
    refuse_unless((unit_id is None or fields["unit"] == unit_id) and fields["epoch"] >= epoch, 503,
                  "unit or epoch")
    return fields


# Replies (section 14)

REPLY_CONTENT, REPLY_SEALED, REPLY_GRANT = 3072, 24 + 3072 + 16, 80
REPLY_FIELDS = {
    "v": version_1, "unit": unit, "device": device, "number": integer(1, INT53), "sent_at": time,
    "keys": lambda v: isinstance(v, dict) and 1 <= len(v) <= 128 and all(map(kid_text, v)) and all(
        map(binary(REPLY_GRANT), v.values())),
    "content": binary(REPLY_SEALED),
}
CONTENT_FIELDS = {
    "v": version_1, "unit": unit, "device": device, "number": integer(1, INT53), "publication": pub_id,
    "manifest": digest_text, "answer": one_of("accept", "decline", "interest"), "seats": integer(1, 1000),
    "note": lambda v: text(0, 1024)(v) and not has_control(v), "at": time,
}


def read_reply(data, public):
    jws = Jws("certwire-reply+jws", data)
    fields = check_fields(read_json(jws.payload, 621), REPLY_FIELDS, 621)
    jws.verify(public)
    return fields


def open_reply(fields, key):
    """What a reply says, for an editor or the recovery key."""
    try:
        content_key = sodium.crypto_box_seal_open(
            unb64(fields["keys"][key.kid]), sodium.crypto_sign_ed25519_pk_to_curve25519(key.public),
            sodium.crypto_sign_ed25519_sk_to_curve25519(key.secret))
        sealed = unb64(fields["content"])
        plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], None, sealed[:24], content_key)
    except (KeyError, nacl.exceptions.CryptoError, nacl.exceptions.TypeError, ValueError):
        raise Refusal(625, "reply does not open") from None
    text_bytes, _, padding = plain.partition(b"\0")
    refuse_unless(not padding.strip(b"\0"), 626, "padding")
    content = check_fields(read_json(text_bytes, 626), CONTENT_FIELDS, 626, optional=("seats",))
    refuse_unless(("seats" in content) == (content["answer"] == "accept"), 626, "seats")
    refuse_unless(all(content[n] == fields[n] for n in ("unit", "device", "number")), 627, "another reply's")
    return content


def seal_reply(content, publics):
    """The fields `keys` and `content` of a reply, sealed to these public keys."""
    plain = write_json(content).ljust(REPLY_CONTENT, b"\0")
    content_key, nonce = os.urandom(32), os.urandom(24)
    return {"keys": {kid(p): b64(sodium.crypto_box_seal(
        content_key, sodium.crypto_sign_ed25519_pk_to_curve25519(p))) for p in publics},
        "content": b64(nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, None, nonce, content_key))}


class Device:
    """One device of a unit (or a dispatcher): what it signs. Any field can be overridden by name."""

    def __init__(self, unit_id, device_id, key):
        self.unit, self.device, self.key = unit_id, device_id, key
        self.client_id = f"{unit_id}.{device_id}"

    def _sign(self, typ, fields, override):
        return jws_sign(typ, self.key, {**fields, **override})

    def request(self, **override):
        return self._sign("certwire-request+jws", {
            "v": 1, "unit": self.unit, "device": self.device, "public": b64(self.key.public),
            "created_at": int(clock.time())}, override)

    def token(self, audience, now=None, **override):
        now = int(clock.time()) if now is None else now
        return self._sign("certwire-connect+jwt", {
            "sub": self.client_id, "aud": audience, "iat": now, "exp": now + 300,
            "jti": b64(os.urandom(16))}, override)

    def sync(self, **override):
        return self._sign("certwire-sync+jws", {
            "v": 1, "unit": self.unit, "device": self.device, "nonce": b64(os.urandom(16)),
            "sent_at": int(clock.time()), "epoch": 0, "last": 0, "have": [], "grants": [],
            "missing": [], "receipts": 0, "keyset": 0, "incidents": []}, override)

    def receipt(self, number, items, **override):
        return self._sign("certwire-receipt+jws", {
            "v": 1, "unit": self.unit, "device": self.device, "number": number,
            "sent_at": int(clock.time()), "items": items}, override)

    def reply(self, number, publics, content, **override):
        """`content`: publication, manifest, answer, seats, note, at."""
        inner = {"v": 1, "unit": self.unit, "device": self.device, "number": number, **content}
        return self._sign("certwire-reply+jws", {
            "v": 1, "unit": self.unit, "device": self.device, "number": number,
            "sent_at": int(clock.time()), **seal_reply(inner, publics)}, override)

    def item(self, entry, state="stored", **override):
        """An item of a receipt for an Entry."""
        fields = entry.fields
        return {"publication": fields["publication"], "epoch": fields["epoch"],
                "entry": fields["number"], "manifest": fields["manifest"], "state": state,
                "at": int(clock.time()), **override}
