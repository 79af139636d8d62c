#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/ident.h"
#include "common/json.h"
#include "db/editor_send.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/course.h"
#include "publisher/cli/draft.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"

const struct cli_option send_options[] = {
	{"to", "UNIT", "the unit that is entitled now and has no entry of it", false},
	CONFIRM_OPTION("will receive it: 1"),
	{"test", NULL,
		"draft a copy of it, issued or not, for CNCERT's own test units only, marked as a test",
		false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

static bool ask(
	const struct cli_call *call, const struct lookup *found, const char *unit, struct err *err)
{
	(void)fprintf(stderr, "%s  %s %s: 补发给 1 个单位 to 1 unit: %s\n", found->brief,
		found->publication.channel, found->publication.number, unit);
	return confirm_units(call, 1,
		"Type how many units, to send it 请输入单位数以确认补发: ", "nothing was sent", err);
}

/* PostgreSQL tells administrators how a unit is entered; editors look for its right name. */
static bool send(struct session *session, const struct lookup *found, const char *unit,
	struct pg_rows **ret, struct err *err)
{
	if (editor_send(session->pg, found->publication.id, unit, ret, err))
		return true;
	if (strcmp(pg_err_state(session->pg), "CW003") != 0)
		return false;
	return err_set(err, ERR_DATA,
		"--to: there is no unit '%s'; certwire preview %s names those there are", ERR_QUOTED(unit),
		found->brief);
}

bool verb_send(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_rows struct pg_rows *rows = NULL;
	const char *unit;

	if (cli_has(call, "test"))
		return cli_has(call, "to") || cli_has(call, "yes")
				   ? err_set(err, ERR_USAGE,
						 "--test goes to the test units, and takes neither --to nor --yes: leave "
						 "them out")
				   : draft_test(call, err);
	if (!cli_need(call, "to", &unit, err))
		return false;
	if (!ident_is_unit(unit, strlen(unit)))
		return err_set(
			err, ERR_USAGE, "--to: '%s' is no unit's id; write it like unit-a", ERR_QUOTED(unit));
	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!course_check(&found, "issued", "only what is issued is sent as a back number",
			"see: certwire status", err) ||
		!ask(call, &found, unit, err) || !send(&session, &found, unit, &rows, err))
		return false;
	if (cli_has(call, "json"))
		return output_json(json_pack("{s:s, s:s, s:s}", "id", found.publication.id, "unit", unit,
							   "name", pg_text(rows, 0, 0)),
			err);
	(void)printf("to be sent 已补发 %s %s to %s %s: certwire status %s\n",
		found.publication.channel, found.publication.number, unit, ERR_QUOTED(pg_text(rows, 0, 0)),
		found.brief);
	return !ferror(stdout) || output_failed(err);
}
