#include "publisher/cli/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/language.h"
#include "common/utf8.h"

enum { GAP = 2, CELL_SIZE = 1024 };

void table_release(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){.columns = table->columns, .right = table->right};
}

static bool make_room(struct table *table, struct err *err)
{
	if (table->count < table->room)
		return true;
	if (table->count >= TABLE_CELLS_MAX)
		return err_set(err, ERR_DATA, "a table has at most %d cells", TABLE_CELLS_MAX);
	size_t room = table->room ? 2 * table->room : 64;
	char **cells = reallocarray(table->cells, room, sizeof *cells);

	if (!cells)
		return err_errno(err, "cannot lay out a table");
	table->cells = cells;
	table->room = room;
	return true;
}

bool table_add(struct table *table, const char *text, struct err *err)
{
	char clean[CELL_SIZE];

	if (!make_room(table, err))
		return false;
	char *copy = strdup(err_quote(clean, sizeof clean, text, strlen(text)));

	if (!copy)
		return err_errno(err, "cannot lay out a table");
	table->cells[table->count++] = copy;
	return true;
}

bool table_add_row(struct table *table, const char *const *cells, struct err *err)
{
	for (size_t i = 0; i < table->columns; i++)
		if (!table_add(table, cells[i], err))
			return false;
	return true;
}

bool table_add_titles(struct table *table, const char *const *titles, struct err *err)
{
	for (size_t i = 0; i < table->columns; i++)
		if (!table_add(table, language_text(titles[i]), err))
			return false;
	return true;
}

static bool blanks(struct buf *out, size_t count, struct err *err)
{
	return count == 0 || buf_printf(out, err, "%*s", (int)count, "");
}

static bool write_row(const struct table *table, size_t row, const size_t *widths, size_t indent,
	struct buf *out, struct err *err)
{
	size_t owed = indent; /* blanks not written yet, so that no line ends in them */

	for (size_t i = 0; i < table->columns; i++) {
		const char *cell = table->cells[row * table->columns + i];
		size_t fill = widths[i] - utf8_width(cell);
		bool right = table->right & (1U << i);

		if (*cell) {
			if (!blanks(out, owed + (right ? fill : 0), err) || !buf_append_str(out, cell, err))
				return false;
			owed = (right ? 0 : fill) + GAP;
		} else {
			owed += fill + GAP;
		}
	}
	return buf_append_str(out, "\n", err);
}

bool table_write(const struct table *table, size_t indent, struct buf *out, struct err *err)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	assert(table->count % table->columns == 0);
	for (size_t i = 0; i < table->count; i++) {
		size_t width = utf8_width(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t row = 0; row < table->count / table->columns; row++)
		if (!write_row(table, row, widths, indent, out, err))
			return false;
	return true;
}
