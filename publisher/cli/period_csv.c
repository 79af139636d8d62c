#include <stdio.h>
#include <stdlib.h>

#include "publisher/cli/html.h"
#include "publisher/cli/output.h"
#include "publisher/cli/period.h"
#include "publisher/cli/when.h"

enum { CSV_PUBLICATION_MAX = 4096, CSV_UNIT_MAX = 2048 };

static bool csv_fields(const char *const *fields, size_t count, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (!csv_field(out, fields[i], err) || !buf_append_str(out, ",", err))
			return false;
	return true;
}

/* What a publication's rows have in common, made once: of these rows there may be a million. */
static bool csv_publication(const struct period *period, int nth, struct buf *out, struct err *err)
{
	struct editor_board_publication p = editor_board_publications_at(period->publications, nth);
	const char *const fields[] = {
		p.channel, p.number, period_title(period, nth), p.id, WHEN_OR_EMPTY(p.issued_at)};

	buf_init(out, CSV_PUBLICATION_MAX);
	return csv_fields(fields, ARRAY_LEN(fields), out, err);
}

static bool csv_unit(const struct editor_board_unit *unit, const struct buf *publications,
	struct buf *out, struct err *err)
{
	auto_buf struct buf first = BUF_INIT(CSV_UNIT_MAX);
	const char *const fields[] = {unit->unit, unit->name};

	if (!csv_fields(fields, ARRAY_LEN(fields), &first, err))
		return false;
	for (int n = 0; unit->cells[n]; n++)
		if (unit->cells[n] != ' ' &&
			(!buf_append(out, first.data, first.len, err) ||
				!buf_append(out, publications[n].data, publications[n].len, err) ||
				!csv_field(out, period_cell_name(unit->cells[n]), err) ||
				!buf_append_str(out, "\r\n", err)))
			return false;
	return true;
}

static void csv_release(struct buf *publications, int count)
{
	for (int i = 0; publications && i < count; i++)
		buf_release(&publications[i]);
	free(publications);
}

/* Unit by unit: all of it may be more than a buffer holds. */
static bool csv_units(const struct period *period, const struct buf *publications, struct err *err)
{
	auto_buf struct buf rows = BUF_INIT(OUTPUT_MAX);

	for (int i = 0; i < pg_row_count(period->units); i++) {
		struct editor_board_unit unit = editor_board_units_at(period->units, i);

		buf_clear(&rows);
		if (!csv_unit(&unit, publications, &rows, err) || !output_text(&rows, err))
			return false;
	}
	return true;
}

/* With a byte order mark, by which spreadsheets know that it is UTF-8. */
bool period_csv(const struct period *period, struct err *err)
{
	static const char head[] =
		"\xef\xbb\xbfunit,name,channel,number,title,publication,issued,state\r\n";
	int count = pg_row_count(period->publications);
	struct buf *publications = calloc((size_t)count + 1, sizeof *publications);
	bool ok = publications != NULL || err_set(err, ERR_SYSTEM, "out of memory");

	for (int i = 0; ok && i < count; i++)
		ok = csv_publication(period, i, &publications[i], err);
	ok = ok && (fputs(head, stdout) >= 0 || output_failed(err)) &&
		 csv_units(period, publications, err);
	csv_release(publications, count);
	return ok;
}
