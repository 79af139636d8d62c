"""What must hold of what people at units did and were told is done (field.Done): rules as in checker.py."""

from collections import Counter

import certwire_peer as peer
import forge


def kept(history):
    """What people did at a device that is there still, with the state that it had then; with its disk."""
    disks = {(disk.unit, disk.device): disk for disk in history.disks}
    for done in dict.fromkeys(history.done):
        disk = disks.get((done.unit, done.device))
        if disk and done not in history.undone:
            yield done, disk


def answers(checker, history):
    """Each committed reply that was believed: its row, its fields, and what an editor reads in it (None: it does not open)."""
    for row in history.receipts:
        if not row["is_reply"] or row["verdict"] != 0:
            continue
        fields = checker.receipt(history, row)
        if fields and row["id"] not in checker.read:
            try:
                said = [peer.open_reply(fields, key) for key in history.readers]
                checker.read[row["id"]] = said[0] if said and all(s == said[0] for s in said) else None
            except peer.Refusal:
                checker.read[row["id"]] = None
        yield row, fields, checker.read.get(row["id"])


def who(row):
    return f"the reply {row['number']} of {row['unit']}.{row['device']}"


def what_people_did_is_kept(_checker, history):
    """What somebody was told is done, the device knows, whatever happened to its power since: it may be nowhere else."""
    for done, disk in kept(history):
        there = [(p, "opened", "") for p, state, _, _ in disk.items if state == "opened"] + disk.replies
        if (done.publication, done.what, done.note) not in there:
            yield f"{done.unit}.{done.device} has lost that a person said {done.what} of {done.publication[:8]}"


def replies_are_what_people_said(checker, history):
    """Each reply that was believed is signed by its device, opens for every editor, and says what a person there said, once; one
    whose state went back may say it again under another number."""
    said = Counter((d.unit, d.device, d.publication, d.what, d.note) for d in history.done if d.what != "opened")
    restored = {(disk.unit, disk.device) for disk in history.disks if disk.restored}
    live = {(disk.unit, disk.device) for disk in history.disks}
    seen = set()
    for row, fields, content in answers(checker, history):
        if not fields:
            yield f"{who(row)}: its signature does not hold"
        elif not content:
            yield f"{who(row)} does not open for CNCERT"
        else:
            key = (row["unit"], row["device"], content["publication"], content["answer"], content["note"])
            if (content["unit"], content["device"]) != key[:2] or key not in said:
                yield f"{who(row)} is what nobody said"
            elif key in seen and key[:2] in live - restored:
                yield f"{who(row)} is there already under another number"
            seen.add(key)


def replies_are_sealed(checker, history):
    """To editors and the recovery key alone, and their outside says nothing of what was said."""
    readers = {key.kid for key in history.readers}
    secrets = [secret.encode() for done in history.done for secret in (done.note, done.publication) if done.what != "opened"]
    for row, fields, _ in answers(checker, history):
        if fields and set(fields["keys"]) != readers:
            yield f"{who(row)} is sealed to {sorted(set(fields['keys']) ^ readers)}"
        if fields and row["id"] not in checker.sealed:
            outside = forge.payload_bytes(history.raws[row["id"]].decode())
            if [secret for secret in secrets if secret in outside]:
                yield f"{who(row)} shows what it is about"
            checker.sealed.add(row["id"])


def replies_have_come(checker, history):
    """At rest: what a person said is committed and believed; and that it was opened is, by the receipt of its device."""
    committed = {(row["unit"], row["device"], content["publication"], content["answer"], content["note"])
                 for row, _, content in answers(checker, history) if content}
    opened = {(i["unit"], i["device"], i["publication"], i["state"], "") for i in history.items}
    for done, _ in kept(history):
        if (done.unit, done.device, done.publication, done.what, done.note) not in committed | opened:
            yield f"{done.unit}.{done.device} said {done.what} of {done.publication[:8]}, which CNCERT does not have"


ALWAYS = (what_people_did_is_kept, replies_are_what_people_said, replies_are_sealed)
AT_REST = (replies_have_come,)
