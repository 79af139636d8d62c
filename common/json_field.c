#include "common/json.h"

#include "common/b64.h"
#include "common/hex.h"
#include "common/language.h"

#include <inttypes.h>
#include <string.h>

/* The required field of this type. */
static bool find(const struct json_object *object, const char *name, json_type type,
	const char *type_name, json_t **ret, struct err *err)
{
	json_t *value = json_object_get(object->json, name);

	if (!value)
		return err_code(
			err, object->code, "%s: field '%s' is missing", language_text(object->what), name);
	if (json_typeof(value) != type)
		return err_code(err, object->code, "%s: '%s' is not %s", language_text(object->what), name,
			language_text(type_name));
	*ret = value;
	return true;
}

static bool is_absent(const struct json_object *object, const char *name)
{
	return json_object_get(object->json, name) == NULL;
}

static bool check_string(const struct json_object *object, const char *name, const json_t *value,
	size_t min, size_t max, struct err *err)
{
	size_t len = json_string_length(value);

	if (len < min || len > max)
		return err_code(err, object->code, "%s: '%s' has %zu bytes, not %zu..%zu",
			language_text(object->what), name, len, min, max);
	return true;
}

bool json_get_string(const struct json_object *object, const char *name, size_t min, size_t max,
	const char **ret, struct err *err)
{
	json_t *value;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &value, err) ||
		!check_string(object, name, value, min, max, err))
		return false;
	*ret = json_string_value(value);
	return true;
}

bool json_get_int(const struct json_object *object, const char *name, int64_t min, int64_t max,
	int64_t *ret, struct err *err)
{
	json_t *value;
	json_int_t number;

	if (!find(object, name, JSON_INTEGER, LANGUAGE_TEXT("a whole number"), &value, err))
		return false;
	number = json_integer_value(value);
	if (number < min || number > max)
		return err_code(err, object->code, "%s: '%s' is outside %" PRId64 "..%" PRId64,
			language_text(object->what), name, min, max);
	*ret = number;
	return true;
}

bool json_get_bool(const struct json_object *object, const char *name, bool *ret, struct err *err)
{
	json_t *value = json_object_get(object->json, name);

	if (!value)
		return err_code(
			err, object->code, "%s: field '%s' is missing", language_text(object->what), name);
	if (!json_is_boolean(value))
		return err_code(
			err, object->code, "%s: '%s' is not true or false", language_text(object->what), name);
	*ret = json_is_true(value);
	return true;
}

bool json_get_digest(
	const struct json_object *object, const char *name, struct digest *ret, struct err *err)
{
	json_t *value;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &value, err))
		return false;
	if (!digest_parse_hex(json_string_value(value), json_string_length(value), ret))
		return err_code(err, object->code, "%s: '%s' is not a digest of 64 lower-case digits",
			language_text(object->what), name);
	return true;
}

bool json_get_array(const struct json_object *object, const char *name, size_t min, size_t max,
	const json_t **ret, struct err *err)
{
	json_t *value;
	size_t count;

	if (!find(object, name, JSON_ARRAY, LANGUAGE_TEXT("an array"), &value, err))
		return false;
	count = json_array_size(value);
	if (count < min || count > max)
		return err_code(err, object->code, "%s: '%s' has %zu items, not %zu..%zu",
			language_text(object->what), name, count, min, max);
	*ret = value;
	return true;
}

bool json_get_object(const struct json_object *object, const char *name, const char *what,
	struct json_object *ret, struct err *err)
{
	json_t *value;

	if (!find(object, name, JSON_OBJECT, LANGUAGE_TEXT("an object"), &value, err))
		return false;
	*ret = (struct json_object){value, what, object->code};
	return true;
}

bool json_field_is_null(const struct json_object *object, const char *name)
{
	return json_is_null(json_object_get(object->json, name));
}

