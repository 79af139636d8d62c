/*
 * Writing files of vectors: each has an object's name, what all its cases share, and cases, each with
 * the data and the code it must be refused with (0: accepted).
 */
#ifndef CERTWIRE_TESTS_VECTORS_VECTOR_H
#define CERTWIRE_TESTS_VECTORS_VECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/jws.h"

struct vector_file {
	const char *object; /* and name of the file */
	json_t *context; /* owned: an object */
	json_t *cases; /* owned: an array */
	bool as_text; /* cases hold "text"; else "bytes", in base64url */
};

struct vector_file vector_file(const char *object, bool as_text);

/* Writes FOLDER/<object>.json and frees the file. */
void vector_write(struct vector_file *file, const char *folder);

/* Adds a case; `overrides` (NULL, or stolen) replaces fields of the context. */
void vector_add(struct vector_file *file, const char *name, const void *data, size_t len, int code,
	json_t *overrides);

/* How a payload becomes the data of a case: signed, or as it is. */
struct vector_wrap {
	const struct jws_type *type; /* NULL: as it is */
	const char *key; /* fixture_key that signs */
};

void vector_add_payload(struct vector_file *file, const struct vector_wrap *wrap, const char *name,
	const void *payload, size_t len, int code);

/* One change to a good payload: `path` as in "items/0/code", `value` JSON, or NULL to remove. */
struct vector_edit {
	const char *name;
	const char *path;
	const char *value;
	int code;
};

void vector_add_edits(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_edit *edits, size_t count);

/* What any object's payload can be wrong with. */
struct vector_shape {
	int malformed;
	bool closed; /* refuses x- fields too */
	const char *const *nullable; /* fields that may be null without more ado; ends with NULL */
};

void vector_add_shapes(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_shape *shape);

/* What any JWS can be wrong with. */
void vector_add_signatures(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload);

/* No field may be null. */
#define VECTOR_NO_NULLS ((const char *const[]){NULL})

/* Appends the payload of a JWS of ours. */
void vector_payload_of(const struct jws_type *type, const struct buf *text, struct buf *payload);

/* Puts the fixture's keyset into the context. */
void vector_set_keyset(struct vector_file *file);

/* base64url of the data as a JSON string; new. */
json_t *vector_b64(const void *data, size_t len);

/* The buffer as a JSON string; new. */
json_t *vector_text(const struct buf *text);

/* Appends header '.' payload '.' signature with this header's text, signed by that fixture_key. */
void vector_jws(
	const char *header, const void *payload, size_t len, const char *key, struct buf *out);

#endif
