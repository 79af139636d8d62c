/* A story's file made of rows. Nothing is judged here but that each row is there. */
#include "publisher/cli/story_rows.h"

#include <string.h>

#include "common/field.h"
#include "common/limits.h"
#include "db/story.h"

/* Where the walks through rows in the same order are. */
struct writer {
	const struct story_rows *rows;
	int device;
	int receipt;
};

static json_t *text_of(const struct pg_rows *rows, int row, int column)
{
	const char *text = pg_text(rows, row, column);

	return text ? json_string(text) : NULL;
}

static json_t *bytes_as_text(const struct pg_rows *rows, int row, int column)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	return bytes.data ? json_stringn(bytes.data, bytes.len) : NULL;
}

static bool set_bytes(
	json_t *json, const char *name, const struct pg_rows *rows, int row, int column, bool as_hex)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	if (!bytes.data)
		return false;
	return as_hex ? field_set_hex(json, name, bytes.data, bytes.len)
				  : field_set_b64(json, name, bytes.data, bytes.len);
}

static int64_t time_or_none(const struct pg_rows *rows, int row, int column)
{
	return pg_is_null(rows, row, column) ? TIME_NONE : pg_time(rows, row, column);
}

static bool is_of(const struct pg_rows *rows, int row, int column, const char *text)
{
	return strcmp(pg_text(rows, row, column), text) == 0;
}

static json_t *publication_of(const struct story_rows *story)
{
	const struct pg_rows *rows = story->publication;
	auto_json json_t *json = json_object();

	if (!field_set(json, "id", text_of(rows, 0, STORY_PUBLICATION_ID)) ||
		!field_set(json, "kind", text_of(rows, 0, STORY_PUBLICATION_KIND)) ||
		!field_set(json, "channel", text_of(rows, 0, STORY_PUBLICATION_CHANNEL)) ||
		!field_set(json, "number", text_of(rows, 0, STORY_PUBLICATION_NUMBER)) ||
		!set_bytes(json, "manifest", rows, 0, STORY_PUBLICATION_MANIFEST, true) ||
		!set_bytes(json, "body", rows, 0, STORY_PUBLICATION_BODY, true) ||
		!set_bytes(json, "stream", rows, 0, STORY_PUBLICATION_STREAM, false) ||
		!field_set_int(json, "parts", pg_int(rows, 0, STORY_PUBLICATION_PARTS)) ||
		!set_bytes(json, "audience", rows, 0, STORY_PUBLICATION_AUDIENCE, false) ||
		!field_set_int(json, "issued_at", pg_time(rows, 0, STORY_PUBLICATION_ISSUED_AT)) ||
		!field_set_int(json, "keyset", pg_int(rows, 0, STORY_PUBLICATION_KEYSET)) ||
		!field_set_time_or_null(
			json, "expires_at", time_or_none(rows, 0, STORY_PUBLICATION_EXPIRES_AT)))
		return NULL;
	return TAKE(json);
}

static json_t *keysets_of(const struct pg_rows *rows)
{
	auto_json json_t *list = json_array();

	for (int row = 0; row < pg_row_count(rows); row++)
		if (json_array_append_new(list, text_of(rows, row, STORY_KEYSET_JWS)) != 0)
			return NULL;
	return TAKE(list);
}

/* One receipt with every state that it is the proof of: rows of the same receipt lie together. */
static json_t *receipt_of(struct writer *writer)
{
	const struct pg_rows *rows = writer->rows->receipts;
	int first = writer->receipt;
	auto_json json_t *json = json_object();
	auto_json json_t *states = json_array();

	for (;
		 writer->receipt < pg_row_count(rows) &&
		 pg_int(rows, writer->receipt, STORY_RECEIPT_ID) == pg_int(rows, first, STORY_RECEIPT_ID) &&
		 is_of(rows, writer->receipt, STORY_RECEIPT_ITEM_UNIT,
			 pg_text(rows, first, STORY_RECEIPT_ITEM_UNIT)) &&
		 is_of(rows, writer->receipt, STORY_RECEIPT_ITEM_DEVICE,
			 pg_text(rows, first, STORY_RECEIPT_ITEM_DEVICE));
		 writer->receipt++)
		if (json_array_append_new(states, text_of(rows, writer->receipt, STORY_RECEIPT_STATE)) != 0)
			return NULL;
	if (!field_set(json, "jws", bytes_as_text(rows, first, STORY_RECEIPT_RAW)) ||
		!field_set_int(json, "received_at", pg_time(rows, first, STORY_RECEIPT_RECEIVED_AT)) ||
		!field_set_int(json, "settled_at", pg_time(rows, first, STORY_RECEIPT_SETTLED_AT)) ||
		!field_set(json, "states", TAKE(states)))
		return NULL;
	return TAKE(json);
}

