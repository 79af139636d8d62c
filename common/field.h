/*
 * The protocol's own types as fields of JSON objects: reading, over common/json.h, and writing.
 */
#ifndef CERTWIRE_COMMON_FIELD_H
#define CERTWIRE_COMMON_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/digest.h"
#include "common/err.h"
#include "common/json.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/names.h"
#include "common/pub_id.h"

/* A refusal of one field, worded as those of common/json.h are. Returns false. */
bool field_refuse(
	const struct json_object *object, const char *name, const char *why, struct err *err) NONNULL;

/* "v" is 1. */
bool field_version(const struct json_object *object, struct err *err) MUST_USE NONNULL;

/* 0 to TIME_MAX. */
bool field_time(const struct json_object *object, const char *name, int64_t *ret,
	struct err *err) MUST_USE NONNULL;
/* The same or null, which gives TIME_NONE. */
bool field_time_or_null(const struct json_object *object, const char *name, int64_t *ret,
	struct err *err) MUST_USE NONNULL;

/* A string that `valid` accepts, copied; `size` is its buffer's, NUL included. */
bool field_name(const struct json_object *object, const char *name,
	bool (*valid)(const char *text, size_t len), char *out, size_t size,
	struct err *err) MUST_USE NONNULL;

/* One of `count` words; gives which. */
bool field_word(const struct json_object *object, const char *name, const char *const *words,
	size_t count, size_t *ret, struct err *err) MUST_USE NONNULL;

bool field_pub_id(const struct json_object *object, const char *name, struct pub_id *ret,
	struct err *err) MUST_USE NONNULL;

/* 32 bytes that are a usable key. */
bool field_public_key(const struct json_object *object, const char *name, struct public_key *ret,
	struct err *err) MUST_USE NONNULL;

/* The nth of an array as an integer within bounds. */
bool field_item_int(const struct json_object *object, const char *name, const json_t *array,
	size_t nth, int64_t min, int64_t max, int64_t *ret, struct err *err) MUST_USE NONNULL;

/*
 * Writing. Each sets one field and returns false when memory is short, so that a row of them joined
 * by && builds an object. `object` NULL is false.
 */
bool field_set(json_t *object, const char *name, json_t *stolen) MUST_USE;
bool field_set_int(json_t *object, const char *name, int64_t value) MUST_USE;
bool field_set_text(json_t *object, const char *name, const char *value) MUST_USE;
bool field_set_time_or_null(json_t *object, const char *name, int64_t value) MUST_USE;
bool field_set_digest(json_t *object, const char *name, const struct digest *value) MUST_USE;
bool field_set_pub_id(json_t *object, const char *name, const struct pub_id *value) MUST_USE;
bool field_set_b64(json_t *object, const char *name, const void *data, size_t len) MUST_USE;
bool field_set_hex(json_t *object, const char *name, const void *data, size_t len) MUST_USE;

/* A row of the above failed. ERR_SYSTEM; returns false. */
bool field_write_failed(const char *what, struct err *err) NONNULL;

#endif
