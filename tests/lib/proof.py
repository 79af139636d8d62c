"""What can be proved from stored and recorded bytes alone, by the independent peer."""

from dataclasses import dataclass

import certwire_peer as peer

import forge


@dataclass
class Opened:
    manifest: dict
    files: dict


def opened(world, messages, key_file):
    """Every publication that the key in `key_file` opens among recorded messages, by id.

    Each grant is tried, whatever device it says it is for.
    """
    key, keysets = forge.load_key(key_file), held_keysets(world)
    parts, offers = {}, []
    for message in messages:
        if message.topic.endswith("/offer"):
            offers.append(peer.read_offer(message.payload))
        elif message.topic.endswith("/part") or "/channel/" in message.topic:
            publication, index, _, part = peer.unpack_part(message.payload)
            parts.setdefault(publication, {})[index] = part
    assert offers and parts, "nothing was recorded that could be opened"
    found = {}
    for text, grants in offers:
        entry = peer.Entry(text)
        publication = entry.fields["publication"]
        for sealed in grants.values():
            try:
                content_key = peer.open_grant(sealed, publication, key)
            except peer.Refusal:
                continue
            pieces = [parts[publication][n] for n in range(entry.fields["parts"])]
            manifest, files = peer.open_publication(entry, content_key, pieces, keysets)
            names = [file["name"] for file in manifest["files"]]
            found[publication] = Opened(manifest, dict(zip(names, files)))
    return found


def held_keysets(world):
    """Every keyset in PostgreSQL, accepted one after the other from the root's fingerprint on."""
    keysets = []
    for row in world.cluster.rows("SELECT jws FROM certwire.keyset ORDER BY version", "auditor_sun"):
        held = keysets[-1] if keysets else None
        keysets.append(peer.Keyset.accept(row["jws"], held, world.office.root))
    return keysets


def believed_receipt(world, publication, unit):
    """The item of the stored receipt for a publication, proved from the root's fingerprint on:
    root signs keyset, keyset names registrar, registrar signs certificate, device signs receipt."""
    row, = world.cluster.rows(
        "SELECT convert_from(r.raw, 'UTF8') AS raw, d.certificate FROM certwire.receipt_item i "
        "JOIN certwire.receipt r ON r.id = i.receipt "
        "JOIN certwire.device_overview d ON d.unit = r.unit AND d.device = r.device "
        "WHERE i.publication = :'p' AND i.unit = :'u' AND i.state = 'stored'",
        p=publication, u=unit.id)
    certificate = peer.read_certificate(row["certificate"], held_keysets(world)[-1])
    peer.check_certificate(certificate, unit.id, unit.device, forge.now())
    receipt = peer.read_receipt(row["raw"], peer.unb64(certificate["public"]))
    assert (receipt["unit"], receipt["device"]) == (unit.id, unit.device)
    item, = [i for i in receipt["items"] if i["publication"] == publication]
    return item
