#!/usr/bin/python3
"""The story of a publication, judged from docs/protocol.md section 13 alone.

    judged = read_story(data, "01234 56789 …")      # raises peer.Refusal with the protocol's code

As a program: certwire_story.py FILE ROOT [MANIFEST] prints who approved and who signed what, or why not.
"""

import datetime
import sys

import certwire_peer as peer
from certwire_peer import (Entry, Keyset, check_fields, integer, listing, nested, one_of, or_null, refuse_unless,
                           text, time, unb64)

STATES = ("stored", "opened", "recalled", "refused")


def ascending(name):
    """A list of objects, each after the other by that field."""
    def check(value):
        names = [item[name] for item in value]
        return all(a < b for a, b in zip(names, names[1:]))
    return check


def both(*checks):
    return lambda v: all(check(v) for check in checks)


def base64_bytes(low, high):
    def check(value):
        try:
            return low <= len(unb64(value)) <= high
        except ValueError:
            return False
    return check


PUBLICATION = {
    "id": peer.pub_id, "kind": one_of("publish", "supersede", "recall"), "channel": peer.channel,
    "number": peer.number_text, "manifest": peer.digest_text, "body": peer.digest_text, "stream": peer.binary(24),
    "parts": integer(1, 4096), "audience": base64_bytes(1, 1024 * 1024), "issued_at": time,
    "keyset": integer(1, peer.INT31), "expires_at": or_null(time)}
RECEIPT = {
    "jws": text(1, 32768), "received_at": time, "settled_at": time,
    "states": both(listing(one_of(*STATES), 1, 4), lambda v: len(set(v)) == len(v))}
DEVICE = {
    "device": peer.device, "certificate": text(1, 2048), "revoked_at": or_null(time), "sealed_at": or_null(time),
    "receipts": listing(nested(RECEIPT), 0, 4)}
UNIT = {
    "unit": peer.unit, "name": text(1, 1024), "epoch": integer(1, peer.INT31), "number": integer(1, peer.INT31),
    "issued_at": time, "entry": listing(text(1, 8192), 0, 16),
    "state": one_of("owed", "settled", "expired", "recalled"), "ended_at": or_null(time),
    "ended_reason": or_null(text(0, 1024)),
    "devices": both(listing(nested(DEVICE), 0, 64), ascending("device"))}
OTHER = {
    "unit": peer.unit, "name": text(1, 1024),
    "standing": one_of("good", "candidate", "suspended", "revoked", "lapsed"), "why": text(0, 1024)}
STORY = {
    "certwire-story": integer(1, 1), "publication": nested(PUBLICATION),
    "keysets": listing(text(1, 65536), 1, 4096),
    "units": both(listing(nested(UNIT), 0, 100000), ascending("unit")),
    "others": both(listing(nested(OTHER), 0, 100000), ascending("unit"))}


