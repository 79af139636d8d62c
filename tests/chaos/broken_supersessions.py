"""A made-up history in which a newer publication takes another's place, and what breaks it (made_up.py)."""

import forge
from acts import Published
from broken_moves import item, moved_history
from history import Disk, sha256
from made_up import CONTENT, DEVICE, PUBLICATION, SECOND, breaks, entry, entry_row

NEWER, NEWER_CONTENT = "88" * 16, "23" * 32
THIRD = entry(3, forge.digest(forge.payload_bytes(SECOND)).hex(), NEWER, kind="supersede")
PUT_AWAY = forge.receipt(DEVICE, "huaan", "d1", 2, [
    item(PUBLICATION, 1, "opened"), item(NEWER, 3, "stored"), item(PUBLICATION, 1, "recalled")])


def superseded_history():
    """huaan.d1 opened and answered what it had stored, then that was replaced, and it put the old one away."""
    made = moved_history()
    rows, disk, (old,) = made.rows, made.disks[0], [recall["id"] for recall in made.recalls]
    for table in ("publications", "deliveries", "grants", "items", "confirmations"):
        for row in rows[table]:
            for column in ("id", "publication"):
                if row.get(column) == old:
                    row[column] = NEWER
    rows["publications"][2]["kind"] = "supersede"
    rows["recalls"][0].update(id=NEWER, relation="supersedes")
    rows["entries"][2] = {**entry_row(3, NEWER, THIRD), "kind": "supersede", "issued_at": 1200.0}
    made.signed = {key: THIRD if key[2] == 3 else jws for key, jws in made.signed.items()}
    made.raws[2] = PUT_AWAY.encode()
    rows["receipts"][1]["sha256"] = disk.receipts[2] = sha256(PUT_AWAY)
    made.published[NEWER] = Published("weekly", "1", NEWER_CONTENT, 1, supersedes=PUBLICATION)
    del made.published[old]
    disk.items = [(NEWER if publication == old else publication, *rest) for publication, *rest in disk.items]
    disk.folders[:] = [(NEWER[:8], "weekly", [NEWER_CONTENT])]
    return made


def second_device(history, *said):
    """huaan.d2, which stored the old one, and `said`."""
    history.disks.append(Disk("huaan", "d2", folders=[(PUBLICATION[:8], "weekly", [CONTENT])]))
    history.items.extend({"publication": p, "unit": "huaan", "device": "d2", "state": state, "receipt": 9}
                         for p, state in ((PUBLICATION, "stored"), *said))
    history.confirmations[0].update(confirmed=False, waits_for="d2")


@breaks("ends_are_explained", superseded_history)
def a_delivery_is_recalled_and_nothing_replaced_it(history):
    history.deliveries[1].update(state="recalled", ended_reason="superseded")


@breaks("nothing_is_sealed_after_a_recall", superseded_history)
def the_old_one_is_sealed_after_it_was_replaced(history):
    history.grants[0]["sealed_at"] = 1250.0


@breaks("nothing_is_sealed_after_a_recall", superseded_history)
def the_old_one_is_sealed_after_it_was_replaced_and_before_it_was_recalled(history):
    history.recalls.append({"id": "77" * 16, "target": PUBLICATION, "relation": "recalls", "issued_at": 1300.0})
    history.grants[0]["sealed_at"] = 1250.0


@breaks("nothing_is_sealed_after_a_recall", superseded_history)
def the_old_one_is_still_owed(history):
    history.deliveries[0]["state"] = "owed"


@breaks("everybody_has_everything", superseded_history)
def the_newer_one_is_not_there(history):
    history.disks[0].folders.clear()


@breaks("audiences_follow_the_rights", superseded_history)
def the_newer_one_is_not_for_who_has_the_right(history):
    history.deliveries.append({**history.deliveries[0], "unit": "beichen"})
    history.deliveries.append({**history.deliveries[1], "unit": "beichen"})
    history.members["beichen"] = ("weekly",)


@breaks("inboxes_hold_only_what_was_sent", superseded_history)
def the_newer_one_has_the_old_ones_bytes(history):
    history.disks[0].folders[0][2][0] = CONTENT


@breaks("what_is_recalled_is_put_away", superseded_history)
def both_are_in_the_inbox(history):
    history.disks[0].folders.append((PUBLICATION[:8], "weekly", [CONTENT]))


@breaks("what_is_recalled_is_put_away", superseded_history)
def the_old_one_is_gone(history):
    history.disks[0].quarantined.clear()


@breaks("recalls_are_confirmed", superseded_history)
def a_device_with_the_newer_one_does_not_say_that_it_put_the_old_one_away(history):
    second_device(history, (NEWER, "stored"))


@breaks("recalls_are_confirmed", superseded_history)
def the_ledger_waits_though_every_device_has_put_the_old_one_away(history):
    history.confirmations[0].update(confirmed=False, waits_for="d1")
