/* `reply`: what the people of this unit answer; the daemon seals, signs and sends it. */
#include "subscriber/replies.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/utf8.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

static bool take_note(const struct cli_call *call, struct reply_content *content, struct err *err)
{
	const char *note = cli_value(call, "note");
	size_t len = note ? strlen(note) : 0;

	if (!note)
		return true;
	if (len > LIMIT_REPLY_NOTE || !utf8_valid(note, len) || utf8_has_control(note, len))
		return err_set(
			err, ERR_USAGE, "--note: one line of at most %d bytes of UTF-8", LIMIT_REPLY_NOTE);
	memcpy(content->note, note, len + 1);
	return true;
}

static bool take_answer(const struct cli_call *call, struct reply_content *content, struct err *err)
{
	bool accept = cli_has(call, "accept");
	bool decline = cli_has(call, "decline");
	bool interest = cli_has(call, "interest");
	int64_t seats;

	if (accept + decline + interest != 1)
		return err_set(err, ERR_USAGE, "say one of --accept N, --decline and --interest");
	if (!cli_int(call, "accept", 1, LIMIT_REPLY_SEATS, 0, &seats, err))
		return false;
	content->seats = (int)seats;
	content->answer = accept ? REPLY_ACCEPT : decline ? REPLY_DECLINE : REPLY_INTEREST;
	return take_note(call, content, err);
}

/* Seminars are accepted, opportunities are of interest; both can be declined. */
static bool check_fits(
	const struct document *document, const struct reply_content *content, struct err *err)
{
	bool seminar = strcmp(document->channel, "seminar") == 0;

	if (strcmp(document->state, "recalled") == 0)
		return err_set(err, ERR_DENIED, "'%s' was %s by CNCERT: there is nothing to reply to",
			document->label, document->superseded ? "replaced" : "recalled");
	if (!seminar && strcmp(document->channel, "opportunity") != 0)
		return err_set(err, ERR_USAGE, "'%s' is of channel %s, which asks for no reply",
			document->label, document->channel);
	if (content->answer == (seminar ? REPLY_INTEREST : REPLY_ACCEPT))
		return err_set(err, ERR_USAGE, "'%s' is %s: reply with %s or --decline", document->label,
			seminar ? "a seminar" : "an opportunity", seminar ? "--accept N" : "--interest");
	return true;
}

static bool owe(
	struct db *db, const struct document *document, struct reply_content *content, struct err *err)
{
	if (!pub_id_parse(document->id, strlen(document->id), &content->publication))
		return err_set(err, ERR_SYSTEM, "'%s': a publication is damaged", db->path);
	content->manifest = document->manifest;
	content->at = clock_now(clock_system());
	return replies_owe(db, content, err);
}

bool verb_reply(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct reply_content content = {.number = 0};
	struct document document;

	if (!take_answer(call, &content, err) || !verb_config(call, &config, err) ||
		!state_open_readonly(config.state, &db, err))
		return false;
	db_close(&db);
	if (!state_open(config.state, &db, err) || !inbox_find(&db, call->argv[0], &document, err) ||
		!check_fits(&document, &content, err) || !owe(&db, &document, &content, err))
		return false;
	(void)printf("replied 已答复 %s %s: %s\n", document.channel, document.label,
		reply_answer_name(content.answer));
	return true;
}
