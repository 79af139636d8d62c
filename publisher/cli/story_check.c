#include "publisher/cli/story_check.h"

#include <inttypes.h>
#include <string.h>

#include "common/approval.h"
#include "common/entry.h"
#include "db/story.h"

enum { PARTS_A_PAGE = 64 };

static struct digest column_digest(const struct pg_rows *rows, int row, int column)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	return digest_of(bytes.data, bytes.len);
}

static bool column_is(const struct pg_rows *rows, int row, int column, const struct digest *digest)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	return bytes.data && bytes.len == DIGEST_BYTES &&
		   memcmp(bytes.data, digest->bytes, DIGEST_BYTES) == 0;
}

static bool check_rule(const struct story_rows *rows, struct err *err)
{
	struct digest rule = column_digest(rows->publication, 0, STORY_PUBLICATION_AUDIENCE);

	return column_is(rows->publication, 0, STORY_PUBLICATION_AUDIENCE_DIGEST, &rule) ||
		   err_set(err, ERR_DENIED,
			   "受众规则 the audience rule has not the digest that stands beside it");
}

static bool check_versions(const struct pg_rows *rows, const struct keyring *ring, struct err *err)
{
	for (int row = 0; row < pg_row_count(rows); row++)
		if (ring->keysets[row]->version != pg_int(rows, row, STORY_KEYSET_VERSION) ||
			ring->keysets[row]->version != row + 1)
			return err_set(err, ERR_DENIED,
				"密钥集 keyset %d stands under another version, or one is gone", row + 1);
	return true;
}

/* A signature that stands in the ledger, and in each entry. */
static bool check_signature(const struct story_rows *rows, int row, const struct story *story,
	const struct entry *entry, struct err *err)
{
	const char *jws = pg_text(rows->signatures, row, STORY_SIGNATURE_JWS);
	const struct keyset_key *signer;
	bool found = false;

	if (!approval_verify(
			jws, &story->manifest, keyring_newest(&story->ring), entry->issued_at, &signer, err))
		return err_context(err, "签名 signature %d", row + 1);
	if (strcmp(signer->kid, pg_text(rows->signatures, row, STORY_SIGNATURE_KID)) != 0)
		return err_set(err, ERR_DENIED, "签名 signature %d stands under another key", row + 1);
	for (size_t i = 0; i < entry->signature_count; i++)
		found = found || strcmp(entry->signatures[i], jws) == 0;
	return found || err_set(err, ERR_DENIED, "签名 signature %d is not in the entry", row + 1);
}

static bool check_signatures(const struct story_rows *rows, const struct story *story,
	const struct entry *entry, struct err *err)
{
	if (entry->signature_count != (size_t)pg_row_count(rows->signatures))
		return err_set(err, ERR_DENIED,
			"签名 the entry has %zu editors' signatures, the ledger has %d", entry->signature_count,
			pg_row_count(rows->signatures));
	for (int row = 0; row < pg_row_count(rows->signatures); row++)
		if (!check_signature(rows, row, story, entry, err))
			return false;
	return true;
}

static bool check_neighbours(
	const struct pg_rows *rows, int row, const struct entry *entry, struct err *err)
{
	struct pg_bytes before = pg_bytes(rows, row, STORY_UNIT_PAYLOAD_BEFORE);
	struct pg_bytes after = pg_bytes(rows, row, STORY_UNIT_PAYLOAD_AFTER);
	struct digest digest = digest_of(before.data, before.len);
	auto_entry struct entry next = ENTRY_INIT;

	if (entry->number > 1 && (!before.data || !digest_equal(&digest, &entry->previous)))
		return err_set(err, ERR_DENIED,
			"链断裂 entry %" PRId64 " does not follow the one before it in the mailbox",
			entry->number);
	if (!after.data)
		return true;
	if (!entry_parse_payload(after.data, after.len, &next, err) ||
		!entry_check_next(entry, &next, err)) {
		err->kind = ERR_DENIED;
		return err_context(err, "链断裂 the entry after number %" PRId64, entry->number);
	}
	return true;
}

