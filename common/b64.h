/*
 * base64url without padding (RFC 4648 section 5, as RFC 7515 uses it). Decoding is strict: padding,
 * white space, other alphabets, and bits left over in the last character are refused, so one byte
 * string has exactly one spelling.
 */
#ifndef CERTWIRE_COMMON_B64_H
#define CERTWIRE_COMMON_B64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

/* Room for `len` bytes as base64url, NUL included. */
#define B64_SIZE(len) (((len) / 3) * 4 + ((len) % 3 ? (len) % 3 + 1 : 0) + 1)

/* Bytes that `text_len` characters stand for, if they are canonical. */
#define B64_DECODED_LEN(text_len) ((text_len) / 4 * 3 + ((text_len) % 4 ? (text_len) % 4 - 1 : 0))

/*
 * Writes B64_SIZE(len) bytes to `out`; returns it. `data` may be NULL when len is 0. Not for secrets: what it
 * reads of its table depends on the data.
 */
char *b64_encode(char *out, const void *data, size_t len);

/* The same in the same time whatever the data is, and slower. */
char *b64_encode_secret(char *out, const void *data, size_t len);

/* Appends the encoding of `data` to `out`. */
bool b64_append(struct buf *out, const void *data, size_t len, struct err *err) MUST_USE;

/* Decodes at most `size` bytes to `out`. False, outputs undefined: not canonical or too long. Not for secrets. */
bool b64_decode(
	void *out, size_t size, const char *text, size_t text_len, size_t *ret_len) MUST_USE NONNULL;

/* As above, and false unless exactly `size` bytes come out. */
bool b64_decode_exact(void *out, size_t size, const char *text, size_t text_len) MUST_USE NONNULL;

/* The same in the same time whatever the text is, and slower. */
bool b64_decode_secret(void *out, size_t size, const char *text, size_t text_len) MUST_USE NONNULL;

/* Appends the decoded bytes to `out`; ERR_DATA when not canonical or past the buffer's maximum. */
bool b64_decode_append(
	struct buf *out, const char *text, size_t text_len, struct err *err) MUST_USE NONNULL;

#endif
