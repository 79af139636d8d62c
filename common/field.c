#include "common/field.h"

#include <string.h>

#include "common/b64.h"
#include "common/hex.h"
#include "common/language.h"
#include "common/limits.h"

bool field_refuse(
	const struct json_object *object, const char *name, const char *why, struct err *err)
{
	return err_code(
		err, object->code, "%s: '%s' %s", language_text(object->what), name, language_text(why));
}

bool field_version(const struct json_object *object, struct err *err)
{
	int64_t version;

	return json_get_int(object, "v", 1, 1, &version, err);
}

bool field_time(const struct json_object *object, const char *name, int64_t *ret, struct err *err)
{
	return json_get_int(object, name, 0, TIME_MAX, ret, err);
}

bool field_time_or_null(
	const struct json_object *object, const char *name, int64_t *ret, struct err *err)
{
	if (!json_field_is_null(object, name))
		return field_time(object, name, ret, err);
	*ret = TIME_NONE;
	return true;
}

bool field_name(const struct json_object *object, const char *name,
	bool (*valid)(const char *text, size_t len), char *out, size_t size, struct err *err)
{
	const char *text;

	if (!json_get_string(object, name, 1, size - 1, &text, err))
		return false;
	if (!valid(text, strlen(text)))
		return field_refuse(object, name, "is not spelt as it must be", err);
	memcpy(out, text, strlen(text) + 1);
	return true;
}

bool field_word(const struct json_object *object, const char *name, const char *const *words,
	size_t count, size_t *ret, struct err *err)
{
	const char *text;

	if (!json_get_string(object, name, 1, 64, &text, err))
		return false;
	return names_find(words, count, text, strlen(text), ret) ||
		   field_refuse(object, name, "is not a word that is known here", err);
}

bool field_pub_id(
	const struct json_object *object, const char *name, struct pub_id *ret, struct err *err)
{
	return json_get_hex(object, name, ret->bytes, sizeof(ret->bytes), err);
}

bool field_public_key(
	const struct json_object *object, const char *name, struct public_key *ret, struct err *err)
{
	struct public_key key;

	if (!json_get_b64(object, name, key.bytes, sizeof(key.bytes), err))
		return false;
	if (!public_key_usable(&key))
		return field_refuse(object, name, "is no usable Ed25519 key", err);
	*ret = key;
	return true;
}

bool field_item_int(const struct json_object *object, const char *name, const json_t *array,
	size_t nth, int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	const json_t *item = json_array_get(array, nth);

	if (!json_is_integer(item))
		return field_refuse(object, name, "holds something that is no integer", err);
	if (json_integer_value(item) < min || json_integer_value(item) > max)
		return field_refuse(object, name, "holds a number out of range", err);
	*ret = json_integer_value(item);
	return true;
}

bool field_set(json_t *object, const char *name, json_t *stolen)
{
	return json_object_set_new(object, name, stolen) == 0;
}

bool field_set_int(json_t *object, const char *name, int64_t value)
{
	return field_set(object, name, json_integer(value));
}

bool field_set_text(json_t *object, const char *name, const char *value)
{
	return field_set(object, name, json_string(value));
}

bool field_set_time_or_null(json_t *object, const char *name, int64_t value)
{
	return field_set(object, name, value == TIME_NONE ? json_null() : json_integer(value));
}

bool field_set_digest(json_t *object, const char *name, const struct digest *value)
{
	char text[DIGEST_HEX_SIZE];

	return field_set_text(object, name, digest_hex(value, text));
}

bool field_set_pub_id(json_t *object, const char *name, const struct pub_id *value)
{
	char text[PUB_ID_SIZE];

	return field_set_text(object, name, pub_id_format(value, text));
}

/* Values written this way are keys, nonces and grants: short. */
enum { FIELD_BYTES_MAX = 4096 };

bool field_set_b64(json_t *object, const char *name, const void *data, size_t len)
{
	char text[B64_SIZE(FIELD_BYTES_MAX)];

	return len <= FIELD_BYTES_MAX && field_set_text(object, name, b64_encode(text, data, len));
}

bool field_set_hex(json_t *object, const char *name, const void *data, size_t len)
{
	char text[HEX_SIZE(FIELD_BYTES_MAX)];

	return len <= FIELD_BYTES_MAX && field_set_text(object, name, hex_encode(text, data, len));
}

bool field_write_failed(const char *what, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "cannot write the %s: a text is not UTF-8, or memory is short",
		language_text(what));
}
