/* A keyset as JSON. */
#include "common/keyset.h"

#include <string.h>

#include "common/field.h"

const char *const key_status_names[KEY_STATUS_COUNT] = {
	[KEY_ACTIVE] = "active",
	[KEY_RETIRED] = "retired",
	[KEY_COMPROMISED] = "compromised",
};

static bool read_role(const struct json_object *object, enum key_role *ret, struct err *err)
{
	const char *text;

	if (!json_get_string(object, "role", 1, 16, &text, err))
		return false;
	return (role_parse(text, strlen(text), ret) && role_in_keyset(*ret)) ||
		   field_refuse(object, "role", "is no role of a keyset", err);
}

static bool read_key(const struct json_object *object, struct keyset_key *key, struct err *err)
{
	static const char *const fields[] = {
		"public", "role", "name", "not_before", "not_after", "status", "since", NULL};
	size_t status;

	if (!json_only_keys(object, fields, err) ||
		!field_public_key(object, "public", &key->public, err) ||
		!read_role(object, &key->role, err) ||
		!field_name(object, "name", ident_is_key_name, key->name, sizeof(key->name), err) ||
		!field_time(object, "not_before", &key->not_before, err) ||
		!field_time(object, "not_after", &key->not_after, err) ||
		!field_word(object, "status", key_status_names, KEY_STATUS_COUNT, &status, err) ||
		!field_time(object, "since", &key->since, err))
		return false;
	key->status = (enum key_status)status;
	return true;
}

static bool read_keys(const struct json_object *object, struct keyset *keyset, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "keys", 0, LIMIT_KEYSET_KEYS, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_object item;
		struct keyset_key key = {.since = 0};

		if (!json_item_object(object, list, i, "keyset's key", &item, err) ||
			!read_key(&item, &key, err) || !keyset_add_key(keyset, &key, err))
			return false;
	}
	return true;
}

static bool read_channels(const struct json_object *object, struct keyset *keyset, struct err *err)
{
	static const char *const fields[] = {"approvals", NULL};
	struct json_object channels;
	const char *name;
	const json_t *unused;

	if (!json_get_object(object, "channels", "keyset's channels", &channels, err))
		return false;
	json_object_foreach (channels.json, name, unused) {
		struct json_object channel;
		int64_t approvals;

		(void)unused;
		if (!json_get_object(&channels, name, "keyset's channel", &channel, err) ||
			!json_only_keys(&channel, fields, err) ||
			!json_get_int(&channel, "approvals", 1, LIMIT_APPROVALS, &approvals, err) ||
			!keyset_set_approvals(keyset, name, (int)approvals, err))
			return false;
	}
	return true;
}

static bool read_next_root(const struct json_object *object, struct keyset *keyset, struct err *err)
{
	keyset->has_next_root = !json_field_is_null(object, "next_root");
	return !keyset->has_next_root || field_public_key(object, "next_root", &keyset->next_root, err);
}

/* Null for version 1, and for it alone. */
static bool read_previous(const struct json_object *object, struct keyset *keyset, struct err *err)
{
	keyset->has_previous = !json_field_is_null(object, "previous");
	if (keyset->has_previous != (keyset->version > 1))
		return field_refuse(object, "previous", "is null exactly for version 1", err);
	return !keyset->has_previous || json_get_digest(object, "previous", &keyset->previous, err);
}

static bool read_keyset(const struct json_object *object, struct keyset *keyset, struct err *err)
{
	static const char *const fields[] = {"v", "version", "issued_at", "expires_at", "previous",
		"root", "next_root", "keys", "channels", NULL};

	return json_only_keys(object, fields, err) && field_version(object, err) &&
		   json_get_int(object, "version", 1, INT_31_MAX, &keyset->version, err) &&
		   field_time(object, "issued_at", &keyset->issued_at, err) &&
		   field_time(object, "expires_at", &keyset->expires_at, err) &&
		   read_previous(object, keyset, err) &&
		   field_public_key(object, "root", &keyset->root, err) &&
		   read_next_root(object, keyset, err) && read_keys(object, keyset, err) &&
		   read_channels(object, keyset, err);
}

bool keyset_parse(const void *payload, size_t len, struct keyset **ret, struct err *err)
{
	auto_json json_t *json = NULL;
	auto_keyset struct keyset *keyset = keyset_new(err);

	if (!keyset || !json_parse_strict(payload, len, LIMIT_KEYSET_JWS, "keyset",
					   REFUSAL_KEYSET_MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "keyset", REFUSAL_KEYSET_MALFORMED};

	if (!read_keyset(&object, keyset, err))
		return false;
	*ret = TAKE(keyset);
	return true;
}

static json_t *write_key(const struct keyset_key *key)
{
	json_t *json = json_object();

	if (field_set_b64(json, "public", key->public.bytes, sizeof(key->public.bytes)) &&
		field_set_text(json, "role", role_name(key->role)) &&
		field_set_text(json, "name", key->name) &&
		field_set_int(json, "not_before", key->not_before) &&
		field_set_int(json, "not_after", key->not_after) &&
		field_set_text(json, "status", key_status_name(key->status)) &&
		field_set_int(json, "since", key->since))
		return json;
	json_decref(json);
	return NULL;
}

static json_t *write_keys(const struct keyset *keyset)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < keyset->key_count; i++)
		if (json_array_append_new(list, write_key(&keyset->keys[i])) != 0)
			return NULL;
	return TAKE(list);
}

static json_t *write_channels(const struct keyset *keyset)
{
	auto_json json_t *object = json_object();

	for (size_t i = 0; i < keyset->channel_count; i++)
		if (!field_set(object, keyset->channels[i].name,
				json_pack("{si}", "approvals", keyset->channels[i].approvals)))
			return NULL;
	return TAKE(object);
}

bool keyset_format(const struct keyset *keyset, struct buf *payload, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_keyset struct keyset *again = NULL;
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);
	const struct public_key *next = &keyset->next_root;

	if (!field_set_int(json, "v", 1) || !field_set_int(json, "version", keyset->version) ||
		!field_set_int(json, "issued_at", keyset->issued_at) ||
		!field_set_int(json, "expires_at", keyset->expires_at) ||
		!(keyset->has_previous ? field_set_digest(json, "previous", &keyset->previous)
							   : field_set(json, "previous", json_null())) ||
		!field_set_b64(json, "root", keyset->root.bytes, sizeof(keyset->root.bytes)) ||
		!(keyset->has_next_root ? field_set_b64(json, "next_root", next->bytes, sizeof(next->bytes))
								: field_set(json, "next_root", json_null())) ||
		!field_set(json, "keys", write_keys(keyset)) ||
		!field_set(json, "channels", write_channels(keyset)))
		return field_write_failed("keyset", err);
	return json_write(json, &text, err) && keyset_parse(text.data, text.len, &again, err) &&
		   buf_append(payload, text.data, text.len, err);
}
