"""The checker's rules on made-up histories: sound ones, in which none finds anything, and for each rule histories that break them
in one place, in which that rule finds it."""

import copy

import paths  # noqa: F401  (first: the harness on the path)
import pytest

import broken_moves
import broken_supersessions
import checker
import forge
from acts import Act, Loss
from checker import ALWAYS, AT_REST, Checker
from history import Disk, sha256
from made_up import (BROKEN, CONTENT, DEVICE, DISPATCHER, PUBLICATION, RECEIPT, STRANGER, breaks, entry, found, receipt,
                     sound_history)


@pytest.fixture(autouse=True)
def certified(monkeypatch):
    monkeypatch.setattr(checker.peer, "read_certificate", lambda _text, _keyset: {
        "public": forge.b64(DEVICE.public)})


@pytest.fixture
def sound():
    return sound_history()


@pytest.mark.parametrize("made", [sound_history, broken_moves.moved_history, broken_supersessions.superseded_history])
def test_nothing_is_found_in_a_sound_history(made):
    judge, sound = Checker(), made()
    assert found(sound) == {}
    assert judge.always(sound) == [] and judge.always(copy.deepcopy(sound)) == [] and judge.at_rest(sound) == []


@breaks("mailboxes_are_gapless_and_chained")
def an_entry_is_missing(history):
    history.entries[1]["number"] = 3


@breaks("mailboxes_are_gapless_and_chained")
def an_entry_does_not_follow(history):
    forked = entry(2, "77" * 32, "99" * 16)
    history.signed["huaan", 1, 2, DISPATCHER.kid] = forked
    history.entries[1]["digest"] = forge.digest(forge.payload_bytes(forked)).hex()


@breaks("mailboxes_are_gapless_and_chained")
def an_entry_is_signed_by_a_stranger(history):
    history.signed["huaan", 1, 1, DISPATCHER.kid] = entry(1, "0" * 64, PUBLICATION, STRANGER)


@breaks("mailboxes_are_gapless_and_chained")
def a_digest_is_another(history):
    history.entries[1]["digest"] = "55" * 32


@breaks("mailboxes_are_gapless_and_chained")
def an_entry_is_signed_ahead_of_its_predecessor(history):
    history.entries[0]["digest"] = None


@breaks("every_delivery_has_its_entry")
def a_delivery_has_no_entry(history):
    history.deliveries[0]["number"] = 7


@breaks("every_delivery_has_its_entry")
def a_publication_is_delivered_twice(history):
    history.deliveries.append(history.deliveries[0])


@breaks("ends_are_explained")
def a_delivery_expired_too_early(history):
    history.publications[1]["expired"] = False


@breaks("ends_are_explained")
def a_delivery_ended_for_no_reason(history):
    history.deliveries[1].update(state="recalled", ended_reason=None)


@breaks("grants_have_a_delivery")
def something_is_sealed_to_who_is_owed_nothing(history):
    history.grants[0]["unit"] = "beichen"


@breaks("grants_have_a_delivery")
def something_is_sealed_to_another_key(history):
    history.grants[0]["kid"] = STRANGER.kid


@breaks("nothing_is_sealed_after_a_loss")
def something_is_sealed_after_a_suspension(history):
    history.losses.append(Loss("huaan"))


@breaks("nothing_is_sealed_after_a_loss")
def something_was_sealed_before_the_right_came_back(history):
    history.forbidden.append((PUBLICATION, "huaan", "d1"))


@breaks("audiences_follow_the_rights")
def a_unit_with_the_right_is_left_out(history):
    history.members["beichen"] = ("weekly",)


@breaks("audiences_follow_the_rights")
def an_entry_is_issued_after_a_denial(history):
    history.acts.append(Act("huaan", "weekly", False, 900.0, 901.0))


@breaks("nobody_writes_without_the_lease")
def somebody_writes_under_anothers_lease(history):
    history.witness.append({"login": "dispatch_a", "relation": "delivery", "holder": "dispatch-b"})


@breaks("nobody_writes_without_the_lease")
def something_is_issued_under_an_old_fence(history):
    history.issues.insert(1, {"sequence": 2, "act": "lease_take", "fence": 2})


@breaks("settled_is_proved")
def a_delivery_is_settled_without_a_receipt(history):
    history.items.clear()


