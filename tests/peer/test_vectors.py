#!/usr/bin/python3
"""Every vector of tests/vectors, judged by certwire_peer: the same codes as the C code gives.

Usage: test_vectors.py FOLDER
"""

import json
import os
import sys

import certwire_peer as peer
from certwire_story import read_story


class Case:
    """One case's fields, before those that all cases of its file share."""

    def __init__(self, folder, context, item):
        self.folder, self.fields = folder, {**context, **item}
        self.data = item["text"].encode() if "text" in item else peer.unb64(item["bytes"])

    def __getattr__(self, name):
        return self.fields[name]

    def binary(self, name):
        return peer.unb64(self.fields[name])


def own_keyset(text):
    """A keyset of ours, judged from its own root."""
    return peer.Keyset.accept(text, pinned=peer.fingerprint(peer.Keyset(text).root))


def keyset(case):
    peer.Keyset.accept(case.data, own_keyset(case.held) if case.held else None, case.pinned)


def certificate(case):
    fields = peer.read_certificate(case.data, own_keyset(case.keyset))
    peer.check_certificate(fields, case.unit, case.device, case.at)


def token(case):
    fields = peer.read_token(case.data)
    peer.refuse_unless(fields["sub"] == case.client_id and
                       case.client_id.split(".")[0] == case.user_name, 107, "client")
    peer.read_token(case.data, case.binary("public"))
    peer.judge_token(fields, case.client_id, case.user_name, case.audience, case.now)


def manifest(case):
    peer.check_names([file["name"] for file in peer.read_manifest(case.data)["files"]])


def approval(case):
    peer.check_approvals([case.data.decode()], peer.digest(case.binary("manifest")), own_keyset(case.keyset),
                         case.at, 1)


def entry(case):
    read = peer.Entry(case.data)
    read.verify(own_keyset(case.keyset))
    read.check_owner(case.unit, case.epoch)
    if case.before:
        peer.Entry(case.before).check_next(read)


def grant(case):
    key = peer.open_grant(case.data, case.publication, peer.Key(case.binary("seed")))
    assert key == case.binary("content_key")


def part(case):
    peer.unpack_part(case.data.ljust(case.size, b"\0")[:case.size])


def publication(case):
    read = peer.Entry(case.data)
    with open(os.path.join(case.folder, case.parts), "rb") as file:
        data = file.read()
    parts = [data[at:at + peer.PART] for at in range(0, len(data), peer.PART)]
    parts = parts[:read.fields["parts"]]
    peer.open_publication(read, case.binary("content_key"), parts, [own_keyset(case.keyset)],
                          case.now)


def story(case):
    read_story(case.data, case.root, case.binary("manifest") if case.manifest else None)


def value(case):
    if case.name == "key":
        assert peer.kid(case.data) == case.kid
        assert peer.fingerprint(case.data) == case.fingerprint
    elif case.name == "file name":
        try:
            peer.check_names([case.data.decode()])
        except UnicodeDecodeError:
            raise peer.Refusal(308, "not UTF-8") from None
    else:
        assert peer.padded(case.count) == case.padded, case.count


JUDGES = {
    "keyset": keyset,
    "request": lambda case: peer.read_request(case.data),
    "certificate": certificate,
    "token": token,
    "manifest": manifest,
    "approval": approval,
    "part": part,
    "entry": entry,
    "offer": lambda case: peer.read_offer(case.data),
    "grant": grant,
    "receipt": lambda case: peer.read_receipt(case.data, case.binary("public")),
    "reply": lambda case: peer.read_reply(case.data, case.binary("public")),
    "answer": lambda case: peer.open_reply(peer.read_reply(case.data, case.binary("public")),
                                           peer.Key(case.binary("seed"))),
    "sync": lambda case: peer.read_sync(case.data, case.binary("public")),
    "head": lambda case: peer.read_head(case.data, own_keyset(case.keyset), case.unit, case.epoch),
    "publication": publication,
    "story": story,
    "keyfile": lambda case: peer.read_key_file(case.data, case.passphrase.encode()),
    "value": value,
}


def judge(judge_one, case):
    try:
        judge_one(case)
    except peer.Refusal as refusal:
        return refusal.code, str(refusal)
    return 0, "accepted"


def main(folder):
    wrong = total = 0
    for object_name, judge_one in JUDGES.items():
        with open(os.path.join(folder, f"{object_name}.json"), encoding="utf-8") as file:
            vectors = json.load(file)
        for item in vectors["cases"]:
            case = Case(folder, vectors["context"], item)
            code, why = judge(judge_one, case)
            total += 1
            if code != item["code"]:
                wrong += 1
                print(f"{object_name}, '{item['name']}': {code}, not {item['code']} ({why})")
    unread = {name[:-5] for name in os.listdir(folder) if name.endswith(".json")} - set(JUDGES)
    if unread:
        print(f"vectors that nobody reads: {', '.join(sorted(unread))}")
    print(f"{total - wrong} of {total} vectors hold")
    return 1 if wrong or unread or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