bool json_get_hex(
	const struct json_object *object, const char *name, void *out, size_t size, struct err *err)
{
	json_t *value;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &value, err))
		return false;
	if (!hex_decode(out, size, json_string_value(value), json_string_length(value)))
		return err_code(err, object->code, "%s: '%s' is not %zu lower-case hex digits",
			language_text(object->what), name, 2 * size);
	return true;
}

bool json_get_b64(
	const struct json_object *object, const char *name, void *out, size_t size, struct err *err)
{
	json_t *value;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &value, err))
		return false;
	if (!b64_decode_exact(out, size, json_string_value(value), json_string_length(value)))
		return err_code(err, object->code, "%s: '%s' is not base64url of %zu bytes",
			language_text(object->what), name, size);
	return true;
}

bool json_get_b64_buf(const struct json_object *object, const char *name, size_t min, size_t max,
	struct buf *out, struct err *err)
{
	json_t *value;
	size_t len;
	size_t before = out->len;
	struct err why;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &value, err))
		return false;
	len = B64_DECODED_LEN(json_string_length(value));
	if (len < min || len > max)
		return err_code(err, object->code, "%s: '%s' stands for %zu bytes, not %zu..%zu",
			language_text(object->what), name, len, min, max);
	if (b64_decode_append(out, json_string_value(value), json_string_length(value), &why))
		return true;
	out->len = before;
	if (why.kind == ERR_SYSTEM)
		return err_set(
			err, ERR_SYSTEM, "%s: '%s': %s", language_text(object->what), name, why.text);
	return err_code(err, object->code, "%s: '%s': %s", language_text(object->what), name, why.text);
}

bool json_expect_string(
	const struct json_object *object, const char *name, const char *value, struct err *err)
{
	json_t *found;

	if (!find(object, name, JSON_STRING, LANGUAGE_TEXT("a string"), &found, err))
		return false;
	if (strcmp(json_string_value(found), value) != 0)
		return err_code(
			err, object->code, "%s: '%s' is not '%s'", language_text(object->what), name, value);
	return true;
}

bool json_opt_string(const struct json_object *object, const char *name, size_t min, size_t max,
	const char **ret, struct err *err)
{
	if (!is_absent(object, name))
		return json_get_string(object, name, min, max, ret, err);
	*ret = NULL;
	return true;
}

bool json_opt_int(const struct json_object *object, const char *name, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret, struct err *err)
{
	if (!is_absent(object, name))
		return json_get_int(object, name, min, max, ret, err);
	*ret = fallback;
	return true;
}

bool json_opt_digest(const struct json_object *object, const char *name, struct digest *ret,
	bool *ret_found, struct err *err)
{
	bool found = !is_absent(object, name);

	if (found && !json_get_digest(object, name, ret, err))
		return false;
	*ret_found = found;
	return true;
}

bool json_opt_array(const struct json_object *object, const char *name, size_t min, size_t max,
	const json_t **ret, struct err *err)
{
	if (!is_absent(object, name))
		return json_get_array(object, name, min, max, ret, err);
	*ret = NULL;
	return true;
}

bool json_item_object(const struct json_object *object, const json_t *array, size_t nth,
	const char *what, struct json_object *ret, struct err *err)
{
	json_t *value = json_array_get(array, nth);

	if (!json_is_object(value))
		return err_code(err, object->code, "%s: item %zu of %s is not an object",
			language_text(object->what), nth + 1, language_text(what));
	*ret = (struct json_object){value, what, object->code};
	return true;
}

bool json_item_string(const struct json_object *object, const json_t *array, size_t nth, size_t min,
	size_t max, const char **ret, struct err *err)
{
	json_t *value = json_array_get(array, nth);

	if (!json_is_string(value))
		return err_code(err, object->code, "%s: item %zu of a list is not a string",
			language_text(object->what), nth + 1);
	if (!check_string(object, "item", value, min, max, err))
		return false;
	*ret = json_string_value(value);
	return true;
}
