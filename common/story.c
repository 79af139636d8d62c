#include "common/story.h"

#include <stdlib.h>
#include <string.h>

#include "common/field.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_STORY_MALFORMED };

static const char *const state_names[] = {
	[STORY_OWED] = "owed",
	[STORY_SETTLED] = "settled",
	[STORY_EXPIRED] = "expired",
	[STORY_WITHDRAWN] = "recalled",
};

const char *story_state_name(enum story_state state)
{
	return state_names[state];
}

static void release_unit(struct story_unit *unit)
{
	for (size_t i = 0; i < unit->device_count; i++)
		free(unit->devices[i].receipts);
	free(unit->devices);
}

void story_release(struct story *story)
{
	for (size_t i = 0; i < story->unit_count; i++)
		release_unit(&story->units[i]);
	free(story->units);
	free(story->others);
	free(story->keysets);
	buf_release(&story->audience);
	keyring_release(&story->ring);
	json_decref(story->json);
	memset(story, 0, sizeof *story);
}

/* Room for each item of a list; `*ret` stays NULL when it is empty. */
static bool make_room(const json_t *list, size_t size, void *ret, struct err *err)
{
	void *room = NULL;

	if (json_array_size(list) > 0 && !(room = calloc(json_array_size(list), size)))
		return err_set(err, ERR_SYSTEM, "out of memory for a story");
	memcpy(ret, &room, sizeof room);
	return true;
}

static bool text_or_null(
	const struct json_object *object, const char *name, const char **ret, struct err *err)
{
	*ret = NULL;
	return json_field_is_null(object, name) ||
		   json_get_string(object, name, 0, LIMIT_STORY_TEXT, ret, err);
}

/* A name that `valid` accepts, borrowed. */
static bool borrow_name(const struct json_object *object, const char *name,
	bool (*valid)(const char *text, size_t len), size_t size, const char **ret, struct err *err)
{
	char copy[UNIT_SIZE];

	return field_name(object, name, valid, copy, size, err) &&
		   json_get_string(object, name, 1, size - 1, ret, err);
}

static bool read_states(
	const struct json_object *object, struct story_receipt *receipt, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "states", 1, STORY_STATES, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		enum receipt_state state;
		const char *text;

		if (!json_item_string(object, list, i, 1, 16, &text, err))
			return false;
		if (!receipt_state_parse(text, strlen(text), &state) || receipt->states[state])
			return field_refuse(object, "states", "has an unknown word, or one twice", err);
		receipt->states[state] = true;
	}
	return true;
}

static bool read_receipts(
	const struct json_object *object, struct story_device *device, struct err *err)
{
	static const char *const fields[] = {"jws", "received_at", "settled_at", "states", NULL};
	const json_t *list;

	if (!json_get_array(object, "receipts", 0, STORY_STATES, &list, err) ||
		!make_room(list, sizeof *device->receipts, &device->receipts, err))
		return false;
	for (; device->receipt_count < json_array_size(list); device->receipt_count++) {
		struct story_receipt *receipt = &device->receipts[device->receipt_count];
		struct json_object item;

		if (!json_item_object(object, list, device->receipt_count, "story's receipt", &item, err) ||
			!json_only_keys(&item, fields, err) ||
			!json_get_string(&item, "jws", 1, LIMIT_RECEIPT_JWS, &receipt->jws, err) ||
			!field_time(&item, "received_at", &receipt->received_at, err) ||
			!field_time(&item, "settled_at", &receipt->settled_at, err) ||
			!read_states(&item, receipt, err))
			return false;
	}
	return true;
}

static bool read_device(
	const struct json_object *object, struct story_device *device, struct err *err)
{
	static const char *const fields[] = {
		"device", "certificate", "revoked_at", "sealed_at", "receipts", NULL};

	return json_only_keys(object, fields, err) &&
		   borrow_name(object, "device", ident_is_device, DEVICE_SIZE, &device->device, err) &&
		   json_get_string(object, "certificate", 1, LIMIT_DEVICE_JWS, &device->certificate, err) &&
		   field_time_or_null(object, "revoked_at", &device->revoked_at, err) &&
		   field_time_or_null(object, "sealed_at", &device->sealed_at, err) &&
		   read_receipts(object, device, err);
}

