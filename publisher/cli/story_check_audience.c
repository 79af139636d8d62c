/* Who had the right when, by the raw rows of standing, membership, term, policy, grants and denials. */
#include "publisher/cli/story_check.h"

#include "db/story.h"

static bool check_entered(const struct pg_rows *rows, int row, struct err *err)
{
	if (!pg_bool(rows, row, STORY_AUDIENCE_NAMED))
		return err_set(
			err, ERR_DENIED, "受众 it has an entry, and the audience rule does not cover it");
	return pg_bool(rows, row, STORY_AUDIENCE_ENTITLED_THEN) ||
		   err_set(err, ERR_DENIED,
			   "受众 it has an entry, and by the history it had no right when it was entered");
}

static bool check_left_out(const struct pg_rows *rows, int row, struct err *err)
{
	bool entitled = pg_bool(rows, row, STORY_AUDIENCE_ENTITLED);

	if (entitled && pg_bool(rows, row, STORY_AUDIENCE_NAMED) &&
		pg_bool(rows, row, STORY_AUDIENCE_FIRST))
		return err_set(
			err, ERR_DENIED, "受众 it has no entry, and by the history it had the right at issue");
	return pg_is_null(rows, row, STORY_AUDIENCE_SAID_ENTITLED) ||
		   pg_bool(rows, row, STORY_AUDIENCE_SAID_ENTITLED) == entitled ||
		   err_set(err, ERR_DENIED,
			   "受众 certwire.effective_at says other than the rows of its history");
}

bool story_check_audience(const struct story_rows *rows, struct err *err)
{
	const struct pg_rows *audience = rows->audience;

	for (int row = 0; row < pg_row_count(audience); row++)
		if (pg_bool(audience, row, STORY_AUDIENCE_HAS_ENTRY) ? !check_entered(audience, row, err)
															 : !check_left_out(audience, row, err))
			return err_context(
				err, "单位 unit '%s'", ERR_QUOTED(pg_text(audience, row, STORY_AUDIENCE_UNIT)));
	return true;
}
