"""What must hold of a history (history.py), rule by rule. A rule is a generator of sentences, one for each thing found wrong.

ALWAYS holds at every moment, whatever is dead, stopped, cut off or full. AT_REST holds once everything runs again, the rights
that were taken are given back, and nothing is under way any more (`restless` says what is).

The rules read rows and bytes only; they share no code with the system. Signatures are checked with tests/peer, which was
written from docs/protocol.md.
"""

from collections import Counter

import certwire_peer as peer

import people
import recalls
from history import name

ZEROS = "0" * 64


class Checker:
    """Judges histories of one run, in order. What was proved once (signatures) or seen (rows) is remembered."""

    def __init__(self):
        self.proved_receipts = {}  # receipt's id -> its fields, None when its signature is wrong
        self.proved_entries = {}  # (unit, epoch, number, kid) -> Entry or None
        self.read = {}  # reply's id -> what an editor reads in it, None when it does not open
        self.sealed = set()  # ids of replies that show nothing
        self.before = None

    def always(self, history):
        found = [wrong for rule in ALWAYS for wrong in rule(self, history)]
        self.before = history
        return found

    def at_rest(self, history):
        return [wrong for rule in AT_REST for wrong in rule(self, history)]

    def receipt(self, history, row):
        """The fields of the receipt or reply, proved from the root on: root, keyset, registrar, certificate, device."""
        if row["id"] not in self.proved_receipts:
            device = next((d for d in history.devices
                           if (d["unit"], d["device"]) == (row["unit"], row["device"])), None)
            try:
                certificate = peer.read_certificate(device["certificate"], history.keysets[-1])
                read = peer.read_reply if row["is_reply"] else peer.read_receipt
                proved = read(history.raws[row["id"]].decode(), peer.unb64(certificate["public"]))
            except (peer.Refusal, KeyError, TypeError):
                proved = None
            self.proved_receipts[row["id"]] = proved
        return self.proved_receipts[row["id"]]

    def entry(self, history, key):
        if key not in self.proved_entries:
            try:
                entry = peer.Entry(history.signed[key])
                entry.verify(history.keysets[-1])
            except peer.Refusal:
                entry = None
            self.proved_entries[key] = entry
        return self.proved_entries[key]


# Always: mailboxes and deliveries


def mailboxes_are_gapless_and_chained(checker, history):
    """Numbers 1, 2, 3 … of each unit and epoch; each signed entry, proved by the peer, names the digest of the one before."""
    signatures = {}
    for key in history.signed:
        signatures.setdefault(key[:3], []).append(key)
    expected, previous = {}, {}
    for row in history.entries:
        box = (row["unit"], row["epoch"])
        number = expected.get(box, 1)
        if row["number"] != number:
            yield f"mailbox of {box[0]}, epoch {box[1]}: entry {number} is missing, {row['number']} follows"
        expected[box] = row["number"] + 1
        if row["digest"] and previous.get(box, ZEROS) is None:
            yield f"entry {row['number']} of {box[0]} is signed, the one before it is not"
        for key in signatures.get((*box, row["number"]), []) if row["digest"] else []:
            yield from wrong_entry(checker.entry(history, key), row, previous.get(box, ZEROS))
        previous[box] = row["digest"]


def wrong_entry(entry, row, previous):
    what = f"entry {row['number']} of {row['unit']}"
    if not entry:
        yield f"{what}: its signature does not hold"
        return
    fields = entry.fields
    if entry.digest.hex() != row["digest"]:
        yield f"{what}: its digest is not that of what was signed"
    if (fields["unit"], fields["epoch"], fields["number"]) != (row["unit"], row["epoch"], row["number"]):
        yield f"{what}: what was signed is for another place"
    if fields["previous"] != previous:
        yield f"{what}: it does not follow the one before it"
    if fields.get("publication") != row["publication"]:
        yield f"{what}: what was signed is another publication"


def every_delivery_has_its_entry(_checker, history):
    entries = {(e["unit"], e["epoch"], e["number"]): e for e in history.entries}
    for row in history.deliveries:
        entry = entries.get((row["unit"], row["epoch"], row["number"]))
        # One that ended before its entry was signed left a void in its place.
        if not entry or entry["publication"] != (None if entry["kind"] == "void" and is_over(row) else row["publication"]):
            yield f"{name(row)}: the delivery has no entry of its own"
    for (publication, unit), count in Counter((d["publication"], d["unit"]) for d in history.deliveries).items():
        if count > 1:
            yield f"{publication[:8]} for {unit}: {count} deliveries"