static bool read_devices(const struct json_object *object, struct story_unit *unit, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "devices", 0, LIMIT_STORY_DEVICES, &list, err) ||
		!make_room(list, sizeof *unit->devices, &unit->devices, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_object item;

		/* Counted before it is read, so that what was read of it is freed. */
		unit->device_count++;
		if (!json_item_object(object, list, i, "story's device", &item, err) ||
			!read_device(&item, &unit->devices[i], err))
			return false;
		if (i > 0 && strcmp(unit->devices[i - 1].device, unit->devices[i].device) >= 0)
			return field_refuse(object, "devices", "is not in ascending order", err);
	}
	return true;
}

static bool read_entry(const struct json_object *object, struct story_unit *unit, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "entry", 0, LIMIT_STORY_SIGNERS, &list, err))
		return false;
	for (; unit->entry_count < json_array_size(list); unit->entry_count++)
		if (!json_item_string(object, list, unit->entry_count, 1, LIMIT_ENTRY_JWS,
				&unit->entries[unit->entry_count], err))
			return false;
	return true;
}

static bool read_unit(const struct json_object *object, struct story_unit *unit, struct err *err)
{
	static const char *const fields[] = {"unit", "name", "epoch", "number", "issued_at", "entry",
		"state", "ended_at", "ended_reason", "devices", NULL};
	size_t state;

	if (!json_only_keys(object, fields, err) ||
		!borrow_name(object, "unit", ident_is_unit, UNIT_SIZE, &unit->unit, err) ||
		!json_get_string(object, "name", 1, LIMIT_STORY_TEXT, &unit->name, err) ||
		!json_get_int(object, "epoch", 1, INT_31_MAX, &unit->epoch, err) ||
		!json_get_int(object, "number", 1, INT_31_MAX, &unit->number, err) ||
		!field_time(object, "issued_at", &unit->issued_at, err) || !read_entry(object, unit, err) ||
		!field_word(object, "state", state_names, ARRAY_LEN(state_names), &state, err) ||
		!field_time_or_null(object, "ended_at", &unit->ended_at, err) ||
		!text_or_null(object, "ended_reason", &unit->ended_reason, err))
		return false;
	unit->state = (enum story_state)state;
	return read_devices(object, unit, err);
}

static bool read_units(const struct json_object *object, struct story *story, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "units", 0, LIMIT_STORY_UNITS, &list, err) ||
		!make_room(list, sizeof *story->units, &story->units, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_object item;

		/* Counted before it is read, so that what was read of it is freed. */
		story->unit_count++;
		if (!json_item_object(object, list, i, "story's unit", &item, err) ||
			!read_unit(&item, &story->units[i], err))
			return false;
		if (i > 0 && strcmp(story->units[i - 1].unit, story->units[i].unit) >= 0)
			return field_refuse(object, "units", "is not in ascending order", err);
	}
	return true;
}

static bool read_other(const struct json_object *object, struct story_other *other, struct err *err)
{
	static const char *const fields[] = {"unit", "name", "standing", "why", NULL};
	const char *standing;

	if (!json_only_keys(object, fields, err) ||
		!borrow_name(object, "unit", ident_is_unit, UNIT_SIZE, &other->unit, err) ||
		!json_get_string(object, "name", 1, LIMIT_STORY_TEXT, &other->name, err) ||
		!json_get_string(object, "standing", 1, 16, &standing, err) ||
		!json_get_string(object, "why", 0, LIMIT_STORY_TEXT, &other->why, err))
		return false;
	return standing_parse(standing, strlen(standing), &other->standing) ||
		   field_refuse(object, "standing", "is not a word that is known here", err);
}

