#include "publisher/cli/story_rows.h"

#include <stdio.h>
#include <string.h>

#include "db/story.h"

void story_rows_release(struct story_rows *rows)
{
	pg_rows_free(rows->publication);
	pg_rows_free(rows->keysets);
	pg_rows_free(rows->signatures);
	pg_rows_free(rows->units);
	pg_rows_free(rows->devices);
	pg_rows_free(rows->receipts);
	pg_rows_free(rows->audience);
	*rows = (struct story_rows)STORY_ROWS_INIT;
}

static bool take_only(struct story_rows *rows, const char *prefix, struct err *err)
{
	struct pub_id id;
	const char *text;

	if (pg_row_count(rows->publication) == 0)
		return err_set(err, ERR_DATA, "no publication's id begins with '%s'; see: certwire list",
			ERR_QUOTED(prefix));
	if (pg_row_count(rows->publication) > 1)
		return err_set(err, ERR_USAGE,
			"several publications begin with '%s'; give more digits; see: certwire list",
			ERR_QUOTED(prefix));
	text = pg_text(rows->publication, 0, STORY_PUBLICATION_ID);
	if (!pub_id_parse(text, strlen(text), &id))
		return err_set(err, ERR_DENIED, "publication id '%s' is malformed", ERR_QUOTED(text));
	(void)pub_id_format(&id, rows->id);
	if (strcmp(pg_text(rows->publication, 0, STORY_PUBLICATION_STATE), "issued") != 0)
		return err_set(err, ERR_DATA,
			"publication %.8s is not issued, so there is no story yet; audit it once it is",
			rows->id);
	return true;
}

bool story_rows_read(struct pg *pg, const char *prefix, struct story_rows *ret, struct err *err)
{
	auto_story_rows struct story_rows rows = STORY_ROWS_INIT;

	if (!story_publication(pg, prefix, &rows.publication, err) || !take_only(&rows, prefix, err) ||
		!story_keysets(pg, &rows.keysets, err) ||
		!story_signatures(pg, rows.id, &rows.signatures, err) ||
		!story_units(pg, rows.id, &rows.units, err) ||
		!story_devices(pg, rows.id, &rows.devices, err) ||
		!story_receipts(pg, rows.id, &rows.receipts, err) ||
		!story_audience(pg, rows.id, &rows.audience, err))
		return false;
	*ret = rows;
	rows = (struct story_rows)STORY_ROWS_INIT;
	return true;
}