def ends_are_explained(_checker, history):
    """A delivery ends by a receipt, by its publication's expiry, or recalled with a reason; nothing else ends it."""
    recalled = history.recalled()
    expired = {p["id"] for p in history.publications if p["expired"]}
    for row in history.deliveries:
        if row["state"] == "expired" and row["publication"] not in expired:
            yield f"{name(row)}: the delivery expired, the publication did not"
        if row["state"] == "recalled" and row["publication"] not in recalled:
            yield f"{name(row)}: the delivery was recalled, the publication was not"
        if is_over(row) and not row["ended_reason"]:
            yield f"{name(row)}: {row['state']} for no reason"


def is_over(delivery):
    return delivery["state"] in ("expired", "recalled")


# Always: rights


def grants_have_a_delivery(_checker, history):
    """Nothing is sealed to a device of a unit that is not owed it, nor to a key that is not that device's."""
    owed = {(d["publication"], d["unit"]) for d in history.deliveries}
    kids = {(d["unit"], d["device"]): d["kid"] for d in history.devices}
    for row in history.grants:
        if (row["publication"], row["unit"]) not in owed:
            yield f"{name(row)}: sealed to a unit without a delivery"
        if kids.get((row["unit"], row["device"])) != row["kid"]:
            yield f"{name(row)}: sealed to a key that is not the device's"


def nothing_is_sealed_after_a_loss(_checker, history):
    """What was sealed when a loss of right had been committed is all there is until the right is regained."""
    grants = {(g["publication"], g["unit"], g["device"]) for g in history.grants}
    channels = {publication: it.right() for publication, it in history.published.items()}
    for grant in history.forbidden + [g for loss in history.losses for g in loss.broken_by(grants, channels)]:
        yield f"{grant[0][:8]} was sealed to {grant[1]}.{grant[2]} after the right was lost"


def nobody_writes_without_the_lease(_checker, history):
    """No write by a dispatcher while another held the lease, and no issue under a fence that was not the newest."""
    for row in history.witness:
        yield f"{row['login']} wrote {row['relation']} while {row['holder']} held the lease"
    newest = 0
    for row in history.issues:
        if row["act"] == "issue_due" and row["fence"] != newest:
            yield f"audit {row['sequence']}: issued under fence {row['fence']}, the newest was {newest}"
        newest = row["fence"] if row["act"] == "lease_take" else newest


def audiences_follow_the_rights(_checker, history):
    """Who certainly had the right at an issue is in its audience, who certainly had not is not. Between the moment before an
    administrator's act and the moment after it, either may be."""
    rights = {}
    for act in history.acts:
        rights.setdefault((act.unit, act.channel), []).append(act)
    for publication in history.publications:
        if publication["issued_at"] is None or publication["kind"] == "recall":
            continue
        channel = publication["channel"]
        units = {d["unit"] for d in history.deliveries if d["publication"] == publication["id"]}
        for unit, channels in history.members.items():
            had = channel in channels
            for key in ((unit, None), (unit, channel)):
                had = had and had_right(rights.get(key, ()), publication["issued_at"])
            if had is True and unit not in units:
                yield f"{publication['id'][:8]} was not issued to {unit}, which had the right"
    for entry in first_entries(history):
        if entry["kind"] in ("void", "recall"):
            continue
        channel = history.published[entry["publication"]].channel
        for key in ((entry["unit"], None), (entry["unit"], channel)):
            if had_right(rights.get(key, ()), entry["issued_at"]) is False:
                yield f"entry {entry['number']} was issued to {entry['unit']}, which had lost the right"


def first_entries(history):
    """Without those that a new epoch repeats."""
    seen = set()
    for entry in sorted(history.entries, key=lambda e: e["epoch"]):
        key = (entry["unit"], entry["publication"])
        if key not in seen:
            yield entry
        if entry["publication"]:
            seen.add(key)


def had_right(acts, moment):
    """Whether acts, in order, leave a right at that moment; None: one of them was under way."""
    had = True
    for act in acts:
        if moment <= act.before:
            break
        had = act.gives if moment > act.after else None
    return had


# Always: receipts


