#include "common/json.h"

#include "common/language.h"

#include <string.h>

/* False for what the grammar of JSON allows and we do not: depth, fractions, and large numbers. */
static bool check_tree(json_t *json, size_t depth, const char *what, int code, struct err *err)
{
	const char *name;
	json_t *child;
	size_t index;

	if ((json_is_array(json) || json_is_object(json)) && depth > JSON_DEPTH_LIMIT)
		return err_code(
			err, code, "%s: nested deeper than %d levels", language_text(what), JSON_DEPTH_LIMIT);
	if (json_is_real(json))
		return err_code(err, code, "%s: a number with a fraction or exponent", language_text(what));
	if (json_is_integer(json) &&
		(json_integer_value(json) > JSON_INT_LIMIT || json_integer_value(json) < -JSON_INT_LIMIT))
		return err_code(err, code, "%s: a number outside +-(2^53-1)", language_text(what));
	if (json_is_array(json))
		json_array_foreach (json, index, child)
			if (!check_tree(child, depth + 1, what, code, err))
				return false;
	if (json_is_object(json))
		json_object_foreach (json, name, child)
			if (!check_tree(child, depth + 1, what, code, err))
				return false;
	return true;
}

bool json_parse_strict(const void *data, size_t len, size_t max, const char *what, int code,
	json_t **ret, struct err *err)
{
	auto_json json_t *json = NULL;
	json_error_t error;

	if (len > max)
		return err_code(
			err, code, "%s: longer than the limit of %zu bytes", language_text(what), max);
	/* By default jansson refuses bytes after the end, NUL characters and invalid UTF-8. */
	json = len > 0 ? json_loadb(data, len, JSON_REJECT_DUPLICATES, &error) : NULL;
	if (len == 0)
		return err_code(err, code, "%s: empty", language_text(what));
	if (!json && json_error_code(&error) == json_error_out_of_memory)
		return err_set(err, ERR_SYSTEM, "%s: out of memory", language_text(what));
	if (!json)
		return err_code(err, code, "%s: not JSON as we accept it, at byte %d: %s",
			language_text(what), error.position, ERR_QUOTED(error.text));
	if (!json_is_object(json))
		return err_code(err, code, "%s: not a JSON object", language_text(what));
	if (!check_tree(json, 1, what, code, err))
		return false;
	*ret = TAKE(json);
	return true;
}

static bool is_listed(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

bool json_only_keys(const struct json_object *object, const char *const *names, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach (object->json, name, value)
		if (strncmp(name, "x-", 2) != 0 && !is_listed(name, names))
			return err_code(err, object->code, "%s: unknown field '%s'",
				language_text(object->what), ERR_QUOTED(name));
	return true;
}

/* Where the text goes, and what was wrong with that. */
struct json_sink {
	struct buf *out;
	struct err *err;
	bool is_full;
};

static int add_text(const char *text, size_t len, void *ctx)
{
	struct json_sink *sink = ctx;

	sink->is_full = !buf_append(sink->out, text, len, sink->err);
	return sink->is_full ? -1 : 0;
}

bool json_write(const json_t *json, struct buf *out, struct err *err)
{
	struct json_sink sink = {out, err, false};
	size_t before = out->len;

	if (json_dump_callback(json, add_text, &sink, JSON_COMPACT) == 0)
		return true;
	if (out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
	return sink.is_full ? false : err_set(err, ERR_SYSTEM, "cannot write JSON");
}
