#!/usr/bin/python3
"""The schemas in docs/schema agree with the vectors.

No schema refuses the payload of an accepted vector, and each refuses every payload in which a field is
missing, true, or unknown. Usage: test_schemas.py SCHEMAS VECTORS
"""

import json
import os
import re
import sys

import jsonschema

import certwire_peer as peer

# The schema of each file of vectors that holds JSON.
OBJECTS = ("keyset", "request", "certificate", "token", "manifest", "entry", "offer", "receipt", "reply",
           "sync", "head", "story")
MUST_REFUSE = re.compile(r"'\w+' (missing|true)|an unknown field( named x)?|an empty object|a list")


def schema(folder, name):
    with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as file:
        value = json.load(file)
    jsonschema.Draft202012Validator.check_schema(value)
    return jsonschema.Draft202012Validator(value)


def payload(item):
    """The JSON of a case, or None when it has none that could be read."""
    try:
        if "bytes" in item:
            return json.loads(peer.unb64(item["bytes"]))
        return json.loads(peer.unb64(item["text"].split(".")[1]))
    except (ValueError, IndexError):
        return None


def main(schemas, vectors):
    wrong, seen = [], {True: 0, False: 0}
    header = schema(schemas, "header")
    for name in OBJECTS:
        validator = schema(schemas, name)
        with open(os.path.join(vectors, f"{name}.json"), encoding="utf-8") as file:
            cases = json.load(file)["cases"]
        for item in cases:
            value = payload(item)
            accepted = item["code"] == 0
            if not accepted and not MUST_REFUSE.fullmatch(item["name"]):
                continue
            seen[accepted] += 1
            if validator.is_valid(value) != accepted:
                wrong.append(f"{name}, '{item['name']}': schema says {not accepted}")
            if accepted and "text" in item and not header.is_valid(
                    json.loads(peer.unb64(item["text"].split(".")[0]))):
                wrong.append(f"{name}, '{item['name']}': header's schema refuses")
    print(*wrong, f"{seen[True]} accepted and {seen[False]} refused payloads", sep="\n")
    return 1 if wrong or min(seen.values()) < 50 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
