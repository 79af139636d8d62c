"""What can be proved from stored and recorded bytes alone."""

import json
from dataclasses import dataclass

import forge


@dataclass
class Opened:
    manifest: dict
    files: dict


def opened(messages, key_file):
    """Every publication that the key in `key_file` opens among recorded messages, by id.

    Each grant is tried, whatever device it says it is for.
    """
    key = forge.Key.load(key_file)
    parts, offers = {}, []
    for message in messages:
        if message.topic.endswith("/offer"):
            offers.append(json.loads(message.payload))
        elif message.topic.endswith("/part") or "/channel/" in message.topic:
            publication = message.payload[1:17].hex()
            index = int.from_bytes(message.payload[17:21], "big")
            parts.setdefault(publication, {})[index] = message.payload[25:]
    assert offers and parts, "nothing was recorded that could be opened"
    found = {}
    for offer in offers:
        entry = forge.payload_of(offer["entry"])
        for grant in offer["grants"]:
            plain = key.unseal(forge.unb64u(grant["sealed"]))
            if plain is None:
                continue
            publication = entry["publication"]
            assert plain[:16].hex() == publication
            pieces = [parts[publication][n] for n in range(entry["parts"])]
            found[publication] = Opened(*forge.open_body(plain[16:], forge.unb64u(entry["stream"]),
                                                         pieces))
    return found


def believed_receipt(world, publication, unit):
    """The item of the stored receipt for a publication, proved from the root's fingerprint on.

    Root signs keyset, keyset names registrar, registrar signs certificate, device signs receipt.
    """
    row, = world.cluster.rows(
        "SELECT convert_from(r.raw, 'UTF8') AS raw, d.certificate, k.jws AS keyset "
        "FROM certwire.receipt_item i JOIN certwire.receipt r ON r.id = i.receipt "
        "JOIN certwire.device d ON d.unit = r.unit AND d.device = r.device "
        "CROSS JOIN LATERAL (SELECT jws FROM certwire.keyset ORDER BY version DESC LIMIT 1) k "
        "WHERE i.publication = :'p' AND i.unit = :'u' AND i.state = 'stored'",
        "auditor_sun", p=publication, u=unit.id)
    keyset = forge.payload_of(row["keyset"])
    root = forge.unb64u(keyset["root"])
    assert fingerprint(root) == world.office.root
    forge.verified(row["keyset"], "certwire-keyset+jws", root)
    signer = forge.header_of(row["certificate"])["kid"]
    registrar = next(forge.unb64u(k["public"]) for k in keyset["keys"] if k["role"] == "registrar"
                     and forge.digest(forge.unb64u(k["public"]))[:16].hex() == signer)
    certificate = json.loads(forge.verified(row["certificate"], "certwire-device+jws", registrar))
    assert (certificate["unit"], certificate["device"]) == (unit.id, unit.device)
    receipt = json.loads(forge.verified(row["raw"], "certwire-receipt+jws",
                                        forge.unb64u(certificate["public"])))
    assert (receipt["unit"], receipt["device"]) == (unit.id, unit.device)
    item, = [i for i in receipt["items"] if i["publication"] == publication]
    return item


def fingerprint(public):
    words = forge.digest(public)
    return " ".join(f"{int.from_bytes(words[n:n + 4], 'big') % 100000:05d}"
                    for n in range(0, 32, 4))
