/* An entry's payload as JSON. */
#include "common/entry.h"

#include <string.h>

#include "common/field.h"
#include "common/json_plain.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_ENTRY_MALFORMED, USUAL_BYTES = 2000 };

static bool read_previous(const struct json_object *object, struct entry *entry, struct err *err)
{
	static const struct digest zeros;

	if (!json_get_digest(object, "previous", &entry->previous, err))
		return false;
	return digest_equal(&entry->previous, &zeros) == (entry->number == 1) ||
		   field_refuse(object, "previous", "is 64 zeros exactly for number 1", err);
}

static bool read_kind(const struct json_object *object, enum kind *ret, struct err *err)
{
	const char *text;

	if (!json_get_string(object, "kind", 1, 64, &text, err))
		return false;
	return kind_parse(text, strlen(text), ret) ||
		   field_refuse(object, "kind", "is not a word that is known here", err);
}

static bool read_signatures(const struct json_object *object, struct entry *entry, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "signatures", 1, LIMIT_APPROVALS, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text;

		if (!json_item_string(object, list, i, 1, LIMIT_MANIFEST_JWS, &text, err))
			return false;
		entry->signatures[i] = strdup(text);
		if (!entry->signatures[i])
			return err_set(err, ERR_SYSTEM, "out of memory for an entry");
		entry->signature_count++;
	}
	return true;
}

static bool read_publication(const struct json_object *object, struct entry *entry, struct err *err)
{
	int64_t parts;

	if (!field_pub_id(object, "publication", &entry->publication, err) ||
		!json_get_digest(object, "manifest", &entry->manifest, err) ||
		!json_get_digest(object, "body", &entry->body.digest, err) ||
		!json_get_b64(object, "stream", entry->body.stream, BODY_STREAM_BYTES, err) ||
		!json_get_int(object, "parts", 1, LIMIT_PARTS, &parts, err) ||
		!read_signatures(object, entry, err))
		return false;
	entry->body.parts = (uint32_t)parts;
	return true;
}

/* When it came into this mailbox, where that was after the issue. */
static bool read_entered_at(const struct json_object *object, struct entry *entry, struct err *err)
{
	return json_opt_int(
		object, "entered_at", entry->issued_at + 1, TIME_MAX, 0, &entry->entered_at, err);
}

/* An earlier number, or none. */
static bool read_target(const struct json_object *object, struct entry *entry, struct err *err)
{
	return json_opt_int(object, "target", 1, entry->number - 1, 0, &entry->target, err);
}

static bool read_common(const struct json_object *object, struct entry *entry, struct err *err)
{
	return field_version(object, err) &&
		   field_name(object, "unit", ident_is_unit, entry->unit, UNIT_SIZE, err) &&
		   json_get_int(object, "epoch", 1, INT_31_MAX, &entry->epoch, err) &&
		   json_get_int(object, "number", 1, INT_31_MAX, &entry->number, err) &&
		   read_kind(object, &entry->kind, err) && read_previous(object, entry, err) &&
		   json_get_int(object, "keyset", 1, INT_31_MAX, &entry->keyset, err) &&
		   field_time(object, "issued_at", &entry->issued_at, err);
}

static bool read_entry(const struct json_object *object, struct entry *entry, struct err *err)
{
	static const char *const full[] = {"v", "unit", "epoch", "number", "kind", "previous", "keyset",
		"issued_at", "entered_at", "publication", "manifest", "body", "stream", "parts",
		"signatures", NULL};
	static const char *const empty[] = {
		"v", "unit", "epoch", "number", "kind", "previous", "keyset", "issued_at", "target", NULL};

	if (!read_common(object, entry, err))
		return false;
	if (entry->kind == KIND_VOID)
		return json_only_keys(object, empty, err) && read_target(object, entry, err);
	return json_only_keys(object, full, err) && read_entered_at(object, entry, err) &&
		   read_publication(object, entry, err);
}

