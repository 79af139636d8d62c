/*
 * A table for a person: columns as wide as their widest cell on a terminal, where a Chinese
 * character takes two columns, two blanks between them, nothing after the last.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_TABLE_H
#define CERTWIRE_PUBLISHER_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

enum { TABLE_COLUMNS_MAX = 12, TABLE_CELLS_MAX = 200000 };

struct table {
	size_t columns; /* 1 to TABLE_COLUMNS_MAX */
	unsigned right; /* bit n: column n is a number, aligned to the right */
	char **cells; /* owned; row after row */
	size_t count;
	size_t room;
};

/* An empty one with that many columns. */
#define TABLE_INIT(n) \
	{ \
		.columns = (n) \
	}
#define auto_table CLEANUP(table_release)

void table_release(struct table *table) NONNULL;

/* Adds a cell, the next of its row. The text is copied, characters unfit for a terminal escaped. */
bool table_add(struct table *table, const char *text, struct err *err) MUST_USE NONNULL;

/* Adds all cells of a row. */
bool table_add_row(struct table *table, const char *const *cells, struct err *err) MUST_USE NONNULL;

/* Adds the first row: titles in the person's language, each marked with LANGUAGE_TEXT. */
bool table_add_titles(
	struct table *table, const char *const *titles, struct err *err) MUST_USE NONNULL;

/* Appends the table, each line after `indent` blanks. The last row must be whole. */
bool table_write(
	const struct table *table, size_t indent, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