@breaks("settled_is_proved")
def a_receipt_is_signed_by_a_stranger(history):
    history.raws[1] = receipt(STRANGER).encode()


@breaks("settled_is_proved")
def a_receipt_names_another_manifest(history):
    history.raws[1] = receipt(manifest="00" * 32).encode()


@breaks("settled_is_proved")
def a_receipt_says_something_else(history):
    history.raws[1] = receipt(state="opened").encode()


@breaks("settled_is_proved")
def a_receipt_was_not_believed(history):
    history.receipts[0]["verdict"] = 602


@breaks("the_ledger_holds_everything_once")
def a_receipt_is_there_twice(history):
    history.receipts.append({**history.receipts[0], "id": 2})


@breaks("the_ledger_holds_everything_once")
def an_item_is_there_twice(history):
    history.items.append(history.items[0])


@breaks("watermarks_are_covered")
def a_device_was_told_too_much(history):
    history.devices[0]["settled"] = 2


@breaks("outboxes_forget_nothing")
def a_device_forgot_what_is_not_committed(history):
    history.disks[0].receipts[1] = "33" * 32


@breaks("inboxes_hold_only_what_was_sent")
def a_document_is_there_twice(history):
    history.disks[0].folders.append(history.disks[0].folders[0])


@breaks("inboxes_hold_only_what_was_sent")
def a_document_was_not_sent(history):
    history.disks[0].unit = "beichen"


@breaks("inboxes_hold_only_what_was_sent")
def a_document_has_other_bytes(history):
    history.disks[0].folders[0][2][0] = "44" * 32


@breaks("inboxes_hold_only_what_was_sent")
def a_document_was_put_aside(history):
    history.disks[0].quarantined.append(("weekly-1-abababab.damaged", [CONTENT]))


@breaks("the_audit_verifies")
def the_audit_does_not_hold(history):
    history.audit = "link 3 is not there"


@breaks("everybody_has_everything")
def something_is_owed(history):
    history.deliveries[0]["state"] = "owed"


@breaks("everybody_has_everything")
def what_has_expired_is_still_owed(history):
    history.deliveries[1].update(state="owed", ended_reason=None)


@breaks("everybody_has_everything")
def a_live_device_does_not_hold_a_document(history):
    history.disks[0].folders.clear()


@breaks("everybody_has_everything")
def a_second_device_has_said_nothing(history):
    history.disks.append(Disk("huaan", "d2", folders=history.disks[0].folders))
    history.devices.append({**history.devices[0], "device": "d2", "settled": 0, "receipts_reported": 0})


@breaks("everything_is_issued")
def a_publication_waits(history):
    history.publications[0]["state"] = "approved"


@breaks("outboxes_are_empty")
def a_device_owes_a_receipt(history):
    history.disks[0].receipts[2] = "66" * 32


@breaks("outboxes_are_empty")
def a_device_has_said_nothing_yet(history):
    history.disks[0].items.append((PUBLICATION, "opened", 0, None))


@breaks("numbers_are_given_once")
def a_device_signs_two_receipts_under_a_number(history):
    history.rows["receipts"].append({**history.receipts[0], "id": 2, "sha256": "33" * 32})


def took(history):
    """A restore took the receipt; the device has heard of the new epoch, or not."""
    history.taken["receipts"].add(("huaan", "d1", 1, sha256(RECEIPT)))
    history.rows["receipts"].clear()


@breaks("what_a_restore_took_comes_back")
def a_receipt_that_a_restore_took_does_not_come_back(history):
    took(history)


@breaks("outboxes_forget_nothing")
def a_receipt_is_forgotten_that_no_restore_took(history):
    took(history)
    history.disks[0].receipts[1] = "33" * 32
    history.rows["epoch"] = 2


@breaks("outboxes_forget_nothing")
def a_receipt_that_a_restore_took_is_forgotten_in_the_new_epoch(history):
    took(history)
    history.rows["epoch"] = history.disks[0].epoch = 2


@pytest.mark.parametrize("rule, made, spoil", BROKEN)
def test_is_found(rule, made, spoil):
    history = made()
    spoil(history)
    assert rule in found(history)


