#include "db/pg.h"

#include <assert.h>
#include <stdlib.h>

#include "db/pg_private.h"

struct pg_rows {
	PGresult *result;
};

struct pg_rows *pg_rows_new(PGresult *result)
{
	struct pg_rows *rows = malloc(sizeof *rows);

	if (!rows) {
		PQclear(result);
		return NULL;
	}
	rows->result = result;
	return rows;
}

void pg_rows_free(struct pg_rows *rows)
{
	if (!rows)
		return;
	PQclear(rows->result);
	free(rows);
}

int pg_row_count(const struct pg_rows *rows)
{
	return PQntuples(rows->result);
}

bool pg_is_null(const struct pg_rows *rows, int row, int column)
{
	assert(row >= 0 && row < PQntuples(rows->result));
	assert(column >= 0 && column < PQnfields(rows->result));
	return PQgetisnull(rows->result, row, column);
}

static const uint8_t *value(const struct pg_rows *rows, int row, int column)
{
	return (const uint8_t *)PQgetvalue(rows->result, row, column);
}

static size_t length(const struct pg_rows *rows, int row, int column)
{
	return (size_t)PQgetlength(rows->result, row, column);
}

static Oid type_of(const struct pg_rows *rows, int column)
{
	return PQftype(rows->result, column);
}

static uint64_t big_endian(const uint8_t *bytes, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n = n << 8 | bytes[i];
	return n;
}

const char *pg_text(const struct pg_rows *rows, int row, int column)
{
	Oid type;

	if (pg_is_null(rows, row, column))
		return NULL;
	type = type_of(rows, column);
	assert(type == PG_TYPE_TEXT || type == PG_TYPE_VARCHAR || type == PG_TYPE_NAME);
	(void)type;
	return (const char *)value(rows, row, column);
}

int64_t pg_int(const struct pg_rows *rows, int row, int column)
{
	uint64_t n;

	if (pg_is_null(rows, row, column))
		return 0;
	n = big_endian(value(rows, row, column), length(rows, row, column));
	switch (type_of(rows, column)) {
	case PG_TYPE_INT2:
		return (int16_t)n;
	case PG_TYPE_INT4:
		return (int32_t)n;
	default:
		assert(type_of(rows, column) == PG_TYPE_INT8);
		return (int64_t)n;
	}
}

bool pg_bool(const struct pg_rows *rows, int row, int column)
{
	if (pg_is_null(rows, row, column))
		return false;
	assert(type_of(rows, column) == PG_TYPE_BOOL);
	return *value(rows, row, column) != 0;
}

struct pg_bytes pg_bytes(const struct pg_rows *rows, int row, int column)
{
	if (pg_is_null(rows, row, column))
		return (struct pg_bytes){0};
	assert(type_of(rows, column) == PG_TYPE_BYTEA);
	return (struct pg_bytes){value(rows, row, column), length(rows, row, column)};
}

int64_t pg_time_us(const struct pg_rows *rows, int row, int column)
{
	int64_t microseconds;

	if (pg_is_null(rows, row, column))
		return 0;
	assert(type_of(rows, column) == PG_TYPE_TIMESTAMPTZ);
	microseconds = (int64_t)big_endian(value(rows, row, column), 8);
	if (microseconds == INT64_MAX || microseconds == INT64_MIN)
		return microseconds;
	return microseconds + PG_TIME_ORIGIN_S * INT64_C(1000000);
}

int64_t pg_time(const struct pg_rows *rows, int row, int column)
{
	int64_t microseconds = pg_time_us(rows, row, column);
	int64_t seconds = microseconds / 1000000;

	if (microseconds == INT64_MAX || microseconds == INT64_MIN)
		return microseconds;
	if (microseconds % 1000000 < 0)
		seconds--;
	return seconds;
}

/* As array_send writes it; see array_header in pg_params.c. */
size_t pg_array_len(const struct pg_rows *rows, int row, int column)
{
	const uint8_t *array;

	if (pg_is_null(rows, row, column))
		return 0;
	assert(type_of(rows, column) == PG_TYPE_TEXT_ARRAY ||
		   type_of(rows, column) == PG_TYPE_BYTEA_ARRAY);
	array = value(rows, row, column);
	if (big_endian(array, 4) == 0)
		return 0;
	assert(big_endian(array, 4) == 1);
	return (size_t)big_endian(array + 12, 4);
}

struct pg_bytes pg_array_at(const struct pg_rows *rows, int row, int column, size_t nth)
{
	const uint8_t *at;

	assert(nth < pg_array_len(rows, row, column));
	at = value(rows, row, column) + 20;
	for (size_t i = 0;; i++) {
		uint32_t len = (uint32_t)big_endian(at, 4);
		bool null = len == UINT32_MAX;

		if (i == nth)
			return null ? (struct pg_bytes){0} : (struct pg_bytes){at + 4, len};
		at += 4 + (null ? 0 : len);
	}
}