def settled_is_proved(checker, history):
    """Each settled delivery has a believed receipt that says *stored*, and each row of what receipts say is in the bytes of
    its receipt, which the device signed: publication, number, state and manifest."""
    receipts = {r["id"]: r for r in history.receipts}
    stored = {(i["publication"], i["unit"]) for i in history.items if i["state"] == "stored"}
    deliveries = {(d["publication"], d["unit"]): d for d in history.deliveries}
    manifests = {p["id"]: p["manifest_digest"].removeprefix("\\x") for p in history.publications}
    for row in history.deliveries:
        if row["state"] == "settled" and (row["publication"], row["unit"]) not in stored:
            yield f"{name(row)}: settled without a receipt"
    for row in history.items:
        filed = receipts.get(row["receipt"])
        proved = checker.receipt(history, filed) if filed and filed["verdict"] == 0 else None
        if not proved:
            yield f"{name(row)}: {row['state']} by a receipt that proves nothing"
            continue
        delivery = deliveries.get((row["publication"], row["unit"]))
        # Of an epoch before the delivery's, whatever its number: it was signed before a restore.
        said = [i for i in proved.get("items", ()) if delivery and i["state"] == row["state"] and
                (i["publication"], i["manifest"]) == (row["publication"], manifests[row["publication"]]) and
                (i["epoch"] < delivery["epoch"] or (i["epoch"], i["entry"]) == (delivery["epoch"], delivery["number"]))]
        if not said or (proved["unit"], proved["device"]) != (row["unit"], row["device"]):
            yield f"{name(row)}: its receipt does not say {row['state']}"


def the_ledger_holds_everything_once(_checker, history):
    for what, keys in (
            ("receipt items", [(i["publication"][:8], i["unit"], i["device"], i["state"]) for i in history.items]),
            ("receipts", [(r["unit"], r["device"], r["number"], r["sha256"]) for r in history.receipts]),
            ("grants", [(g["publication"][:8], g["unit"], g["device"]) for g in history.grants])):
        for key, count in Counter(keys).items():
            if count > 1:
                yield f"{what}: {' '.join(map(str, key))} is there {count} times"


def numbers_are_given_once(_checker, history):
    """No device signs two receipts under one number, whatever its disk lost; one whose state came from an old copy may."""
    restored = {(disk.unit, disk.device) for disk in history.disks if disk.restored}
    signed = {(r["unit"], r["device"], r["number"], r["sha256"]) for r in history.receipts if r["authentic"]}
    for (unit, device, number), count in Counter(key[:3] for key in signed).items():
        if count > 1 and (unit, device) not in restored:
            yield f"{unit}.{device}: {count} different receipts under number {number}"


def watermarks_are_covered(_checker, history):
    """A device was told n only when all its receipts 1 to n are committed and judged."""
    judged = {(r["unit"], r["device"], r["number"]) for r in history.receipts if r["authentic"]}
    for row in history.devices:
        missing = [n for n in range(1, row["settled"] + 1) if (row["unit"], row["device"], n) not in judged]
        if missing:
            yield f"{row['unit']}.{row['device']}: settled is {row['settled']}, receipt {missing[0]} is not there"


def outboxes_forget_nothing(_checker, history):
    """What a device no longer owes is committed, byte for byte; where its state went back, number for number. A restore may
    have taken it, until the device has heard of the new epoch."""
    committed = {(r["unit"], r["device"], r["number"], r["sha256"]) for r in history.receipts}
    numbers = {key[:3] for key in committed}
    for disk in history.disks:
        for number, sha256 in disk.receipts.items():
            key = (disk.unit, disk.device, number, sha256)
            if disk.epoch < history.epoch and key in history.taken["receipts"]:
                continue
            if number <= disk.settled and key not in committed and not (disk.restored and key[:3] in numbers):
                yield f"{disk.unit}.{disk.device} forgot its receipt {number}, which is not committed"


def nothing_committed_is_undone(checker, history):
    """What an earlier history had is there still, and settled stays settled."""
    if not checker.before:
        return
    for table in ("grants", "items"):
        now = {tuple(row.values()) for row in history.rows[table]}
        for row in checker.before.rows[table]:
            if tuple(row.values()) not in now:
                yield f"{table}: {name(row)} is gone or changed"
    receipts = {(r["id"], r["sha256"]) for r in history.receipts}
    for row in checker.before.receipts:
        if (row["id"], row["sha256"]) not in receipts:
            yield f"receipt {row['id']} of {row['unit']}.{row['device']} is gone or changed"
    entries = {(e["unit"], e["epoch"], e["number"]): e for e in history.entries}
    for row in checker.before.entries:
        now = entries.get((row["unit"], row["epoch"], row["number"]))
        if now and now["kind"] == "void" and not row["digest"]:
            continue
        if not now or now["publication"] != row["publication"] or row["digest"] not in (None, now["digest"]):
            yield f"entry {row['number']} of {row['unit']} is gone or changed"
    settled = {(d["publication"], d["unit"]) for d in history.deliveries if d["state"] == "settled"}
    for row in checker.before.deliveries:
        if row["state"] == "settled" and (row["publication"], row["unit"]) not in settled:
            yield f"{name(row)}: it was settled and is not any more"


