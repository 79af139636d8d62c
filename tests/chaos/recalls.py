"""What must hold of recalls and supersessions: rules as in checker.py. A recall goes to whoever may have what it takes back, what
supersedes to who has the right; to a device that has stored it either does the same."""

import re

from history import name

PUT_AWAY = re.compile(r"-([0-9a-f]{8})(-\d+)?$")  # a folder's name in the quarantine


def who_was_sealed_to_is_told(_checker, history):
    """A recall is entered for whoever was sealed what it takes back, whatever became of them since, and for nobody else."""
    sealed, told, stored = {}, {}, {}
    for pairs, rows in ((sealed, history.grants), (told, history.deliveries), (stored, history.items)):
        for row in rows:
            pairs.setdefault(row["publication"], set()).add(row["unit"])
    for recall in history.recalls:
        if recall["relation"] != "recalls":
            continue
        had, heard = sealed.get(recall["target"], set()), told.get(recall["id"], set())
        for unit in sorted(had - heard):
            yield f"{recall['id'][:8]} is not for {unit}, which was sealed {recall['target'][:8]}"
        for unit in sorted(heard - had - stored.get(recall["target"], set())):
            yield f"{recall['id'][:8]} is for {unit}, which never had {recall['target'][:8]}"


def nothing_is_sealed_after_a_recall(_checker, history):
    """What is taken back is sealed to nobody any more, and owed to nobody."""
    issued = {}
    for recall in history.recalls:
        issued[recall["target"]] = min(recall["issued_at"], issued.get(recall["target"], recall["issued_at"]))
    for row in history.grants:
        if row["sealed_at"] > issued.get(row["publication"], row["sealed_at"]):
            yield f"{name(row)}: sealed after its recall"
    for row in history.deliveries:
        if row["publication"] in issued and row["state"] == "owed":
            yield f"{name(row)}: owed, though it was recalled"


def what_is_recalled_is_put_away(_checker, history):
    """A device that has stored a recall has what it takes back in its quarantine and not in its inbox; nothing else is there.
    It was moved there before the state says so, and the state was read before the disk."""
    pairs = {(recall["id"], recall["target"]) for recall in history.recalls} | history.taken["recalls"]
    short = {target[:8]: target for _, target in pairs}
    for disk in history.disks:
        who = f"{disk.unit}.{disk.device}"
        stored = {publication for publication, state, _, _ in disk.items if state == "stored"}
        there = [(found.group(1) if (found := PUT_AWAY.search(folder)) else folder, digests)
                 for folder, digests in disk.quarantined if ".damaged" not in folder]
        for recall, target in sorted(pairs):
            if recall in stored and [f for f in disk.folders if f[0] == target[:8]]:
                yield f"{who} has {target[:8]} in its inbox, though it has stored its recall"
            if recall in stored and target in stored and target[:8] not in [short_id for short_id, _ in there]:
                yield f"{who} does not keep {target[:8]}, which was recalled"
        for short_id, digests in there:
            if short_id not in short:
                yield f"{who} put {short_id} away, which was not recalled"
            elif digests != history.published[short[short_id]].files():
                yield f"{who} put {short_id} away with other bytes"


def recalls_are_confirmed(_checker, history):
    """At rest: each live device that has stored what was taken back has said *recalled* of it; each unit that stored what was
    recalled was told; and so the ledger tells the editors."""
    said = {(i["publication"], i["unit"], i["device"], i["state"]) for i in history.items}
    told = {(d["publication"], d["unit"]) for d in history.deliveries}
    live = {(disk.unit, disk.device) for disk in history.disks}
    excused = set()  # units with a device that may keep it
    for recall in history.recalls:
        target = recall["target"]
        for _, unit, device, _ in sorted(s for s in said if s[0] == target and s[3] == "stored"):
            if may_keep(recall, unit, device, said):
                excused |= {(recall["id"], unit)} if (unit, device) in live else set()
            elif (recall["id"], unit) not in told:
                yield f"{recall['id'][:8]} is not for {unit}, which stored {target[:8]}"
            elif (unit, device) in live and (target, unit, device, "recalled") not in said:
                yield f"{target[:8]}: {unit}.{device} stored it and has not said that it put it away"
    for row in history.confirmations:
        if not row["confirmed"] and (row["publication"], row["unit"]) not in excused:
            yield f"{name(row)}: what was taken back waits to be confirmed (by {row['waits_for']})"


def may_keep(recall, unit, device, said):
    """What was superseded stays with a device that does not have what replaced it: its unit had lost the right, or that was taken
    back in turn before it came."""
    return recall["relation"] == "supersedes" and (recall["id"], unit, device, "stored") not in said


ALWAYS = (who_was_sealed_to_is_told, nothing_is_sealed_after_a_recall, what_is_recalled_is_put_away)
AT_REST = (recalls_are_confirmed,)
