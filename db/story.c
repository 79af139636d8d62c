#include "db/story.h"

#include "db/embedded.h"

/* All but two of the statements have one parameter. */
static bool read_of(
	struct pg *pg, const char *sql, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql, &params, ret, err);
}

bool story_publication(struct pg *pg, const char *prefix, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_publication, prefix, ret, err);
}

bool story_keysets(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_auditor_story_keysets, NULL, ret, err);
}

bool story_parts(
	struct pg *pg, const char *id, int64_t from, int64_t to, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_int(&params, from);
	pg_param_int(&params, to);
	return pg_exec(pg, sql_auditor_story_parts, &params, ret, err);
}

bool story_signatures(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_signatures, id, ret, err);
}

bool story_units(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_units, id, ret, err);
}

bool story_devices(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_devices, id, ret, err);
}

bool story_receipts(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_receipts, id, ret, err);
}

bool story_unsettled(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_unsettled, id, ret, err);
}

bool story_audience(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return read_of(pg, sql_auditor_story_audience, id, ret, err);
}
