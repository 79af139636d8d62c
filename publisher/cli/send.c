#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/ident.h"
#include "db/editor_send.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"

const struct cli_option send_options[] = {
	{"to", "UNIT", "the unit that is entitled now and has no entry of it", false},
	{0},
};

bool verb_send(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_rows struct pg_rows *rows = NULL;
	const char *unit;

	if (!cli_need(call, "to", &unit, err))
		return false;
	if (!ident_is_unit(unit, strlen(unit)))
		return err_set(err, ERR_USAGE, "--to: '%s' is no unit id; unit ids look like 'unit-a'",
			ERR_QUOTED(unit));
	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!editor_send(session.pg, found.publication.id, unit, &rows, err))
		return false;
	(void)printf("to be sent 已补发 %s %s to %s %s: certwire status %s\n",
		found.publication.channel, found.publication.number, unit, ERR_QUOTED(pg_text(rows, 0, 0)),
		found.brief);
	return !ferror(stdout) || output_failed(err);
}
