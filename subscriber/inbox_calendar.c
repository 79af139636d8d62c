/*
 * Seminars and deadlines as an iCalendar (RFC 5545), for any calendar program.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/utf8.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

enum {
	CALENDAR_MAX = 64 * 1024 * 1024,
	CALENDAR_LINE_MAX = 75, /* bytes (RFC 5545 section 3.1) */
	CALENDAR_HOUR_S = 3600,
};

/* A line longer than allowed goes on in the next one, which begins with a blank. */
static bool calendar_fold(struct buf *out, const char *line, struct err *err)
{
	size_t left = strlen(line);
	size_t most = CALENDAR_LINE_MAX;

	while (left > most) {
		size_t len = utf8_prefix(line, left, most);

		if (!buf_append(out, line, len, err) || !buf_append_str(out, "\r\n ", err))
			return false;
		line += len;
		left -= len;
		most = CALENDAR_LINE_MAX - 1;
	}
	return buf_append(out, line, left, err) && buf_append_str(out, "\r\n", err);
}

/* Section 3.3.11: backslash, semicolon and comma are escaped; a title has no line ends. */
static bool calendar_text(
	struct buf *out, const char *name, const char *prefix, const char *text, struct err *err)
{
	auto_buf struct buf line = BUF_INIT(8192);

	if (!buf_printf(&line, err, "%s:%s", name, prefix))
		return false;
	for (; *text; text++) {
		if ((strchr("\\;,", *text) && !buf_append(&line, "\\", 1, err)) ||
			!buf_append(&line, text, 1, err))
			return false;
	}
	return calendar_fold(out, buf_str(&line), err);
}

/* "20261130T063000Z" */
static bool calendar_time(struct buf *out, const char *name, int64_t at, struct err *err)
{
	char text[CLOCK_TEXT_SIZE];
	char compact[CLOCK_TEXT_SIZE];
	size_t used = 0;

	(void)clock_format(at, text);
	for (const char *c = text; *c; c++) {
		if (*c != '-' && *c != ':')
			compact[used++] = *c;
	}
	compact[used] = '\0';
	return buf_printf(out, err, "%s:%s\r\n", name, compact);
}

struct happening {
	const char *what; /* in the event's id */
	const char *prefix; /* of its title */
	int64_t from;
	int64_t to;
};

static bool calendar_event(struct buf *out, const struct document *document,
	const struct happening *happening, struct err *err)
{
	return buf_append_str(out, "BEGIN:VEVENT\r\n", err) &&
		   buf_printf(out, err, "UID:%s-%s@certwire\r\n", document->id, happening->what) &&
		   calendar_time(out, "DTSTAMP", document->stored_at, err) &&
		   calendar_time(out, "DTSTART", happening->from, err) &&
		   calendar_time(out, "DTEND", happening->to, err) &&
		   calendar_text(out, "SUMMARY", happening->prefix, document->title, err) &&
		   calendar_text(out, "CATEGORIES", "", document->channel, err) &&
		   buf_append_str(out, "END:VEVENT\r\n", err);
}

static bool calendar_document(void *context, const struct document *document, struct err *err)
{
	const int64_t starts = document->starts;
	const struct happening happenings[] = {
		{"starts", "", starts, document->ends > starts ? document->ends : starts + CALENDAR_HOUR_S},
		{"reply-by", "回复截止：", document->reply_by, document->reply_by},
		{"deadline", "截止：", document->deadline, document->deadline},
	};

	/* What was recalled does not take place. */
	if (strcmp(document->state, "stored") != 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(happenings); i++) {
		if (happenings[i].from && !calendar_event(context, document, &happenings[i], err))
			return false;
	}
	return true;
}

bool verb_inbox_calendar(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	auto_buf struct buf text = BUF_INIT(CALENDAR_MAX);
	const char *out = cli_value(call, "out");

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!buf_append_str(&text,
			"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CNCERT//Certwire//ZH\r\n"
			"CALSCALE:GREGORIAN\r\n",
			err) ||
		!inbox_list(&db, NULL, calendar_document, &text, err) ||
		!buf_append_str(&text, "END:VCALENDAR\r\n", err))
		return false;
	if (out)
		return file_write_atomic(out, text.data, text.len, 0600, err);
	(void)fputs(buf_str(&text), stdout);
	return true;
}
