#include "common/reply.h"

#include <string.h>

#include "common/field.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_REPLY_MALFORMED };

void reply_release(struct reply *reply)
{
	jws_release(&reply->jws);
	memset(reply, 0, sizeof(*reply));
}

static bool read_keys(const struct json_object *object, struct reply *reply, struct err *err)
{
	struct json_object keys;
	const char *kid;
	json_t *unused;

	if (!json_get_object(object, "keys", "reply's keys", &keys, err))
		return false;
	if (json_object_size(keys.json) < 1 || json_object_size(keys.json) > LIMIT_KEYSET_KEYS)
		return field_refuse(object, "keys", "names not 1 to 128 keys", err);
	json_object_foreach (keys.json, kid, unused) {
		struct reply_key *key = &reply->keys[reply->key_count];

		(void)unused;
		if (!kid_valid(kid, strlen(kid)))
			return field_refuse(object, "keys", "names no key id", err);
		memcpy(key->kid, kid, KID_SIZE);
		if (!json_get_b64(&keys, kid, key->sealed, sizeof(key->sealed), err))
			return false;
		reply->key_count++;
	}
	return true;
}

static bool parse_payload(const struct buf *payload, struct reply *reply, struct err *err)
{
	static const char *const fields[] = {
		"v", "unit", "device", "number", "sent_at", "keys", "content", NULL};
	auto_json json_t *json = NULL;

	if (!json_parse_strict(
			payload->data, payload->len, LIMIT_REPLY_JWS, "reply", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "reply", MALFORMED};

	return json_only_keys(&object, fields, err) && field_version(&object, err) &&
		   field_name(&object, "unit", ident_is_unit, reply->unit, UNIT_SIZE, err) &&
		   field_name(&object, "device", ident_is_device, reply->device, DEVICE_SIZE, err) &&
		   json_get_int(&object, "number", 1, INT_53_MAX, &reply->number, err) &&
		   field_time(&object, "sent_at", &reply->sent_at, err) && read_keys(&object, reply, err) &&
		   json_get_b64(&object, "content", reply->content, sizeof(reply->content), err);
}

bool reply_parse(const void *jws, size_t len, struct reply *ret, struct err *err)
{
	auto_reply struct reply reply = REPLY_INIT;

	if (!jws_parse(&jws_reply, jws, len, &reply.jws, err) ||
		!parse_payload(&reply.jws.payload, &reply, err))
		return false;
	*ret = reply;
	reply = (struct reply)REPLY_INIT;
	return true;
}

bool reply_verify(const struct reply *reply, const struct public_key *key, struct err *err)
{
	return jws_verify(&reply->jws, key, err);
}

bool reply_is_for(const struct reply *reply, const char *kid)
{
	for (size_t i = 0; i < reply->key_count; i++)
		if (strcmp(reply->keys[i].kid, kid) == 0)
			return true;
	return false;
}

static json_t *write_keys(const struct reply *reply)
{
	auto_json json_t *keys = json_object();

	for (size_t i = 0; i < reply->key_count; i++)
		if (!field_set_b64(
				keys, reply->keys[i].kid, reply->keys[i].sealed, sizeof(reply->keys[i].sealed)))
			return NULL;
	return TAKE(keys);
}

bool reply_sign(
	const struct reply *reply, const struct signing_key *device, struct buf *jws, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_REPLY_JWS);
	auto_reply struct reply again = REPLY_INIT;

	if (!field_set_int(json, "v", 1) || !field_set_text(json, "unit", reply->unit) ||
		!field_set_text(json, "device", reply->device) ||
		!field_set_int(json, "number", reply->number) ||
		!field_set_int(json, "sent_at", reply->sent_at) ||
		!field_set(json, "keys", write_keys(reply)) ||
		!field_set_b64(json, "content", reply->content, sizeof(reply->content)))
		return field_write_failed("reply", err);
	return json_write(json, &payload, err) && parse_payload(&payload, &again, err) &&
		   jws_sign(&jws_reply, device, payload.data, payload.len, jws, err);
}