# Always: disks, audit


def inboxes_hold_only_what_was_sent(_checker, history):
    """Each document on a disk is of a publication that the unit was sent, with the bytes that the editors meant, once."""
    by_short = {publication[:8]: publication for publication in history.published}
    sent = {(d["publication"], d["unit"]) for d in history.deliveries} | history.taken["deliveries"]
    for disk in history.disks:
        who = f"{disk.unit}.{disk.device}"
        for short, count in Counter(folder[0] for folder in disk.folders).items():
            if count > 1:
                yield f"{who} holds {short} {count} times"
        for short, channel, digests in disk.folders:
            publication = by_short.get(short)
            meant = history.published.get(publication)
            if (publication, disk.unit) not in sent or channel != meant.channel:
                yield f"{who} holds {short}, which was not sent to it"
            elif digests != meant.files():
                yield f"{who} holds {short} with other bytes"
        for folder, _ in disk.quarantined:
            if ".damaged" in folder:
                yield f"{who} put {folder} aside as damaged"


def the_audit_verifies(_checker, history):
    if history.audit:
        yield f"certwire audit verify: {history.audit}"


# At rest


def everybody_has_everything(_checker, history):
    """Each delivery to a unit with the right is settled (or ended as the ledger says), and each live device of the unit holds
    the document and has said so. What has expired or was recalled is owed to nobody any more."""
    stored = {(i["publication"], i["unit"], i["device"]) for i in history.items if i["state"] == "stored"}
    over = {p["id"]: "has expired" for p in history.publications if p["expired"]} | {
        publication: "was recalled" for publication in history.recalled()}
    for row in history.deliveries:
        if row["publication"] in over:
            if row["state"] == "owed":
                yield f"{name(row)}: still owed, though the publication {over[row['publication']]}"
            continue
        if row["state"] not in ("owed", "settled") or not history.is_entitled(row["unit"], row["publication"]):
            continue
        if row["state"] == "owed":
            yield f"{name(row)}: still owed"
        for disk in history.disks:
            who = f"{disk.unit}.{disk.device}"
            if disk.unit != row["unit"]:
                continue
            if not [f for f in disk.folders if f[0] == row["publication"][:8]]:
                yield f"{name(row)}: {who} does not hold it"
            if (row["publication"], disk.unit, disk.device) not in stored:
                yield f"{name(row)}: {who} has not said that it stored it"


def everything_is_issued(_checker, history):
    for row in history.publications:
        if row["state"] != "issued" and not row["expired"]:
            yield f"publication {row['id'][:8]} is {row['state']}"


def outboxes_are_empty(_checker, history):
    reported = {(d["unit"], d["device"]) for d in history.devices if d["receipts_reported"] > d["settled"]}
    for disk in history.disks:
        newest = max(disk.receipts, default=0)
        if newest > disk.settled or (disk.unit, disk.device) in reported:
            yield f"{disk.unit}.{disk.device} owes receipts {disk.settled + 1} to {newest}"
        if [item for item in disk.items if item[3] is None]:
            yield f"{disk.unit}.{disk.device} has something that no receipt says"


def what_a_restore_took_comes_back(_checker, history):
    """Every receipt that was committed before PostgreSQL went back, of a device that is still there with the state that it had."""
    live = {(disk.unit, disk.device) for disk in history.disks if not disk.restored}
    committed = {(r["unit"], r["device"], r["number"], r["sha256"]) for r in history.receipts}
    for unit, device, number, sha256 in sorted(history.taken["receipts"] - committed):
        if (unit, device) in live:
            yield f"{unit}.{device}: receipt {number}, which a restore took, has not come back"


ALWAYS = (
    mailboxes_are_gapless_and_chained, every_delivery_has_its_entry, ends_are_explained, grants_have_a_delivery,
    nothing_is_sealed_after_a_loss, audiences_follow_the_rights, nobody_writes_without_the_lease, settled_is_proved,
    the_ledger_holds_everything_once, numbers_are_given_once, watermarks_are_covered, outboxes_forget_nothing, nothing_committed_is_undone,
    inboxes_hold_only_what_was_sent, the_audit_verifies, *recalls.ALWAYS, *people.ALWAYS)
AT_REST = (everybody_has_everything, everything_is_issued, outboxes_are_empty, what_a_restore_took_comes_back,
           *recalls.AT_REST, *people.AT_REST)
