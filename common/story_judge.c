/* A story judged by the root's fingerprint alone. */
#include "common/story.h"

#include <inttypes.h>
#include <string.h>

#include "common/approval.h"
#include "common/device.h"
#include "common/entry.h"
#include "common/publication.h"
#include "common/refusal.h"

enum { OTHER = REFUSAL_STORY_OTHER };

static bool judge_keysets(struct story *story, const struct fingerprint *root, struct err *err)
{
	keyring_init(&story->ring, root);
	for (size_t i = 0; i < story->keyset_count; i++) {
		const char *jws = story->keysets[i];

		if (!keyring_add(&story->ring, jws, strlen(jws), err))
			return err_context(err, "密钥集 keyset %zu of the story", i + 1);
		if (story->ring.count != i + 1)
			return err_code(err, OTHER, "密钥集 keyset %zu of the story is there twice", i + 1);
	}
	return true;
}

/* Whether that key is a dispatcher's that was stolen: what it signed is neither proof nor contradiction. */
static bool was_stolen(const struct keyset *newest, const char *kid)
{
	const struct keyset_key *key = keyset_find(newest, kid);

	return key && key->role == ROLE_DISPATCHER && key->status == KEY_COMPROMISED;
}

/* The signed entry against what the story says of it. */
static bool match_entry(const struct story *story, const struct story_unit *unit,
	const struct entry *entry, struct err *err)
{
	if (strcmp(entry->unit, unit->unit) != 0)
		return err_code(err, REFUSAL_ENTRY_UNIT, "it is of unit '%s'", entry->unit);
	if (entry->epoch != unit->epoch || entry->number != unit->number)
		return err_code(err, OTHER,
			"it is number %" PRId64 " of epoch %" PRId64 ", not %" PRId64 " of %" PRId64,
			entry->number, entry->epoch, unit->number, unit->epoch);
	if (entry->issued_at != unit->issued_at || entry->issued_at < story->issued_at)
		return err_code(err, OTHER, "it was issued at another time than is said");
	if (entry->kind != story->kind || !pub_id_equal(&entry->publication, &story->id))
		return err_code(err, OTHER, "it is of another publication");
	if (!digest_equal(&entry->manifest, &story->manifest))
		return err_code(err, OTHER, "it names another manifest");
	if (!digest_equal(&entry->body.digest, &story->body.digest) ||
		entry->body.parts != story->body.parts ||
		memcmp(entry->body.stream, story->body.stream, BODY_STREAM_BYTES) != 0)
		return err_code(err, OTHER, "it names another body");
	return true;
}

static bool judge_signer(
	const struct story *story, struct story_unit *unit, const struct entry *entry, struct err *err)
{
	const struct keyset *newest = keyring_newest(&story->ring);

	if (entry_verify(entry, newest, err)) {
		unit->dispatcher = keyset_find(newest, entry->jws.kid)->name;
		return true;
	}
	return was_stolen(newest, entry->jws.kid);
}

static bool judge_editors(struct story *story, const struct entry *entry, struct err *err)
{
	const struct keyset *newest = keyring_newest(&story->ring);
	const struct keyset *named = keyring_version(&story->ring, entry->keyset);
	int demanded;

	if (!named)
		return err_code(err, REFUSAL_ENTRY_KEYSET, "entry: keyset %" PRId64 " is not in the story",
			entry->keyset);
	demanded = keyset_approvals(named, story->channel);
	if (!approvals_check(entry->signatures, entry->signature_count, &entry->manifest, newest,
			entry->issued_at, demanded, err))
		return false;
	if (story->editor_count > 0)
		return true;
	/* All of them are right; those of the first entry are kept to be named. */
	story->demanded = demanded;
	for (; story->editor_count < entry->signature_count; story->editor_count++)
		if (!approval_verify(entry->signatures[story->editor_count], &entry->manifest, newest,
				entry->issued_at, &story->editors[story->editor_count], err))
			return false;
	return true;
}

static bool judge_entry(struct story *story, struct story_unit *unit, size_t nth, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	const char *jws = unit->entries[nth];

	if (!entry_parse(jws, strlen(jws), &entry, err) || !match_entry(story, unit, &entry, err) ||
		!judge_signer(story, unit, &entry, err))
		return false;
	if (nth > 0)
		return digest_equal(&entry.digest, &unit->digest) ||
			   err_code(err, OTHER, "dispatchers signed different ones");
	unit->digest = entry.digest;
	unit->previous = entry.previous;
	return judge_editors(story, &entry, err);
}

static bool judge_entries(struct story *story, struct story_unit *unit, struct err *err)
{
	unit->dispatcher = NULL;
	for (size_t i = 0; i < unit->entry_count; i++)
		if (!judge_entry(story, unit, i, err))
			return err_context(err, "条目 entry %" PRId64, unit->number);
	return unit->entry_count == 0 || unit->dispatcher ||
		   err_code(err, REFUSAL_ENTRY_SIGNATURE,
			   "条目 entry %" PRId64 ": only a compromised dispatcher's key signed it",
			   unit->number);
}

