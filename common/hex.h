/*
 * Bytes as lower-case hexadecimal digits. One byte string has exactly one spelling.
 */
#ifndef CERTWIRE_COMMON_HEX_H
#define CERTWIRE_COMMON_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/macros.h"

/* Room for `len` bytes as hex, NUL included. */
#define HEX_SIZE(len) (2 * (len) + 1)

/* Writes HEX_SIZE(len) bytes to `out`; returns it. */
char *hex_encode(char *out, const void *data, size_t len) NONNULL;

/* True when `text` is exactly 2 * size lower-case digits; else `out` is untouched. */
bool hex_decode(void *out, size_t size, const char *text, size_t text_len) MUST_USE NONNULL;

#endif
