"""A made-up history with a recall and a reply in it, and what breaks it (made_up.py)."""

import forge
from acts import Done, Published
from history import sha256
from made_up import (BODY, CONTENT, DEVICE, DISPATCHER, MANIFEST, PUBLICATION, SECOND, STRANGER, breaks, entry_row,
                     sound_history)

RECALL = "77" * 16
EDITOR, RECOVERY = forge.Key.generate(), forge.Key.generate()
NOTE = "愿意承担"
THIRD = forge.jws("certwire-entry+jws", DISPATCHER, {
    "v": 1, "unit": "huaan", "epoch": 1, "number": 3, "kind": "recall",
    "previous": forge.digest(forge.payload_bytes(SECOND)).hex(), "keyset": 1, "issued_at": 1200, "publication": RECALL,
    "manifest": MANIFEST, "body": BODY, "stream": forge.b64(bytes(24)), "parts": 1,
    "signatures": [forge.peer.jws_sign_detached("certwire-manifest+jws", STRANGER, b"{}")]}, None)


def item(publication, number, state):
    return {"publication": publication, "epoch": 1, "entry": number, "manifest": MANIFEST, "state": state, "at": 1300}


def reply(key=DEVICE, readers=(EDITOR, RECOVERY), **changes):
    device = forge.peer.Device("huaan", "d1", key)
    return device.reply(3, [reader.public for reader in readers], {
        "publication": PUBLICATION, "manifest": MANIFEST, "answer": "interest", "note": NOTE, "at": 1150, **changes})


PUT_AWAY = forge.receipt(DEVICE, "huaan", "d1", 2, [
    item(PUBLICATION, 1, "opened"), item(RECALL, 3, "stored"), item(PUBLICATION, 1, "recalled")])
REPLY = reply()


def receipt_row(number, raw, is_reply):
    return {"id": number, "unit": "huaan", "device": "d1", "number": number, "verdict": 0, "authentic": True,
            "is_reply": is_reply, "sha256": sha256(raw)}


def moved_history():
    """huaan.d1 opened and answered what it had stored, then that was recalled, and it put it away."""
    made = sound_history()
    rows, disk = made.rows, made.disks[0]
    rows["publications"].append({**rows["publications"][0], "id": RECALL, "kind": "recall", "issued_at": 1200.0})
    rows["deliveries"].append({**rows["deliveries"][0], "publication": RECALL, "number": 3})
    rows["grants"].append({**rows["grants"][0], "publication": RECALL, "sealed_at": 1201.0})
    rows["entries"].append({**entry_row(3, RECALL, THIRD), "kind": "recall", "issued_at": 1200.0})
    made.signed["huaan", 1, 3, DISPATCHER.kid] = THIRD
    rows["recalls"].append({"id": RECALL, "target": PUBLICATION, "relation": "recalls", "issued_at": 1200.0})
    rows["confirmations"].append({"publication": RECALL, "unit": "huaan", "target": PUBLICATION, "waits_for": None, "confirmed": True})
    rows["receipts"] += [receipt_row(2, PUT_AWAY, False), receipt_row(3, REPLY, True)]
    said = [(PUBLICATION, "opened"), (RECALL, "stored"), (PUBLICATION, "recalled")]
    rows["items"] += [{"publication": p, "unit": "huaan", "device": "d1", "state": s, "receipt": 2} for p, s in said]
    rows["devices"][0].update(settled=3, receipts_reported=3)
    made.raws.update({2: PUT_AWAY.encode(), 3: REPLY.encode()})
    made.published[RECALL] = Published("weekly", "1", None, 0, PUBLICATION)
    made.done += [Done("huaan", "d1", PUBLICATION, "opened"), Done("huaan", "d1", PUBLICATION, "interest", NOTE)]
    made.readers += [EDITOR, RECOVERY]
    disk.settled = 3
    disk.receipts.update({2: sha256(PUT_AWAY), 3: sha256(REPLY)})
    disk.items += [(p, s, 0, 2) for p, s in said]
    disk.replies.append((PUBLICATION, "interest", NOTE))
    disk.folders[:] = [(RECALL[:8], "weekly", [])]
    disk.quarantined.append((f"weekly-1-{PUBLICATION[:8]}", [CONTENT]))
    return made


def replace_reply(history, raw):
    history.raws[3] = raw.encode()