static bool match_item(const struct story *story, const struct story_unit *unit,
	const struct receipt_item *item, struct err *err)
{
	if (!digest_equal(&item->manifest, &story->manifest))
		return err_code(err, REFUSAL_RECEIPT_OTHER, "it names another manifest");
	/* Before its mailbox began again in a new epoch, it came under another number. */
	return item->epoch < unit->epoch ||
		   (item->epoch == unit->epoch && item->entry == unit->number) ||
		   err_code(err, REFUSAL_RECEIPT_OTHER, "it names entry %" PRId64 " of epoch %" PRId64,
			   item->entry, item->epoch);
}

/* Takes over when each state that it is to prove was reached. */
static bool take_states(const struct story *story, const struct story_unit *unit,
	const struct receipt *signed_, struct story_receipt *receipt, struct err *err)
{
	bool found[STORY_STATES] = {false};

	for (size_t i = 0; i < signed_->item_count; i++) {
		const struct receipt_item *item = &signed_->items[i];

		if (!pub_id_equal(&item->publication, &story->id) || found[item->state])
			continue;
		if (receipt->states[item->state] && !match_item(story, unit, item, err))
			return false;
		found[item->state] = true;
		receipt->at[item->state] = item->at;
		if (item->state == RECEIPT_REFUSED)
			receipt->code = item->code;
	}
	for (size_t state = 0; state < STORY_STATES; state++)
		if (receipt->states[state] && !found[state])
			return err_code(err, OTHER, "it does not say '%s' of this publication",
				receipt_state_name((enum receipt_state)state));
	receipt->number = signed_->number;
	return true;
}

static bool judge_labels(const struct story_unit *unit, const struct story_device *device,
	const struct receipt *signed_, struct err *err)
{
	if (strcmp(signed_->unit, unit->unit) != 0)
		return err_code(err, REFUSAL_RECEIPT_UNIT, "it is of unit '%s'", signed_->unit);
	return strcmp(signed_->device, device->device) == 0 ||
		   err_code(err, REFUSAL_RECEIPT_DEVICE, "it is of device '%s'", signed_->device);
}

static bool judge_receipt(const struct story *story, const struct story_unit *unit,
	const struct story_device *device, const struct device_certificate *certificate,
	struct story_receipt *receipt, struct err *err)
{
	auto_receipt struct receipt signed_ = RECEIPT_INIT;

	if (!receipt_parse(receipt->jws, strlen(receipt->jws), &signed_, err) ||
		!judge_labels(unit, device, &signed_, err) ||
		!receipt_verify(&signed_, &certificate->public, err) ||
		!device_certificate_check(
			certificate, unit->unit, device->device, receipt->received_at, err))
		return false;
	if (device->revoked_at != TIME_NONE && device->revoked_at < receipt->received_at)
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "the device was revoked before it came");
	return take_states(story, unit, &signed_, receipt, err);
}

/* A state is proven by one receipt of a device, the first; and receipts stand in their order. */
static bool judge_receipts(const struct story *story, const struct story_unit *unit,
	const struct story_device *device, const struct device_certificate *certificate,
	struct err *err)
{
	bool proven[STORY_STATES] = {false};

	for (size_t i = 0; i < device->receipt_count; i++) {
		struct story_receipt *receipt = &device->receipts[i];

		if (!judge_receipt(story, unit, device, certificate, receipt, err))
			return err_context(err, "回执 receipt %zu", i + 1);
		if (i > 0 && receipt[-1].number >= receipt->number)
			return err_code(err, OTHER, "回执 receipt %zu: numbers do not ascend", i + 1);
		for (size_t state = 0; state < STORY_STATES; state++) {
			if (proven[state] && receipt->states[state])
				return err_code(err, OTHER, "回执 receipt %zu: '%s' was said before", i + 1,
					receipt_state_name((enum receipt_state)state));
			proven[state] = proven[state] || receipt->states[state];
		}
	}
	return true;
}

static bool judge_device(const struct story *story, const struct story_unit *unit,
	const struct story_device *device, struct err *err)
{
	struct device_certificate certificate;

	if (!device_certificate_verify(device->certificate, strlen(device->certificate),
			keyring_newest(&story->ring), &certificate, err) ||
		!device_certificate_check(
			&certificate, unit->unit, device->device, certificate.not_before, err))
		return false;
	return judge_receipts(story, unit, device, &certificate, err);
}

