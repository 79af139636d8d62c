/*
 * Reading the files of tests/vectors: each case, and whether it is judged as it states. What is wrong with a
 * file fails the test.
 */
#ifndef CERTWIRE_TESTS_UNIT_WIRE_VECTOR_CASE_H
#define CERTWIRE_TESTS_UNIT_WIRE_VECTOR_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"

enum { VECTOR_DATA_MAX = 16 * 1024 * 1024 };

/* One case: its own fields go before those that all cases of the file share. */
struct vector {
	const json_t *item;
	const json_t *context;
	struct buf data;
};

/* A field that is a string; NULL when it is null. Borrowed. */
const char *vector_text(const struct vector *vector, const char *name);

int64_t vector_number(const struct vector *vector, const char *name);

/* A field of exactly `size` bytes in base64url. */
void vector_bytes(const struct vector *vector, const char *name, void *out, size_t size);

/* Judges a case's data: false with the refusal's code in *err. */
typedef bool vector_check(const struct vector *vector, struct err *err);

/* Has each case of the object's file judged; at least one must be accepted. */
void vector_run(const char *object, vector_check *check);

#endif
