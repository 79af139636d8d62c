#include "common/sync.h"

#include <stdlib.h>
#include <string.h>

#include "common/field.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_SYNC_MALFORMED, CODE_MIN = 100, CODE_MAX = 999 };

void sync_release(struct sync *sync)
{
	jws_release(&sync->jws);
	memset(sync, 0, sizeof(*sync));
}

static bool read_have(const struct json_object *object, struct sync *sync, struct err *err)
{
	if (!ranges_get(object, "have", 1, INT32_MAX, &sync->have, err))
		return false;
	return sync->have.count == 0 || sync->have.items[0].from > sync->last ||
		   field_refuse(object, "have", "holds a number that is not above 'last'", err);
}

static bool read_grants(const struct json_object *object, struct sync *sync, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "grants", 0, LIMIT_SYNC_GRANTS, &list, err))
		return false;
	for (; sync->grant_count < json_array_size(list); sync->grant_count++) {
		int64_t number;

		if (!field_item_int(object, "grants", list, sync->grant_count, 1, INT_31_MAX, &number, err))
			return false;
		sync->grants[sync->grant_count] = (uint32_t)number;
	}
	return true;
}

static bool read_missing(const struct json_object *object, struct sync *sync, struct err *err)
{
	static const char *const fields[] = {"publication", "parts", NULL};
	const json_t *list;

	if (!json_get_array(object, "missing", 0, LIMIT_SYNC_MISSING, &list, err))
		return false;
	for (; sync->missing_count < json_array_size(list); sync->missing_count++) {
		struct sync_missing *missing = &sync->missing[sync->missing_count];
		struct json_object item;

		if (!json_item_object(object, list, sync->missing_count, "sync's missing", &item, err) ||
			!json_only_keys(&item, fields, err) ||
			!field_pub_id(&item, "publication", &missing->publication, err) ||
			!ranges_get(&item, "parts", 0, LIMIT_PARTS - 1, &missing->parts, err))
			return false;
	}
	return true;
}

static bool read_incidents(const struct json_object *object, struct sync *sync, struct err *err)
{
	static const char *const fields[] = {"code", "count", NULL};
	const json_t *list;

	if (!json_get_array(object, "incidents", 0, LIMIT_SYNC_INCIDENTS, &list, err))
		return false;
	for (; sync->incident_count < json_array_size(list); sync->incident_count++) {
		struct sync_incident *incident = &sync->incidents[sync->incident_count];
		struct json_object item;
		int64_t code;

		if (!json_item_object(object, list, sync->incident_count, "sync's incident", &item, err) ||
			!json_only_keys(&item, fields, err) ||
			!json_get_int(&item, "code", CODE_MIN, CODE_MAX, &code, err) ||
			!json_get_int(&item, "count", 1, INT_31_MAX, &incident->count, err))
			return false;
		incident->code = (int)code;
	}
	return true;
}

static bool read_sync(const struct json_object *object, struct sync *sync, struct err *err)
{
	static const char *const fields[] = {"v", "unit", "device", "nonce", "sent_at", "epoch", "last",
		"have", "grants", "missing", "receipts", "keyset", "incidents", NULL};

	return json_only_keys(object, fields, err) && field_version(object, err) &&
		   field_name(object, "unit", ident_is_unit, sync->unit, UNIT_SIZE, err) &&
		   field_name(object, "device", ident_is_device, sync->device, DEVICE_SIZE, err) &&
		   json_get_b64(object, "nonce", sync->nonce, SYNC_NONCE_BYTES, err) &&
		   field_time(object, "sent_at", &sync->sent_at, err) &&
		   json_get_int(object, "epoch", 0, INT_31_MAX, &sync->epoch, err) &&
		   json_get_int(object, "last", 0, INT_31_MAX, &sync->last, err) &&
		   read_have(object, sync, err) && read_grants(object, sync, err) &&
		   read_missing(object, sync, err) &&
		   json_get_int(object, "receipts", 0, INT_53_MAX, &sync->receipts, err) &&
		   json_get_int(object, "keyset", 0, INT_31_MAX, &sync->keyset, err) &&
		   read_incidents(object, sync, err);
}

static bool parse_payload(const struct buf *payload, struct sync *sync, struct err *err)
{
	auto_json json_t *json = NULL;

	if (!json_parse_strict(
			payload->data, payload->len, LIMIT_SYNC_JWS, "sync", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "sync", MALFORMED};

	return read_sync(&object, sync, err);
}

bool sync_parse(const void *jws, size_t len, struct sync *ret, struct err *err)
{
	auto_sync struct sync sync = SYNC_INIT;

	if (!jws_parse(&jws_sync, jws, len, &sync.jws, err) ||
		!parse_payload(&sync.jws.payload, &sync, err))
		return false;
	*ret = sync;
	sync = (struct sync)SYNC_INIT;
	return true;
}

bool sync_verify(const struct sync *sync, const struct public_key *key, struct err *err)
{
	return jws_verify(&sync->jws, key, err);
}

static json_t *write_grants(const struct sync *sync)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < sync->grant_count; i++)
		if (json_array_append_new(list, json_integer(sync->grants[i])) != 0)
			return NULL;
	return TAKE(list);
}

static json_t *write_missing(const struct sync *sync)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < sync->missing_count; i++) {
		auto_json json_t *item = json_object();

		if (!field_set_pub_id(item, "publication", &sync->missing[i].publication) ||
			!field_set(item, "parts", ranges_to_json(&sync->missing[i].parts)) ||
			json_array_append(list, item) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *write_incidents(const struct sync *sync)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < sync->incident_count; i++) {
		json_t *item = json_pack("{sisI}", "code", sync->incidents[i].code, "count",
			(json_int_t)sync->incidents[i].count);

		if (json_array_append_new(list, item) != 0)
			return NULL;
	}
	return TAKE(list);
}

static bool write_sync(json_t *json, const struct sync *sync)
{
	return field_set_int(json, "v", 1) && field_set_text(json, "unit", sync->unit) &&
		   field_set_text(json, "device", sync->device) &&
		   field_set_b64(json, "nonce", sync->nonce, SYNC_NONCE_BYTES) &&
		   field_set_int(json, "sent_at", sync->sent_at) &&
		   field_set_int(json, "epoch", sync->epoch) && field_set_int(json, "last", sync->last) &&
		   field_set(json, "have", ranges_to_json(&sync->have)) &&
		   field_set(json, "grants", write_grants(sync)) &&
		   field_set(json, "missing", write_missing(sync)) &&
		   field_set_int(json, "receipts", sync->receipts) &&
		   field_set_int(json, "keyset", sync->keyset) &&
		   field_set(json, "incidents", write_incidents(sync));
}

bool sync_sign(
	const struct sync *sync, const struct signing_key *device, struct buf *jws, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_SYNC_JWS);
	auto_sync struct sync again = SYNC_INIT;

	if (!write_sync(json, sync))
		return field_write_failed("sync", err);
	return json_write(json, &payload, err) && parse_payload(&payload, &again, err) &&
		   jws_sign(&jws_sync, device, payload.data, payload.len, jws, err);
}