/* What is said to have become of the delivery against what the devices signed. */
static bool match_state(const struct story *story, const struct story_unit *unit, struct err *err)
{
	int64_t at;
	bool settled = story_settled(story, unit, &at);
	bool ended = unit->state == STORY_EXPIRED || unit->state == STORY_WITHDRAWN;

	if (unit->entry_count == 0 && settled)
		return err_code(err, OTHER, "a device signed for an entry that is not signed itself");
	if (unit->state == STORY_SETTLED && !settled)
		return err_code(err, OTHER, "said to be settled, and no receipt says that it was stored");
	if (unit->state == STORY_OWED && settled)
		return err_code(err, OTHER, "said to be owed, and a receipt says that it was stored");
	return (ended == (unit->ended_at != TIME_NONE) && ended == (unit->ended_reason != NULL)) ||
		   err_code(err, OTHER, "its end has a time and a reason, or it has not ended");
}

static bool judge_unit(struct story *story, struct story_unit *unit, struct err *err)
{
	if (!judge_entries(story, unit, err))
		return false;
	for (size_t i = 0; i < unit->device_count; i++)
		if (!judge_device(story, unit, &unit->devices[i], err))
			return err_context(err, "设备 device '%s'", unit->devices[i].device);
	return match_state(story, unit, err);
}

/* Both lists ascend: one walk tells whether a unit is on both. */
static bool check_apart(const struct story *story, struct err *err)
{
	size_t i = 0;

	for (size_t j = 0; j < story->other_count; j++) {
		const char *other = story->others[j].unit;

		while (i < story->unit_count && strcmp(story->units[i].unit, other) < 0)
			i++;
		if (i < story->unit_count && strcmp(story->units[i].unit, other) == 0)
			return err_code(
				err, OTHER, "单位 unit '%s' is said to have an entry and to have none", other);
	}
	return true;
}

bool story_judge(struct story *story, const struct fingerprint *root, struct err *err)
{
	if (!judge_keysets(story, root, err))
		return false;
	if (!keyring_version(&story->ring, story->keyset))
		return err_code(err, REFUSAL_ENTRY_KEYSET, "密钥集 keyset %" PRId64 " is not in the story",
			story->keyset);
	for (size_t i = 0; i < story->unit_count; i++)
		if (!judge_unit(story, &story->units[i], err))
			return err_context(err, "单位 unit '%s'", story->units[i].unit);
	return check_apart(story, err);
}

bool story_reached(const struct story_unit *unit, enum receipt_state state, int64_t *ret_at)
{
	bool found = false;

	for (size_t i = 0; i < unit->device_count; i++)
		for (size_t j = 0; j < unit->devices[i].receipt_count; j++) {
			const struct story_receipt *receipt = &unit->devices[i].receipts[j];

			if (!receipt->states[state] || (found && *ret_at <= receipt->at[state]))
				continue;
			*ret_at = receipt->at[state];
			found = true;
		}
	return found;
}

bool story_settled(const struct story *story, const struct story_unit *unit, int64_t *ret_at)
{
	return story_reached(unit, RECEIPT_STORED, ret_at) ||
		   (story->kind == KIND_RECALL && story_reached(unit, RECEIPT_RECALLED, ret_at));
}

/* What the editors signed against what the story says in plain text. */
static bool match_manifest(
	const struct story *story, const struct manifest *manifest, struct err *err)
{
	struct digest rule = digest_of(story->audience.data, story->audience.len);

	if (!pub_id_equal(&manifest->id, &story->id) || manifest->kind != story->kind)
		return err_code(
			err, REFUSAL_MANIFEST_ENTRY, "清单 manifest: it is of another publication or kind");
	if (strcmp(manifest->channel, story->channel) != 0 ||
		strcmp(manifest->number, story->number) != 0)
		return err_code(err, OTHER, "频道期号 the story says %s %s, the editors signed %s %s",
			story->channel, story->number, manifest->channel, manifest->number);
	if (!digest_equal(&manifest->audience, &rule))
		return err_code(err, OTHER, "受众规则 the audience rule is not the one the editors signed");
	if (manifest->expires_at != story->expires_at)
		return err_code(err, OTHER, "截止时间 the expiry is not the one the editors signed");
	return manifest->not_before == TIME_NONE || manifest->not_before <= story->issued_at ||
		   err_code(err, OTHER, "发布时间 it was issued before the time the editors signed");
}

bool story_judge_manifest(const struct story *story, const void *manifest, size_t len,
	struct manifest *ret, struct err *err)
{
	auto_manifest struct manifest parsed = MANIFEST_INIT;
	struct digest digest = digest_of(manifest, len);

	if (!digest_equal(&digest, &story->manifest))
		return err_code(
			err, REFUSAL_MANIFEST_DIGEST, "清单 manifest: it is not the one of this story");
	if (!manifest_parse(manifest, len, &parsed, err) || !match_manifest(story, &parsed, err) ||
		!manifest_check_names(&parsed, err))
		return false;
	*ret = parsed;
	parsed = (struct manifest)MANIFEST_INIT;
	return true;
}