static bool check_receipt_row(const struct pg_rows *rows, int row, struct err *err)
{
	return !pg_is_null(rows, row, STORY_RECEIPT_ID) ||
		   err_set(err, ERR_DENIED,
			   "回执缺失 the receipt by which device '%s' of unit '%s' is said to have '%s' is "
			   "gone",
			   ERR_QUOTED(pg_text(rows, row, STORY_RECEIPT_ITEM_DEVICE)),
			   ERR_QUOTED(pg_text(rows, row, STORY_RECEIPT_ITEM_UNIT)),
			   ERR_QUOTED(pg_text(rows, row, STORY_RECEIPT_STATE)));
}

static json_t *receipts_of(
	struct writer *writer, const char *unit, const char *device, struct err *err)
{
	const struct pg_rows *rows = writer->rows->receipts;
	auto_json json_t *list = json_array();

	while (writer->receipt < pg_row_count(rows) &&
		   is_of(rows, writer->receipt, STORY_RECEIPT_ITEM_UNIT, unit) &&
		   is_of(rows, writer->receipt, STORY_RECEIPT_ITEM_DEVICE, device)) {
		if (!check_receipt_row(rows, writer->receipt, err))
			return NULL;
		if (json_array_append_new(list, receipt_of(writer)) != 0) {
			(void)field_write_failed("story", err);
			return NULL;
		}
	}
	return TAKE(list);
}

static json_t *device_of(struct writer *writer, struct err *err)
{
	const struct pg_rows *rows = writer->rows->devices;
	int row = writer->device++;
	const char *unit = pg_text(rows, row, STORY_DEVICE_UNIT);
	const char *device = pg_text(rows, row, STORY_DEVICE_ID);
	auto_json json_t *json = json_object();

	if (pg_is_null(rows, row, STORY_DEVICE_CERTIFICATE)) {
		(void)err_set(err, ERR_DENIED, "证书缺失 device '%s' of unit '%s' has no certificate",
			ERR_QUOTED(device), ERR_QUOTED(unit));
		return NULL;
	}
	auto_json json_t *receipts = receipts_of(writer, unit, device, err);

	if (!receipts)
		return NULL;
	if (!field_set_text(json, "device", device) ||
		!field_set(json, "certificate", text_of(rows, row, STORY_DEVICE_CERTIFICATE)) ||
		!field_set_time_or_null(
			json, "revoked_at", time_or_none(rows, row, STORY_DEVICE_REVOKED_AT)) ||
		!field_set_time_or_null(
			json, "sealed_at", time_or_none(rows, row, STORY_DEVICE_SEALED_AT)) ||
		!field_set(json, "receipts", TAKE(receipts))) {
		(void)field_write_failed("story", err);
		return NULL;
	}
	return TAKE(json);
}

static json_t *devices_of(struct writer *writer, const char *unit, struct err *err)
{
	const struct pg_rows *rows = writer->rows->devices;
	auto_json json_t *list = json_array();

	while (writer->device < pg_row_count(rows) &&
		   is_of(rows, writer->device, STORY_DEVICE_UNIT, unit)) {
		json_t *device = device_of(writer, err);

		if (!device)
			return NULL;
		if (json_array_append_new(list, device) != 0) {
			(void)field_write_failed("story", err);
			return NULL;
		}
	}
	return TAKE(list);
}

static json_t *entry_of(const struct pg_rows *rows, int row)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < pg_array_len(rows, row, STORY_UNIT_JWSS); i++) {
		struct pg_bytes jws = pg_array_at(rows, row, STORY_UNIT_JWSS, i);

		if (json_array_append_new(list, jws.data ? json_stringn(jws.data, jws.len) : NULL) != 0)
			return NULL;
	}
	return TAKE(list);
}

/* A delivery without its entry, an entry without its delivery or its unit. */
static bool check_unit_row(const struct pg_rows *rows, int row, struct err *err)
{
	const char *unit = pg_text(rows, row, STORY_UNIT_ID);

	if (pg_is_null(rows, row, STORY_UNIT_NAME))
		return err_set(err, ERR_DENIED, "单位缺失 unit '%s' is gone", ERR_QUOTED(unit));
	if (pg_is_null(rows, row, STORY_UNIT_EPOCH))
		return err_set(err, ERR_DENIED,
			"条目缺失 unit '%s' has a delivery and no entry in its mailbox", ERR_QUOTED(unit));
	return !pg_is_null(rows, row, STORY_UNIT_STATE) ||
		   err_set(err, ERR_DENIED, "投递缺失 unit '%s' has an entry and no delivery",
			   ERR_QUOTED(unit));
}

