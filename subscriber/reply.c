/* `reply`: what the people of this unit answer; the daemon seals, signs and sends it. */
#include "subscriber/answer.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>

static bool take_answer(const struct cli_call *call, struct reply_content *content, struct err *err)
{
	bool accept = cli_has(call, "accept");
	bool decline = cli_has(call, "decline");
	bool interest = cli_has(call, "interest");
	const char *note = cli_value(call, "note");
	int64_t seats;

	if (accept + decline + interest != 1)
		return err_set(err, ERR_USAGE, "say one of --accept N, --decline and --interest");
	if (!cli_int(call, "accept", 1, LIMIT_REPLY_SEATS, 0, &seats, err))
		return false;
	content->seats = (int)seats;
	content->answer = accept ? REPLY_ACCEPT : decline ? REPLY_DECLINE : REPLY_INTEREST;
	return !note || answer_note(note, content, err) || err_context(err, "--note");
}

bool verb_reply(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct reply_content content = {.number = 0};
	struct document document;

	if (!take_answer(call, &content, err) || !verb_config_as_owner(call, &config, err) ||
		!state_open_readonly(config.state, &db, err))
		return false;
	db_close(&db);
	if (!state_open(config.state, &db, err) || !inbox_find(&db, call->argv[0], &document, err) ||
		!answer_owe(&db, &document, &content, err))
		return false;
	(void)printf("replied 已答复 %s %s: %s\n", document.channel, document.label,
		reply_answer_name(content.answer));
	return true;
}