/* The entry's columns, its payload's bytes and digest. */
static bool check_columns(
	const struct pg_rows *rows, int row, const struct entry *entry, struct err *err)
{
	struct pg_bytes payload = pg_bytes(rows, row, STORY_UNIT_PAYLOAD);

	if (!payload.data || payload.len != entry->jws.payload.len ||
		memcmp(payload.data, entry->jws.payload.data, payload.len) != 0)
		return err_set(err, ERR_DENIED,
			"条目 entry %" PRId64 ": its payload is not what was signed", entry->number);
	if (!column_is(rows, row, STORY_UNIT_DIGEST, &entry->digest))
		return err_set(
			err, ERR_DENIED, "条目 entry %" PRId64 ": its digest is another", entry->number);
	if (pg_time(rows, row, STORY_UNIT_ENTERED_AT) !=
		(entry->entered_at ? entry->entered_at : entry->issued_at))
		return err_set(err, ERR_DENIED,
			"条目 entry %" PRId64 ": it was entered at another time than was signed",
			entry->number);
	return (entry->keyset == pg_int(rows, row, STORY_UNIT_KEYSET) &&
			   strcmp(kind_name(entry->kind), pg_text(rows, row, STORY_UNIT_KIND)) == 0) ||
		   err_set(err, ERR_DENIED, "条目 entry %" PRId64 ": kind or keyset is not what was signed",
			   entry->number);
}

static bool check_entry(const struct story_rows *rows, int row, const struct story *story,
	const struct story_unit *unit, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;

	if (unit->entry_count == 0)
		return pg_is_null(rows->units, row, STORY_UNIT_PAYLOAD) ||
			   err_set(err, ERR_DENIED, "条目 entry %" PRId64 ": its signatures are gone",
				   unit->number);
	return entry_parse(unit->entries[0], strlen(unit->entries[0]), &entry, err) &&
		   check_columns(rows->units, row, &entry, err) &&
		   check_neighbours(rows->units, row, &entry, err) &&
		   check_signatures(rows, story, &entry, err);
}

/* Times of the delivery are those that some receipt proves. */
static bool is_proven(
	const struct story *story, const struct story_unit *unit, int64_t at, bool opened)
{
	for (size_t i = 0; i < unit->device_count; i++)
		for (size_t j = 0; j < unit->devices[i].receipt_count; j++) {
			const struct story_receipt *receipt = &unit->devices[i].receipts[j];

			if (opened ? receipt->states[RECEIPT_OPENED] && receipt->at[RECEIPT_OPENED] == at
					   : (receipt->states[RECEIPT_STORED] && receipt->at[RECEIPT_STORED] == at) ||
							 (story->kind == KIND_RECALL && receipt->states[RECEIPT_RECALLED] &&
								 receipt->at[RECEIPT_RECALLED] == at))
				return true;
		}
	return false;
}

static bool check_delivery(const struct pg_rows *rows, int row, const struct story *story,
	const struct story_unit *unit, struct err *err)
{
	int64_t at;
	bool stored = !pg_is_null(rows, row, STORY_UNIT_STORED_AT);
	bool opened = !pg_is_null(rows, row, STORY_UNIT_OPENED_AT);

	if (pg_int(rows, row, STORY_UNIT_DELIVERY_EPOCH) != unit->epoch ||
		pg_int(rows, row, STORY_UNIT_DELIVERY_NUMBER) != unit->number)
		return err_set(err, ERR_DENIED, "投递 the delivery is of another entry");
	if (stored != story_settled(story, unit, &at) ||
		(stored && !is_proven(story, unit, pg_time(rows, row, STORY_UNIT_STORED_AT), false)))
		return err_set(err, ERR_DENIED, "投递 when it was stored is not what the receipts say");
	return (opened == story_reached(unit, RECEIPT_OPENED, &at) &&
			   (!opened ||
				   is_proven(story, unit, pg_time(rows, row, STORY_UNIT_OPENED_AT), true))) ||
		   err_set(err, ERR_DENIED, "投递 when it was opened is not what the receipts say");
}