@breaks("ends_are_explained", moved_history)
def a_delivery_is_recalled_and_the_publication_is_not(history):
    history.deliveries[1].update(state="recalled", ended_reason="recalled")


@breaks("who_was_sealed_to_is_told", moved_history)
def who_may_have_it_is_not_told(history):
    history.grants.append({**history.grants[0], "unit": "beichen"})


@breaks("who_was_sealed_to_is_told", moved_history)
def who_never_had_it_is_told(history):
    history.deliveries.append({**history.deliveries[2], "unit": "beichen"})


@breaks("nothing_is_sealed_after_a_recall", moved_history)
def something_is_sealed_after_its_recall(history):
    history.grants[0]["sealed_at"] = 1250.0


@breaks("nothing_is_sealed_after_a_recall", moved_history)
def what_was_recalled_is_still_owed(history):
    history.deliveries[0]["state"] = "owed"


@breaks("what_is_recalled_is_put_away", moved_history)
def what_was_recalled_is_in_the_inbox(history):
    history.disks[0].folders.append((PUBLICATION[:8], "weekly", [CONTENT]))


@breaks("what_is_recalled_is_put_away", moved_history)
def what_was_recalled_is_gone(history):
    history.disks[0].quarantined.clear()


@breaks("what_is_recalled_is_put_away", moved_history)
def what_was_recalled_has_other_bytes(history):
    history.disks[0].quarantined[0][1][0] = "44" * 32


@breaks("what_is_recalled_is_put_away", moved_history)
def something_is_put_away_that_was_not_recalled(history):
    history.disks[0].quarantined.append((f"weekly-2-{'99' * 4}-2", [CONTENT]))


@breaks("recalls_are_confirmed", moved_history)
def a_device_does_not_say_that_it_put_it_away(history):
    history.rows["items"] = [i for i in history.items if i["state"] != "recalled"]


@breaks("recalls_are_confirmed", moved_history)
def who_stored_it_is_not_told(history):
    history.items.append({**history.items[0], "unit": "beichen"})


@breaks("recalls_are_confirmed", moved_history)
def the_ledger_says_that_it_is_not_confirmed(history):
    history.confirmations[0].update(confirmed=False, waits_for="d1")


@breaks("settled_is_proved", moved_history)
def the_receipt_does_not_say_recalled(history):
    history.raws[2] = forge.receipt(DEVICE, "huaan", "d1", 2, [item(RECALL, 3, "stored")]).encode()


@breaks("what_people_did_is_kept", moved_history)
def a_reply_is_lost_at_the_device(history):
    history.disks[0].replies.clear()


@breaks("what_people_did_is_kept", moved_history)
def that_it_was_opened_is_lost_at_the_device(history):
    history.disks[0].items.remove((PUBLICATION, "opened", 0, 2))


@breaks("replies_are_what_people_said", moved_history)
def a_reply_is_signed_by_a_stranger(history):
    replace_reply(history, reply(STRANGER))


@breaks("replies_are_what_people_said", moved_history)
def a_reply_does_not_open_for_everybody(history):
    replace_reply(history, reply(readers=(EDITOR,)))


@breaks("replies_are_what_people_said", moved_history)
def a_reply_says_something_else(history):
    replace_reply(history, reply(answer="decline"))


@breaks("replies_are_what_people_said", moved_history)
def a_reply_is_there_under_two_numbers(history):
    history.receipts.append({**history.receipts[2], "id": 4, "number": 4})
    history.raws[4] = history.raws[3]


@breaks("replies_are_sealed", moved_history)
def a_reply_is_sealed_to_a_stranger_too(history):
    replace_reply(history, reply(readers=(EDITOR, RECOVERY, STRANGER)))


@breaks("replies_are_sealed", moved_history)
def a_reply_shows_its_publication(history):
    fields = forge.payload_of(REPLY)
    replace_reply(history, forge.jws("certwire-reply+jws", DEVICE, {**fields, "x-about": PUBLICATION}, None))


@breaks("replies_have_come", moved_history)
def a_reply_never_comes(history):
    history.rows["receipts"].pop()


@breaks("replies_have_come", moved_history)
def that_it_was_opened_never_comes(history):
    history.rows["items"] = [i for i in history.items if i["state"] != "opened"]
