/* The answer to a seminar or an opportunity: what was said, how far it is, and the form to say it. */
#include "subscriber/answer.h"
#include "subscriber/day.h"
#include "subscriber/replies.h"
#include "subscriber/state.h"
#include "subscriber/web_page.h"

#include <stdlib.h>
#include <string.h>

static bool is_seminar(const struct document *document)
{
	return strcmp(document->channel, "seminar") == 0;
}

/* The page's word for an answer of the protocol's. */
static const char *answer_word(const struct web_request *request, bool seminar, const char *answer)
{
	if (strcmp(answer, reply_answer_name(REPLY_ACCEPT)) == 0)
		return web_say(request, "参加", "We come");
	if (strcmp(answer, reply_answer_name(REPLY_INTEREST)) == 0)
		return web_say(request, "有意向", "Interested");
	return seminar ? web_say(request, "不参加", "We do not come")
				   : web_say(request, "无意向", "Not interested");
}

/* Whether CNCERT has it is what a person looks for here. */
static bool said_state(const struct web_request *request, const struct reply_said *said,
	struct buf *out, struct err *err)
{
	const char *zh;
	const char *en;

	reply_said_state(said, &zh, &en);
	return buf_printf(out, err, "<span class=\"state %s\">%s%s</span>",
			   said->refused   ? "ill"
			   : said->settled ? "well"
							   : "",
			   said->settled && !said->refused ? "✓ " : "", web_say(request, zh, en)) &&
		   (said->settled || said->refused ||
			   buf_printf(out, err, " <a href=\"%s%s\">%s</a>", request->base, request->here,
				   web_say(request, "刷新", "look again")));
}

static bool said_print(const struct web_request *request, const struct document *document,
	const struct reply_said *said, struct buf *out, struct err *err)
{
	char at[DAY_TEXT_SIZE];

	if (!buf_printf(out, err, "<p class=\"said\"><b>%s",
			answer_word(request, is_seminar(document), said->answer)) ||
		(said->seats > 0 && !buf_printf(out, err, " · %lld %s", (long long)said->seats,
								web_say(request, "人", said->seats == 1 ? "person" : "people"))) ||
		!buf_printf(out, err, "</b> ") || !said_state(request, said, out, err) ||
		!buf_printf(out, err, "<br><small>%s</small>", day_format(said->at, at)))
		return false;
	return (!*said->note || (buf_append_str(out, "<br>", err) && web_text(out, said->note, err))) &&
		   buf_append_str(out, "</p>\n", err);
}

static bool form_print(const struct web_request *request, const struct document *document,
	const struct reply_said *said, struct buf *out, struct err *err)
{
	bool seminar = is_seminar(document);
	const char *yes = reply_answer_name(seminar ? REPLY_ACCEPT : REPLY_INTEREST);

	if (!web_form_begin(request, document->id, "reply", out, err))
		return false;
	if (seminar && !buf_printf(out, err,
					   "<label>%s <input type=\"number\" name=\"seats\" min=\"1\" max=\"%d\" "
					   "value=\"%lld\" required></label>",
					   web_say(request, "参加人数", "How many"), LIMIT_REPLY_SEATS,
					   said->seats > 0 ? (long long)said->seats : 1LL))
		return false;
	return buf_printf(out, err,
			   "<label class=\"wide\">%s <input name=\"note\" maxlength=\"%d\" value=\"",
			   web_say(request, "备注（可不填）", "Note (may be empty)"), LIMIT_REPLY_NOTE / 3) &&
		   web_text(out, said->note, err) &&
		   buf_printf(out, err,
			   "\"></label><div><button name=\"answer\" value=\"%s\">%s</button>"
			   "<button class=\"no\" name=\"answer\" value=\"%s\" formnovalidate>%s</button></div>"
			   "<small>%s</small></form>\n",
			   yes, answer_word(request, seminar, yes), reply_answer_name(REPLY_DECLINE),
			   answer_word(request, seminar, reply_answer_name(REPLY_DECLINE)),
			   web_say(request, "密封给 CNCERT，由本设备签名；可以更改，以最后一次为准。",
				   "Sealed to CNCERT and signed by this device; the newest answer counts."));
}

bool web_reply_section(const struct web_request *request, struct db *db,
	const struct document *document, struct buf *out, struct err *err)
{
	struct reply_said said;

	if (!answer_is_asked(document->channel))
		return true;
	if (!replies_find(db, document->id, &said, err) ||
		!buf_printf(out, err, "<section><h2>%s</h2>\n", web_say(request, "答复", "Reply")) ||
		(said.found && !said_print(request, document, &said, out, err)))
		return false;
	if (said.found &&
		!buf_printf(out, err, "<details%s><summary>%s</summary>", *request->problem ? " open" : "",
			web_say(request, "更改答复", "Change the answer")))
		return false;
	return form_print(request, document, &said, out, err) &&
		   buf_append_str(out, said.found ? "</details></section>\n" : "</section>\n", err);
}

static bool take_seats(const char *text, int *ret, struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	long seats = strtol(text, NULL, 10);

	if (digits == 0 || text[digits] || seats < 1 || seats > LIMIT_REPLY_SEATS)
		return err_set(err, ERR_USAGE, "the number of people is from 1 to %d", LIMIT_REPLY_SEATS);
	*ret = (int)seats;
	return true;
}

bool web_reply_take(const struct web_request *request, const struct web_form *form, struct err *err)
{
	auto_db struct db db = {.handle = NULL};
	struct reply_content content = {.number = 0};
	struct document document;

	if (form->spoilt)
		return err_set(err, ERR_USAGE, "the form is too long, or no form");
	if (!reply_answer_parse(form->answer, strlen(form->answer), &content.answer))
		return err_set(err, ERR_USAGE, "the form names no answer");
	return (content.answer != REPLY_ACCEPT || take_seats(form->seats, &content.seats, err)) &&
		   answer_note(form->note, &content, err) &&
		   state_open(request->web->config->state, &db, err) &&
		   inbox_find(&db, request->id, &document, err) &&
		   answer_owe(&db, &document, &content, err);
}
