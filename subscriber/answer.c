#include "subscriber/answer.h"

#include <string.h>

#include "common/clock.h"
#include "common/language.h"
#include "common/utf8.h"
#include "subscriber/replies.h"

static bool is_seminar(const char *channel)
{
	return strcmp(channel, "seminar") == 0;
}

bool answer_is_asked(const char *channel)
{
	return is_seminar(channel) || strcmp(channel, "opportunity") == 0;
}

bool answer_note(const char *note, struct reply_content *content, struct err *err)
{
	size_t len = strlen(note);

	if (len > LIMIT_REPLY_NOTE || !utf8_valid(note, len) || utf8_has_control(note, len))
		return err_set(
			err, ERR_USAGE, "a note is one line of at most %d bytes of UTF-8", LIMIT_REPLY_NOTE);
	memcpy(content->note, note, len + 1);
	return true;
}

/* Seminars are accepted, opportunities are of interest; both can be declined. */
static bool check_fits(
	const struct document *document, const struct reply_content *content, struct err *err)
{
	bool seminar = is_seminar(document->channel);

	if (strcmp(document->state, "recalled") == 0)
		return err_set(err, ERR_DENIED, "'%s' was %s by CNCERT: there is nothing to reply to",
			document->label,
			document->superseded ? language_text("replaced") : language_text("recalled"));
	if (!answer_is_asked(document->channel))
		return err_set(err, ERR_USAGE, "'%s' is of channel %s, which asks for no reply",
			document->label, document->channel);
	if (content->answer == (seminar ? REPLY_INTEREST : REPLY_ACCEPT))
		return err_set(err, ERR_USAGE, "'%s' is %s: reply with %s or --decline", document->label,
			seminar ? language_text("a seminar") : language_text("an opportunity"),
			seminar ? "--accept N" : "--interest");
	return true;
}

bool answer_owe(
	struct db *db, const struct document *document, struct reply_content *content, struct err *err)
{
	if (!check_fits(document, content, err))
		return false;
	if (!pub_id_parse(document->id, strlen(document->id), &content->publication))
		return err_set(err, ERR_SYSTEM, "'%s': a publication is damaged", db->path);
	content->manifest = document->manifest;
	content->at = clock_now(clock_system());
	return replies_owe(db, content, err);
}
