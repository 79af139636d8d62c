/*
 * JSON written straight into a buffer, compact and in the order of the calls: for the few objects that
 * go out by the ten thousand, and whose texts need no escapes. Everything else is written by
 * common/json.h.
 *
 *	json_plain_begin(out, NULL, '{', err) && json_plain_int(out, "v", 1, err) && json_plain_end(out, '}', err)
 *
 * A comma goes before whatever is not the first in its object or list; `name` is NULL in a list, and a
 * plain text itself. Each call fails as buf_append does.
 */
#ifndef CERTWIRE_COMMON_JSON_PLAIN_H
#define CERTWIRE_COMMON_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

/* `bracket` is '{' or '[', and '}' or ']'. */
bool json_plain_begin(struct buf *out, const char *name, char bracket, struct err *err) MUST_USE
	__attribute__((nonnull(1, 4)));
bool json_plain_end(struct buf *out, char bracket, struct err *err) MUST_USE NONNULL;

/*
 * ERR_DATA, and nothing is appended, when the text would need escapes: for anything but printable ASCII,
 * for '"' and for '\'.
 */
bool json_plain_text(struct buf *out, const char *name, const char *text, struct err *err) MUST_USE
	__attribute__((nonnull(1, 3, 4)));
bool json_plain_int(struct buf *out, const char *name, int64_t value, struct err *err) MUST_USE
	__attribute__((nonnull(1, 4)));

/* At most 128 bytes, in lower-case hexadecimal and in base64url. */
bool json_plain_hex(struct buf *out, const char *name, const void *data, size_t len,
	struct err *err) MUST_USE __attribute__((nonnull(1, 3, 5)));
bool json_plain_b64(struct buf *out, const char *name, const void *data, size_t len,
	struct err *err) MUST_USE __attribute__((nonnull(1, 3, 5)));

#endif
