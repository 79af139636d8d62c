/*
 * What we ask of text: that it is UTF-8, normalised, free of control characters, and how many
 * columns of a terminal it takes (a Chinese character takes two).
 */
#ifndef CERTWIRE_COMMON_UTF8_H
#define CERTWIRE_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

/* Well-formed by Unicode's table 3-7: no overlong forms, surrogates or values past U+10FFFF. */
bool utf8_valid(const char *text, size_t len) MUST_USE NONNULL;

/* True for valid UTF-8 in Normalization Form C (UAX 15). ERR_SYSTEM only when memory is short. */
bool utf8_is_nfc(const char *text, size_t len, bool *ret, struct err *err) MUST_USE NONNULL;

/*
 * True when valid UTF-8 holds a character that could deceive a reader or a terminal: C0, DEL, C1,
 * U+2028, U+2029, or a bidirectional control (U+061C, U+200E, U+200F, U+202A-202E, U+2066-2069).
 * NUL, tab and newline count.
 */
bool utf8_has_control(const char *text, size_t len) MUST_USE NONNULL;

/* The same for one code point. */
bool utf8_is_control(unsigned int code_point) MUST_USE;

/* Length of the longest prefix of at most `max` bytes that does not split a character. */
size_t utf8_prefix(const char *text, size_t len, size_t max) MUST_USE NONNULL;

/* Columns that the string takes on a terminal. */
size_t utf8_width(const char *text) MUST_USE NONNULL;

/* Appends one cell of a table: padded with blanks to `columns`, or cut to it ending in "…". */
bool utf8_cell(struct buf *out, const char *text, size_t columns, struct err *err) MUST_USE NONNULL;

#endif