@pytest.mark.parametrize("table", ["grants", "items", "receipts", "entries"])
def test_what_was_committed_and_is_gone_is_found(sound, table):
    judge, later = Checker(), copy.deepcopy(sound)
    assert judge.always(sound) == []
    later.rows[table].pop()
    assert "nothing_committed_is_undone" in found(later, judge)


def test_what_was_settled_and_is_owed_again_is_found(sound):
    judge, later = Checker(), copy.deepcopy(sound)
    assert judge.always(sound) == []
    later.deliveries[0]["state"] = "owed"
    assert "nothing_committed_is_undone" in found(later, judge)


def test_every_rule_has_a_history_that_breaks_it():
    broken = {case.values[0] for case in BROKEN} | {"nothing_committed_is_undone"}
    assert broken == {rule.__name__ for rule in (*ALWAYS, *AT_REST)}


def test_what_a_restore_took_may_be_forgotten_until_the_device_hears_of_it(sound):
    took(sound)
    sound.rows["epoch"] = 2
    assert "outboxes_forget_nothing" not in found(sound)


def test_a_unit_may_hold_what_a_restore_took(sound):
    sound.taken["deliveries"].add((PUBLICATION, "huaan"))
    sound.rows["deliveries"].pop(0)
    assert "inboxes_hold_only_what_was_sent" not in found(sound)


def test_a_new_epoch_enters_again_what_a_unit_has_lost_the_right_to(sound):
    sound.acts.append(Act("huaan", "weekly", False, 1500.0, 1501.0))
    sound.rows["entries"].append({**sound.entries[0], "epoch": 2, "issued_at": 2000.0, "digest": None})
    assert "audiences_follow_the_rights" not in found(sound)


def test_a_receipt_of_an_earlier_epoch_proves_under_any_number(sound):
    sound.deliveries[0].update(epoch=2, number=7)
    assert "settled_is_proved" not in found(sound)


def test_a_state_that_went_back_may_have_another_receipt_under_a_number(sound):
    sound.disks[0].receipts[1] = "33" * 32
    sound.disks[0].restored = True
    assert "outboxes_forget_nothing" not in found(sound)


def test_an_act_that_was_under_way_at_an_issue_allows_either(sound):
    sound.acts.append(Act("huaan", "weekly", False, 999.0, 1001.0))
    assert found(sound) == {}


def test_what_ended_before_its_entry_was_signed_has_a_void_in_its_place(sound):
    judge, later = Checker(), copy.deepcopy(sound)
    sound.deliveries[1].update(state="owed", ended_reason=None)
    sound.entries[1]["digest"] = None
    assert judge.always(sound) == []
    later.entries[1].update(kind="void", publication=None, digest=None)
    assert judge.always(later) == []


def test_what_people_did_may_go_with_a_state_that_went_back():
    history = broken_moves.moved_history()
    history.undone |= set(history.done)
    broken_moves.a_reply_is_lost_at_the_device(history)
    broken_moves.a_reply_never_comes(history)
    assert not {"what_people_did_is_kept", "replies_have_come"} & found(history).keys()


def test_a_unit_may_have_put_away_what_a_restore_took_the_recall_of():
    history = broken_moves.moved_history()
    history.taken["recalls"].add((broken_moves.RECALL, PUBLICATION))
    history.rows["recalls"].clear()
    assert "what_is_recalled_is_put_away" not in found(history)


def test_a_recall_is_sealed_to_who_has_lost_the_channel():
    history = broken_moves.moved_history()
    history.losses.append(Loss("huaan", "weekly", seen={(PUBLICATION, "huaan", "d1")}))
    assert "nothing_is_sealed_after_a_loss" not in found(history)


def test_what_was_superseded_may_stay_where_what_replaced_it_did_not_come():
    history = broken_supersessions.superseded_history()
    broken_supersessions.second_device(history)
    assert "recalls_are_confirmed" not in found(history) and "what_is_recalled_is_put_away" not in found(history)


def test_what_supersedes_is_not_for_who_lost_the_right():
    history = broken_supersessions.superseded_history()
    history.grants.append({**history.grants[0], "unit": "beichen"})
    history.items.append({**history.items[0], "unit": "beichen"})
    assert not {"who_was_sealed_to_is_told", "recalls_are_confirmed"} & found(history).keys()