bool entry_parse_payload(const void *payload, size_t len, struct entry *ret, struct err *err)
{
	auto_json json_t *json = NULL;
	auto_entry struct entry entry = ENTRY_INIT;

	if (!json_parse_strict(payload, len, LIMIT_ENTRY_JWS, "entry", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "entry", MALFORMED};

	if (!read_entry(&object, &entry, err))
		return false;
	entry.digest = digest_of(payload, len);
	*ret = entry;
	entry = (struct entry)ENTRY_INIT;
	return true;
}

static bool write_signatures(const struct entry *entry, struct buf *out, struct err *err)
{
	if (!json_plain_begin(out, "signatures", '[', err))
		return false;
	for (size_t i = 0; i < entry->signature_count; i++)
		if (!json_plain_text(out, NULL, entry->signatures[i], err))
			return false;
	return json_plain_end(out, ']', err);
}

static bool write_digest(
	struct buf *out, const char *name, const struct digest *digest, struct err *err)
{
	return json_plain_hex(out, name, digest->bytes, sizeof(digest->bytes), err);
}

static bool write_publication(const struct entry *entry, struct buf *out, struct err *err)
{
	const struct pub_id *publication = &entry->publication;

	return (entry->entered_at == 0 || json_plain_int(out, "entered_at", entry->entered_at, err)) &&
		   json_plain_hex(
			   out, "publication", publication->bytes, sizeof(publication->bytes), err) &&
		   write_digest(out, "manifest", &entry->manifest, err) &&
		   write_digest(out, "body", &entry->body.digest, err) &&
		   json_plain_b64(out, "stream", entry->body.stream, BODY_STREAM_BYTES, err) &&
		   json_plain_int(out, "parts", entry->body.parts, err) &&
		   write_signatures(entry, out, err);
}

static bool write_rest(const struct entry *entry, struct buf *out, struct err *err)
{
	if (entry->kind != KIND_VOID)
		return write_publication(entry, out, err);
	return entry->target == 0 || json_plain_int(out, "target", entry->target, err);
}

static bool write_entry(const struct entry *entry, struct buf *out, struct err *err)
{
	return json_plain_begin(out, NULL, '{', err) && json_plain_int(out, "v", 1, err) &&
		   json_plain_text(out, "unit", entry->unit, err) &&
		   json_plain_int(out, "epoch", entry->epoch, err) &&
		   json_plain_int(out, "number", entry->number, err) &&
		   json_plain_text(out, "kind", kind_name(entry->kind), err) &&
		   write_digest(out, "previous", &entry->previous, err) &&
		   json_plain_int(out, "keyset", entry->keyset, err) &&
		   json_plain_int(out, "issued_at", entry->issued_at, err) && write_rest(entry, out, err) &&
		   json_plain_end(out, '}', err);
}

static bool is_within(int64_t value, int64_t min, int64_t max)
{
	return min <= value && value <= max;
}

static bool signatures_are_good(const struct entry *entry)
{
	if (entry->signature_count < 1 || entry->signature_count > LIMIT_APPROVALS)
		return false;
	for (size_t i = 0; i < entry->signature_count; i++)
		if (!is_within((int64_t)strlen(entry->signatures[i]), 1, LIMIT_MANIFEST_JWS))
			return false;
	return true;
}

static bool publication_is_good(const struct entry *entry)
{
	return is_within(entry->body.parts, 1, LIMIT_PARTS) &&
		   (entry->entered_at == 0 ||
			   is_within(entry->entered_at, entry->issued_at + 1, TIME_MAX)) &&
		   signatures_are_good(entry);
}

/* What each field may be, as the readers above have it. */
static bool entry_is_good(const struct entry *entry)
{
	static const struct digest zeros;

	if (!ident_is_unit(entry->unit, strlen(entry->unit)) ||
		!is_within(entry->epoch, 1, INT_31_MAX) || !is_within(entry->number, 1, INT_31_MAX) ||
		digest_equal(&entry->previous, &zeros) != (entry->number == 1) ||
		!is_within(entry->keyset, 1, INT_31_MAX) || !is_within(entry->issued_at, 0, TIME_MAX))
		return false;
	if (entry->kind != KIND_VOID)
		return publication_is_good(entry);
	return entry->target == 0 || is_within(entry->target, 1, entry->number - 1);
}

/*
 * What entry_parse_payload would refuse is not made. Only when something is wrong it is read again, to
 * be told what: entries are made by the ten thousand.
 */
bool entry_format(const struct entry *entry, struct buf *payload, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry again = ENTRY_INIT;

	if (!buf_reserve(&text, USUAL_BYTES, err) || !write_entry(entry, &text, err))
		return err_context(err, "cannot write the entry");
	return (entry_is_good(entry) || entry_parse_payload(text.data, text.len, &again, err)) &&
		   buf_move(payload, &text, err);
}
