#include "db/pg.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/pg_private.h"

/* One call carries at most this much in an array: well above any batch of ours. */
enum { PG_ARRAY_MAX = 256 * 1024 * 1024 };

void pg_params_release(struct pg_params *params)
{
	for (int i = 0; i < params->count; i++)
		free(params->items[i].owned);
	memset(params, 0, sizeof *params);
}

static int next_item(struct pg_params *params)
{
	if (params->count == PG_PARAMS_MAX) {
		params->failed = true;
		return -1;
	}
	return params->count++;
}

static void put32(uint8_t out[static 4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put64(uint8_t out[static 8], uint64_t value)
{
	put32(out, (uint32_t)(value >> 32));
	put32(out + 4, (uint32_t)value);
}

/* Microseconds since 2000, PostgreSQL's binary timestamptz. */
static uint64_t binary_time(int64_t seconds)
{
	return (uint64_t)((seconds - PG_TIME_ORIGIN_S) * 1000000);
}

void pg_param_text(struct pg_params *params, const char *text)
{
	int i = next_item(params);

	if (i >= 0)
		params->items[i].value = text;
}

void pg_param_bytes(struct pg_params *params, const void *data, size_t len)
{
	int i = next_item(params);

	if (i < 0)
		return;
	if (len > INT_MAX) {
		params->failed = true;
		return;
	}
	params->items[i].value = data || len > 0 ? data : NULL;
	params->items[i].length = (int)len;
	params->items[i].format = 1;
	params->items[i].type = PG_TYPE_BYTEA;
}

void pg_param_int(struct pg_params *params, int64_t value)
{
	int i = next_item(params);

	if (i < 0)
		return;
	snprintf(params->items[i].digits, sizeof params->items[i].digits, "%" PRId64, value);
	params->items[i].value = params->items[i].digits;
}

void pg_param_bool(struct pg_params *params, bool value)
{
	pg_param_text(params, value ? "t" : "f");
}

void pg_param_time(struct pg_params *params, int64_t seconds)
{
	int i = next_item(params);

	if (i < 0)
		return;
	put64((uint8_t *)params->items[i].digits, binary_time(seconds));
	params->items[i].value = params->items[i].digits;
	params->items[i].length = 8;
	params->items[i].format = 1;
	params->items[i].type = PG_TYPE_TIMESTAMPTZ;
}

void pg_param_null(struct pg_params *params)
{
	pg_param_text(params, NULL);
}

/*
 * An array as array_recv reads it: dimensions, flag, element type; length and lower bound; then each
 * element with its length, -1 for NULL.
 */
static void array_header(uint8_t out[static 20], unsigned element, size_t count)
{
	put32(out, 1);
	put32(out + 4, 1); /* may hold NULLs */
	put32(out + 8, element);
	put32(out + 12, (uint32_t)count);
	put32(out + 16, 1);
}

enum { ARRAY_HEADER = 20, ARRAY_HEADER_EMPTY = 12 };

static void add_array(struct pg_params *params, unsigned type, unsigned element, size_t count,
	const struct pg_bytes *items)
{
	int n = next_item(params);
	size_t size = ARRAY_HEADER;
	uint8_t *out, *at;

	for (size_t i = 0; i < count && size <= PG_ARRAY_MAX; i++)
		size += 4 + items[i].len;
	out = size <= PG_ARRAY_MAX ? malloc(size) : NULL;
	if (n < 0 || !out) {
		params->failed = true;
		free(out);
		return;
	}
	array_header(out, element, count);
	at = out + ARRAY_HEADER;
	for (size_t i = 0; i < count; i++) {
		put32(at, items[i].data ? (uint32_t)items[i].len : UINT32_MAX);
		if (items[i].data)
			memcpy(at + 4, items[i].data, items[i].len);
		at += 4 + (items[i].data ? items[i].len : 0);
	}
	if (count == 0) {
		put32(out, 0);
		at = out + ARRAY_HEADER_EMPTY;
	}
	params->items[n].owned = out;
	params->items[n].value = (const char *)out;
	params->items[n].length = (int)(at - out);
	params->items[n].format = 1;
	params->items[n].type = type;
}

/* The elements of an array of fixed size, one after the other in `bytes`, which it frees. */
static void add_fixed(struct pg_params *params, unsigned type, unsigned element, size_t count,
	size_t size, uint8_t *bytes)
{
	auto_free struct pg_bytes *items = calloc(count + 1, sizeof *items);

	if (!items || !bytes) {
		params->failed = true;
		free(bytes);
		return;
	}
	for (size_t i = 0; i < count; i++)
		items[i] = (struct pg_bytes){bytes + i * size, size};
	add_array(params, type, element, count, items);
	free(bytes);
}

void pg_param_blobs(struct pg_params *params, size_t count, const struct pg_bytes *items)
{
	add_array(params, PG_TYPE_BYTEA_ARRAY, PG_TYPE_BYTEA, count, items);
}

void pg_param_texts(struct pg_params *params, size_t count, const char *const *items)
{
	auto_free struct pg_bytes *bytes = calloc(count + 1, sizeof *bytes);

	if (!bytes) {
		params->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		bytes[i] = (struct pg_bytes){items[i], items[i] ? strlen(items[i]) : 0};
	add_array(params, PG_TYPE_TEXT_ARRAY, PG_TYPE_TEXT, count, bytes);
}

void pg_param_ints(struct pg_params *params, size_t count, const int64_t *items)
{
	uint8_t *bytes = calloc(count + 1, 8);

	for (size_t i = 0; bytes && i < count; i++)
		put64(bytes + 8 * i, (uint64_t)items[i]);
	add_fixed(params, PG_TYPE_INT8_ARRAY, PG_TYPE_INT8, count, 8, bytes);
}

void pg_param_bools(struct pg_params *params, size_t count, const bool *items)
{
	uint8_t *bytes = calloc(count + 1, 1);

	for (size_t i = 0; bytes && i < count; i++)
		bytes[i] = items[i] ? 1 : 0;
	add_fixed(params, PG_TYPE_BOOL_ARRAY, PG_TYPE_BOOL, count, 1, bytes);
}

void pg_param_times(struct pg_params *params, size_t count, const int64_t *seconds)
{
	uint8_t *bytes = calloc(count + 1, 8);

	for (size_t i = 0; bytes && i < count; i++)
		put64(bytes + 8 * i, binary_time(seconds[i]));
	add_fixed(params, PG_TYPE_TIMESTAMPTZ_ARRAY, PG_TYPE_TIMESTAMPTZ, count, 8, bytes);
}