static bool read_others(const struct json_object *object, struct story *story, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "others", 0, LIMIT_STORY_UNITS, &list, err) ||
		!make_room(list, sizeof *story->others, &story->others, err))
		return false;
	for (; story->other_count < json_array_size(list); story->other_count++) {
		struct story_other *other = &story->others[story->other_count];
		struct json_object item;

		if (!json_item_object(object, list, story->other_count, "story's other unit", &item, err) ||
			!read_other(&item, other, err))
			return false;
		if (story->other_count > 0 && strcmp(other[-1].unit, other->unit) >= 0)
			return field_refuse(object, "others", "is not in ascending order", err);
	}
	return true;
}

static bool read_keysets(const struct json_object *object, struct story *story, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "keysets", 1, LIMIT_STORY_KEYSETS, &list, err) ||
		!make_room(list, sizeof *story->keysets, &story->keysets, err))
		return false;
	for (; story->keyset_count < json_array_size(list); story->keyset_count++)
		if (!json_item_string(object, list, story->keyset_count, 1, LIMIT_KEYSET_JWS,
				&story->keysets[story->keyset_count], err))
			return false;
	return true;
}

static bool read_body(const struct json_object *object, struct body *body, struct err *err)
{
	int64_t parts;

	if (!json_get_digest(object, "body", &body->digest, err) ||
		!json_get_b64(object, "stream", body->stream, BODY_STREAM_BYTES, err) ||
		!json_get_int(object, "parts", 1, LIMIT_PARTS, &parts, err))
		return false;
	body->parts = (uint32_t)parts;
	return true;
}

static bool read_kind(const struct json_object *object, enum kind *ret, struct err *err)
{
	const char *text;

	if (!json_get_string(object, "kind", 1, 16, &text, err))
		return false;
	return (kind_parse(text, strlen(text), ret) && *ret != KIND_VOID) ||
		   field_refuse(object, "kind", "is not a word that is known here", err);
}

static bool read_publication(
	const struct json_object *story_object, struct story *story, struct err *err)
{
	static const char *const fields[] = {"id", "kind", "channel", "number", "manifest", "body",
		"stream", "parts", "audience", "issued_at", "keyset", "expires_at", NULL};
	struct json_object object;

	buf_init(&story->audience, LIMIT_STORY_RULE);
	return json_get_object(story_object, "publication", "story's publication", &object, err) &&
		   json_only_keys(&object, fields, err) && field_pub_id(&object, "id", &story->id, err) &&
		   read_kind(&object, &story->kind, err) &&
		   field_name(&object, "channel", ident_is_channel, story->channel, CHANNEL_SIZE, err) &&
		   field_name(&object, "number", ident_is_number, story->number, NUMBER_SIZE, err) &&
		   json_get_digest(&object, "manifest", &story->manifest, err) &&
		   read_body(&object, &story->body, err) &&
		   json_get_b64_buf(&object, "audience", 1, LIMIT_STORY_RULE, &story->audience, err) &&
		   field_time(&object, "issued_at", &story->issued_at, err) &&
		   json_get_int(&object, "keyset", 1, INT_31_MAX, &story->keyset, err) &&
		   field_time_or_null(&object, "expires_at", &story->expires_at, err);
}

static bool read_story(struct story *story, struct err *err)
{
	static const char *const fields[] = {
		"certwire-story", "publication", "keysets", "units", "others", NULL};
	struct json_object object = {story->json, "story", MALFORMED};
	int64_t version;

	/* What version it is comes first: of another one nothing else is known. */
	return json_get_int(&object, "certwire-story", 1, 1, &version, err) &&
		   json_only_keys(&object, fields, err) && read_publication(&object, story, err) &&
		   read_keysets(&object, story, err) && read_units(&object, story, err) &&
		   read_others(&object, story, err);
}

bool story_parse(const void *data, size_t len, struct story *ret, struct err *err)
{
	auto_story struct story story = STORY_INIT;

	if (!json_parse_strict(data, len, LIMIT_STORY, "story", MALFORMED, &story.json, err) ||
		!read_story(&story, err))
		return false;
	*ret = story;
	memset(&story, 0, sizeof story);
	return true;
}
