#include "common/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){.max = max};
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Doubled, so that many small appends stay linear, but never past the maximum and its NUL. */
static size_t next_capacity(const struct buf *buf, size_t needed)
{
	size_t cap = buf->cap ? buf->cap : FIRST_CAPACITY;

	while (cap < needed)
		cap = cap > SIZE_MAX / 2 ? needed : cap * 2;
	if (buf->max < SIZE_MAX && cap > buf->max + 1)
		cap = buf->max + 1;
	return cap;
}

bool buf_reserve(struct buf *buf, size_t more, struct err *err)
{
	size_t needed;
	size_t cap;
	uint8_t *data;

	if (buf->len > buf->max || more > buf->max - buf->len || more >= SIZE_MAX - buf->len)
		return err_set(err, ERR_DATA, "larger than the limit of %zu bytes", buf->max);
	needed = buf->len + more + 1;
	if (needed <= buf->cap)
		return true;
	cap = next_capacity(buf, needed);
	data = realloc(buf->data, cap);
	if (!data)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu bytes", cap);
	data[buf->len] = '\0';
	buf->data = data;
	buf->cap = cap;
	return true;
}

bool buf_append(struct buf *buf, const void *data, size_t len, struct err *err)
{
	if (!buf_reserve(buf, len, err))
		return false;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool buf_move(struct buf *buf, struct buf *from, struct err *err)
{
	if (buf->len > 0 || !from->data || from->len > buf->max) {
		if (!buf_append(buf, from->data, from->len, err))
			return false;
	} else {
		free(buf->data);
		*buf =
			(struct buf){.data = from->data, .len = from->len, .cap = from->cap, .max = buf->max};
		from->data = NULL;
	}
	buf_release(from);
	return true;
}

bool buf_append_str(struct buf *buf, const char *text, struct err *err)
{
	return buf_append(buf, text, strlen(text), err);
}

bool buf_printf(struct buf *buf, struct err *err, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return err_errno(err, "cannot format text");
	if (!buf_reserve(buf, (size_t)len, err))
		return false;
	va_start(args, fmt);
	(void)vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
	return true;
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? (const char *)buf->data : "";
}

char *buf_steal_str(struct buf *buf)
{
	char *text = buf->data ? (char *)buf->data : calloc(1, 1);

	buf_init(buf, buf->max);
	return text;
}