static json_t *unit_of(struct writer *writer, int row, struct err *err)
{
	const struct pg_rows *rows = writer->rows->units;
	auto_json json_t *json = json_object();

	if (!check_unit_row(rows, row, err))
		return NULL;
	auto_json json_t *devices = devices_of(writer, pg_text(rows, row, STORY_UNIT_ID), err);

	if (!devices)
		return NULL;
	if (!field_set(json, "unit", text_of(rows, row, STORY_UNIT_ID)) ||
		!field_set(json, "name", text_of(rows, row, STORY_UNIT_NAME)) ||
		!field_set_int(json, "epoch", pg_int(rows, row, STORY_UNIT_EPOCH)) ||
		!field_set_int(json, "number", pg_int(rows, row, STORY_UNIT_NUMBER)) ||
		!field_set_int(json, "issued_at", pg_time(rows, row, STORY_UNIT_ISSUED_AT)) ||
		!field_set(json, "entry", entry_of(rows, row)) ||
		!field_set(json, "state", text_of(rows, row, STORY_UNIT_STATE)) ||
		!field_set_time_or_null(json, "ended_at", time_or_none(rows, row, STORY_UNIT_ENDED_AT)) ||
		!field_set(json, "ended_reason",
			pg_is_null(rows, row, STORY_UNIT_ENDED_REASON)
				? json_null()
				: text_of(rows, row, STORY_UNIT_ENDED_REASON)) ||
		!field_set(json, "devices", TAKE(devices))) {
		(void)field_write_failed("story", err);
		return NULL;
	}
	return TAKE(json);
}

/* All devices and receipts belong to one of the units, or they are of a unit that has no entry. */
static bool check_all_told(const struct writer *writer, struct err *err)
{
	const struct pg_rows *devices = writer->rows->devices;
	const struct pg_rows *receipts = writer->rows->receipts;

	if (writer->device < pg_row_count(devices))
		return err_set(err, ERR_DENIED,
			"条目缺失 it was sealed to, or receipted by, unit '%s', which has no entry",
			ERR_QUOTED(pg_text(devices, writer->device, STORY_DEVICE_UNIT)));
	return writer->receipt == pg_row_count(receipts) ||
		   err_set(err, ERR_DENIED, "条目缺失 unit '%s' has receipts and no entry",
			   ERR_QUOTED(pg_text(receipts, writer->receipt, STORY_RECEIPT_ITEM_UNIT)));
}

static json_t *units_of(const struct story_rows *rows, struct err *err)
{
	struct writer writer = {.rows = rows};
	auto_json json_t *list = json_array();

	for (int row = 0; row < pg_row_count(rows->units); row++) {
		json_t *unit = unit_of(&writer, row, err);

		if (!unit)
			return NULL;
		if (json_array_append_new(list, unit) != 0) {
			(void)field_write_failed("story", err);
			return NULL;
		}
	}
	return check_all_told(&writer, err) ? TAKE(list) : NULL;
}

/* Units in good standing at issue that have no entry. */
static json_t *others_of(const struct pg_rows *rows)
{
	auto_json json_t *list = json_array();

	for (int row = 0; row < pg_row_count(rows); row++) {
		auto_json json_t *json = json_object();

		if (pg_bool(rows, row, STORY_AUDIENCE_HAS_ENTRY) ||
			pg_is_null(rows, row, STORY_AUDIENCE_SAID_WHY))
			continue;
		if (!field_set(json, "unit", text_of(rows, row, STORY_AUDIENCE_UNIT)) ||
			!field_set(json, "name", text_of(rows, row, STORY_AUDIENCE_NAME)) ||
			!field_set(json, "standing", text_of(rows, row, STORY_AUDIENCE_STANDING)) ||
			!field_set(json, "why", text_of(rows, row, STORY_AUDIENCE_SAID_WHY)) ||
			json_array_append_new(list, TAKE(json)) != 0)
			return NULL;
	}
	return TAKE(list);
}

bool story_rows_write(const struct story_rows *rows, struct buf *out, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_json json_t *units = units_of(rows, err);

	if (!units)
		return false;
	if (!field_set_int(json, "certwire-story", 1) ||
		!field_set(json, "publication", publication_of(rows)) ||
		!field_set(json, "keysets", keysets_of(rows->keysets)) ||
		!field_set(json, "units", TAKE(units)) ||
		!field_set(json, "others", others_of(rows->audience)))
		return field_write_failed("story", err);
	return json_write(json, out, err) && buf_append_str(out, "\n", err);
}