bool story_check_ledger(const struct story_rows *rows, const struct story *story, struct err *err)
{
	if (!check_rule(rows, err) || !check_versions(rows->keysets, &story->ring, err))
		return false;
	for (size_t i = 0; i < story->unit_count; i++)
		if (!check_entry(rows, (int)i, story, &story->units[i], err) ||
			!check_delivery(rows->units, (int)i, story, &story->units[i], err))
			return err_context(err, "单位 unit '%s'", story->units[i].unit);
	return true;
}

/* Digest of stream header and parts, read a page at a time. */
static bool check_body(
	const struct story_rows *rows, const struct story *story, struct pg *pg, struct err *err)
{
	struct digest_state state;
	struct digest digest;
	int64_t next = 0;

	digest_init(&state);
	digest_update(&state, story->body.stream, BODY_STREAM_BYTES);
	while (next < story->body.parts) {
		auto_rows struct pg_rows *parts = NULL;

		if (!story_parts(pg, rows->id, next, next + PARTS_A_PAGE - 1, &parts, err))
			return false;
		if (pg_row_count(parts) == 0)
			break;
		for (int row = 0; row < pg_row_count(parts); row++, next++) {
			struct pg_bytes part = pg_bytes(parts, row, STORY_PART_DATA);

			if (pg_int(parts, row, STORY_PART_INDEX) != next)
				return err_set(
					err, ERR_DENIED, "正文 part %" PRId64 " of the sealed body is gone", next);
			digest_update(&state, part.data, part.len);
		}
	}
	digest = digest_final(&state);
	return (next == story->body.parts && digest_equal(&digest, &story->body.digest)) ||
		   err_set(err, ERR_DENIED, "正文 the sealed body is not the one that was issued");
}

/* Believed receipts of units that are said not to have it. */
static bool check_unsettled(
	const struct story_rows *rows, const struct story *story, struct pg *pg, struct err *err)
{
	auto_rows struct pg_rows *receipts = NULL;

	if (!story_unsettled(pg, rows->id, &receipts, err))
		return false;
	for (int row = 0; row < pg_row_count(receipts); row++) {
		struct pg_bytes raw = pg_bytes(receipts, row, STORY_UNSETTLED_RAW);
		auto_receipt struct receipt receipt = RECEIPT_INIT;
		struct err why;

		if (!receipt_parse(raw.data, raw.len, &receipt, &why))
			continue;
		for (size_t i = 0; i < receipt.item_count; i++)
			if (pub_id_equal(&receipt.items[i].publication, &story->id) &&
				receipt.items[i].state == RECEIPT_STORED)
				return err_set(err, ERR_DENIED,
					"回执 receipt %" PRId64
					" of device '%s' of unit '%s' says that it was stored, and the "
					"ledger does not",
					pg_int(receipts, row, STORY_UNSETTLED_NUMBER),
					ERR_QUOTED(pg_text(receipts, row, STORY_UNSETTLED_DEVICE)),
					ERR_QUOTED(pg_text(receipts, row, STORY_UNSETTLED_UNIT)));
	}
	return true;
}

bool story_check(const struct story_rows *rows, const struct story *story, struct pg *pg,
	bool *ret_body_read, struct err *err)
{
	bool reads_body = pg_bool(rows->publication, 0, STORY_PUBLICATION_READS_BODY);

	if (!story_check_ledger(rows, story, err) || !story_check_receipts(rows, story, err) ||
		!check_unsettled(rows, story, pg, err) || !story_check_audience(rows, err) ||
		(reads_body && !check_body(rows, story, pg, err)))
		return false;
	*ret_body_read = reads_body;
	return true;
}
