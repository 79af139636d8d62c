/*
 * Strict reading of JSON objects from strangers, over jansson.
 *
 * Every failure is ERR_DATA with the refusal code that the caller chose, and names the object and
 * the field, never the value of one. Strings and arrays handed out are borrowed from the object.
 */
#ifndef CERTWIRE_COMMON_JSON_H
#define CERTWIRE_COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

#define auto_json CLEANUP(cleanup_json)

enum { JSON_DEPTH_LIMIT = 8 };

/* The largest whole number that every JSON reader keeps exact (RFC 7493 section 2.2). */
#define JSON_INT_LIMIT 9007199254740991LL

/* An object being read: what to call it in errors, and the code of a refusal. */
struct json_object {
	json_t *json; /* borrowed; jansson's iterators take no const */
	const char *what; /* "manifest" */
	int code;
};

/*
 * Parses exactly one object. Refused: more than `max` bytes, anything but an object, duplicate keys,
 * bytes after the end, nesting deeper than JSON_DEPTH_LIMIT, invalid UTF-8, NUL characters, numbers
 * with a fraction or exponent or past JSON_INT_LIMIT. `*ret` is new; free it with auto_json or json_decref.
 */
bool json_parse_strict(const void *data, size_t len, size_t max, const char *what, int code,
	json_t **ret, struct err *err) MUST_USE;

/* Refuses fields not in `names` (ends with NULL), except those that start with "x-". */
bool json_only_keys(
	const struct json_object *object, const char *const *names, struct err *err) MUST_USE NONNULL;

/* Required fields. Text lengths are in bytes; all bounds are inclusive. */
bool json_get_string(const struct json_object *object, const char *name, size_t min, size_t max,
	const char **ret, struct err *err) MUST_USE NONNULL;
bool json_get_int(const struct json_object *object, const char *name, int64_t min, int64_t max,
	int64_t *ret, struct err *err) MUST_USE NONNULL;
bool json_get_bool(const struct json_object *object, const char *name, bool *ret,
	struct err *err) MUST_USE NONNULL;
bool json_get_digest(const struct json_object *object, const char *name, struct digest *ret,
	struct err *err) MUST_USE NONNULL;
bool json_get_array(const struct json_object *object, const char *name, size_t min, size_t max,
	const json_t **ret, struct err *err) MUST_USE NONNULL;
/* The field's own object, for reading on: same code, called `what`. */
bool json_get_object(const struct json_object *object, const char *name, const char *what,
	struct json_object *ret, struct err *err) MUST_USE NONNULL;

/* True when the field is there and null, where a field may be that; the getters refuse null. */
bool json_field_is_null(const struct json_object *object, const char *name) MUST_USE NONNULL;

/* Exactly 2 * size lower-case hex digits. On failure `out` is untouched. */
bool json_get_hex(const struct json_object *object, const char *name, void *out, size_t size,
	struct err *err) MUST_USE NONNULL;

/* base64url of exactly `size` bytes. On failure `out` is undefined. */
bool json_get_b64(const struct json_object *object, const char *name, void *out, size_t size,
	struct err *err) MUST_USE NONNULL;
/* base64url of min..max bytes, appended to `out`. */
bool json_get_b64_buf(const struct json_object *object, const char *name, size_t min, size_t max,
	struct buf *out, struct err *err) MUST_USE NONNULL;

/* Exactly this string, such as a type or version. */
bool json_expect_string(const struct json_object *object, const char *name, const char *value,
	struct err *err) MUST_USE NONNULL;

/* Optional fields: absent gives NULL, `fallback`, false, or found = false. A JSON null is refused. */
bool json_opt_string(const struct json_object *object, const char *name, size_t min, size_t max,
	const char **ret, struct err *err) MUST_USE NONNULL;
bool json_opt_int(const struct json_object *object, const char *name, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret, struct err *err) MUST_USE NONNULL;
bool json_opt_digest(const struct json_object *object, const char *name, struct digest *ret,
	bool *ret_found, struct err *err) MUST_USE NONNULL;
bool json_opt_array(const struct json_object *object, const char *name, size_t min, size_t max,
	const json_t **ret, struct err *err) MUST_USE NONNULL;

/* An array's items: the nth as an object or string with the array's name in errors. */
bool json_item_object(const struct json_object *object, const json_t *array, size_t nth,
	const char *what, struct json_object *ret, struct err *err) MUST_USE NONNULL;
bool json_item_string(const struct json_object *object, const json_t *array, size_t nth, size_t min,
	size_t max, const char **ret, struct err *err) MUST_USE NONNULL;

/* Appends the compact text of `json`, keys in the order they were set, UTF-8 unescaped. */
bool json_write(const json_t *json, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