class Judge:
    """A story whose parts are judged one after the other; what it found is in `editors` and `signed`."""

    def __init__(self, fields, root):
        self.fields, self.about = fields, fields["publication"]
        self.editors, self.signed = [], {}
        self.keysets = []
        for jws in fields["keysets"]:
            held = self.keysets[-1] if self.keysets else None
            refuse_unless(not held or peer.digest(jws.encode()) not in [k.digest for k in self.keysets], 702,
                          "a keyset twice")
            self.keysets.append(Keyset.accept(jws, held, root))
        self.newest = self.keysets[-1]
        self.keyset(self.about["keyset"])

    def keyset(self, version):
        named = [k for k in self.keysets if k.version == version]
        refuse_unless(named, 208, f"keyset {version} is not there")
        return named[0]

    def whole(self):
        for unit in self.fields["units"]:
            self.entries(unit)
            for device in unit["devices"]:
                self.device(unit, device)
            self.state(unit)
        units = {u["unit"] for u in self.fields["units"]}
        refuse_unless(not units & {o["unit"] for o in self.fields["others"]}, 702, "a unit on both lists")

    def entries(self, unit):
        believed, payloads = False, set()
        for jws in unit["entry"]:
            entry = Entry(jws)
            self.entry_is(unit, entry.fields)
            believed |= self.signer(entry)
            payloads.add(entry.jws.payload)
            refuse_unless(len(payloads) == 1, 702, "dispatchers signed different entries")
            named = self.keyset(entry.fields["keyset"])
            demanded = named.fields["channels"].get(self.about["channel"], {"approvals": 0})["approvals"]
            signatures = entry.fields["signatures"]
            peer.check_approvals(signatures, bytes.fromhex(self.about["manifest"]), self.newest,
                                 entry.fields["issued_at"], demanded)
            kids = [peer.Jws("certwire-manifest+jws", s, b"").kid for s in signatures]
            self.editors = self.editors or [self.newest.keys[k]["name"] for k in kids]
        refuse_unless(believed or not unit["entry"], 203, "nobody believed signed it")

    def signer(self, entry):
        key = self.newest.keys.get(entry.jws.kid, {})
        if key.get("role") == "dispatcher" and key["status"] == "compromised":
            return False
        entry.verify(self.newest)
        return True

    def entry_is(self, unit, entry):
        refuse_unless(entry["unit"] == unit["unit"], 204, "another unit's entry")
        same = {name: unit[name] for name in ("epoch", "number", "issued_at")}
        same |= {name: self.about[name] for name in ("kind", "manifest", "body", "stream", "parts")}
        same["publication"] = self.about["id"]
        for name, value in same.items():
            refuse_unless(entry.get(name) == value, 702, f"another {name}")
        refuse_unless(entry["issued_at"] >= self.about["issued_at"], 702, "entered before it was issued")

    def device(self, unit, device):
        certificate = peer.read_certificate(device["certificate"], self.newest)
        peer.check_certificate(certificate, unit["unit"], device["device"], certificate["not_before"])
        last, proven = 0, set()
        for receipt in device["receipts"]:
            fields = self.receipt(unit, device, certificate, receipt)
            refuse_unless(fields["number"] > last and not proven & set(receipt["states"]), 702, "receipts' order")
            last, proven = fields["number"], proven | set(receipt["states"])

    def receipt(self, unit, device, certificate, receipt):
        jws = peer.Jws("certwire-receipt+jws", receipt["jws"])
        fields = check_fields(peer.read_json(jws.payload, 601), peer.RECEIPT_FIELDS, 601)
        refuse_unless(fields["unit"] == unit["unit"], 604, "another unit's receipt")
        refuse_unless(fields["device"] == device["device"], 603, "another device's receipt")
        jws.verify(unb64(certificate["public"]))
        peer.check_certificate(certificate, unit["unit"], device["device"], receipt["received_at"])
        refuse_unless(device["revoked_at"] is None or device["revoked_at"] >= receipt["received_at"], 603, "revoked")
        for state in receipt["states"]:
            items = [i for i in fields["items"]
                     if i["publication"] == self.about["id"] and i["state"] == state]
            refuse_unless(items, 702, f"it does not say {state}")
            refuse_unless(items[0]["manifest"] == self.about["manifest"] and
                          (items[0]["epoch"], items[0]["entry"]) == (unit["epoch"], unit["number"]), 606,
                          "another manifest or entry")
            self.signed.setdefault((unit["unit"], device["device"]), {})[state] = items[0]["at"]
        return fields

    def state(self, unit):
        states = {s for d in unit["devices"] for r in d["receipts"] for s in r["states"]}
        settled = "stored" in states or (self.about["kind"] == "recall" and "recalled" in states)
        ended = unit["state"] in ("expired", "recalled")
        refuse_unless(unit["entry"] or not settled, 702, "receipts and no signed entry")
        refuse_unless(settled or unit["state"] != "settled", 702, "settled by nothing")
        refuse_unless(not settled or unit["state"] != "owed", 702, "owed, and stored")
        refuse_unless(ended == (unit["ended_at"] is not None) == (unit["ended_reason"] is not None), 702, "its end")

    def manifest(self, data):
        about = self.about
        refuse_unless(peer.digest(data).hex() == about["manifest"], 306, "another manifest")
        manifest = peer.read_manifest(data)
        refuse_unless((manifest["id"], manifest["kind"]) == (about["id"], about["kind"]), 307, "disagreement")
        refuse_unless((manifest["channel"], manifest["number"], manifest["expires_at"]) ==
                      (about["channel"], about["number"], about["expires_at"]) and
                      manifest["audience"] == peer.digest(unb64(about["audience"])).hex() and
                      (manifest["not_before"] is None or manifest["not_before"] <= about["issued_at"]), 702,
                      "not what the editors signed")
        peer.check_names([file["name"] for file in manifest["files"]])


def read_story(data, root, manifest=None):
    refuse_unless(len(data) <= 256 * 1024 * 1024, 701, "too large")
    judge = Judge(check_fields(peer.read_json(data, 701), STORY, 701), root)
    judge.whole()
    if manifest is not None:
        judge.manifest(manifest)
    return judge


def main(path, root, manifest=None):
    with open(path, "rb") as file:
        data = file.read()
    shown = None
    if manifest:
        with open(manifest, "rb") as file:
            shown = file.read()
    try:
        judge = read_story(data, root, shown)
    except peer.Refusal as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 3
    print(f"{judge.about['id']} approved by {', '.join(judge.editors)}")
    for unit in judge.fields["units"]:
        print(f"  {unit['unit']} {unit['epoch']}/{unit['number']}")
        for device in unit["devices"]:
            for state, at in judge.signed.get((unit["unit"], device["device"]), {}).items():
                print(f"    {device['device']} {state} {datetime.datetime.fromtimestamp(at, datetime.timezone.utc)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
