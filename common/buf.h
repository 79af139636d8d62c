/*
 * A growing run of bytes that knows its maximum.
 *
 *	auto_buf struct buf text = BUF_INIT(64 * 1024);
 *
 * A NUL that is not counted in len always follows the data, once anything was appended.
 * When an append would pass the maximum it fails with ERR_DATA, quoting the maximum, and the
 * buffer stays as it was.
 */
#ifndef CERTWIRE_COMMON_BUF_H
#define CERTWIRE_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

struct buf {
	uint8_t *data; /* owned; NULL until something is appended */
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
	size_t max; /* most bytes that len may reach */
};

/* clang-format off */
#define BUF_INIT(max_bytes) {.max = (max_bytes)}
/* clang-format on */

#define auto_buf CLEANUP(buf_release)

/* Empty, holding at most `max` bytes. Allocates nothing. */
void buf_init(struct buf *buf, size_t max) NONNULL;

/* Frees the data; the buffer is empty and usable again. */
void buf_release(struct buf *buf) NONNULL;

/* Forgets the data, keeps the memory. */
void buf_clear(struct buf *buf) NONNULL;

/* Makes room for `more` bytes after len without changing len. */
bool buf_reserve(struct buf *buf, size_t more, struct err *err) MUST_USE NONNULL;

/* Copies `len` bytes to the end; `data` may be NULL when len is 0, and may not lie in the buffer. */
bool buf_append(struct buf *buf, const void *data, size_t len, struct err *err) MUST_USE;

/* Appends what `from` holds, which is empty afterwards: its memory is taken over when `buf` has no data. */
bool buf_move(struct buf *buf, struct buf *from, struct err *err) MUST_USE NONNULL;

bool buf_append_str(struct buf *buf, const char *text, struct err *err) MUST_USE NONNULL;

bool buf_printf(struct buf *buf, struct err *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE NONNULL;

/* Borrowed: the data as a string, "" when empty. Foreign data may hold NULs of its own. */
const char *buf_str(const struct buf *buf) NONNULL;

/* The data as a string that the caller frees, leaving the buffer empty; NULL when out of memory. */
char *buf_steal_str(struct buf *buf) MUST_USE NONNULL;

#endif
