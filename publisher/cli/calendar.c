#include "publisher/cli/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/utf8.h"
#include "publisher/cli/form_check.h"
#include "publisher/cli/form_fill.h"

/* Section 3.1: lines of at most 75 octets without their break. */
enum { LINE_OCTETS = 75 };

/* Appends a content line, folded between characters. */
static bool fold(struct buf *out, const char *line, size_t len, struct err *err)
{
	size_t room = LINE_OCTETS;

	for (size_t at = 0; at < len;) {
		size_t some = utf8_prefix(line + at, len - at, room);

		if ((at > 0 && !buf_append_str(out, "\r\n ", err)) ||
			!buf_append(out, line + at, some, err))
			return false;
		at += some;
		room = LINE_OCTETS - 1; /* the blank that a folded line begins with */
	}
	return buf_append_str(out, "\r\n", err);
}

/* Section 3.3.11: TEXT. */
static bool escape(const char *text, struct buf *out, struct err *err)
{
	for (; *text; text++) {
		if (*text == '\n') {
			if (!buf_append_str(out, "\\n", err))
				return false;
			continue;
		}
		if ((strchr("\\;,", *text) && !buf_append_str(out, "\\", err)) ||
			!buf_append(out, text, 1, err))
			return false;
	}
	return true;
}

/* A line for a value that is there. */
static bool text_line(struct buf *out, const char *name, const char *value, struct err *err)
{
	auto_buf struct buf line = BUF_INIT(CALENDAR_MAX);

	return !value || (buf_printf(&line, err, "%s:", name) && escape(value, &line, err) &&
						 fold(out, buf_str(&line), line.len, err));
}

/* Section 3.3.13: a URI is not escaped. */
static bool link_line(struct buf *out, const char *link, struct err *err)
{
	auto_buf struct buf line = BUF_INIT(CALENDAR_MAX);

	return !link ||
		   (buf_printf(&line, err, "URL:%s", link) && fold(out, buf_str(&line), line.len, err));
}

/* Section 3.3.5: date with UTC time, so that no time zone need be defined. */
static bool time_line(struct buf *out, const char *name, int64_t seconds, struct err *err)
{
	time_t time = (time_t)seconds;
	char text[32];
	struct tm tm;

	if (!gmtime_r(&time, &tm))
		return err_set(err, ERR_DATA, "%s is no time", name);
	(void)strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &tm);
	return buf_printf(out, err, "%s:%s\r\n", name, text);
}

static bool describe(const struct manifest *manifest, struct buf *out, struct err *err)
{
	static const char *const names[] = {"reply-by", "seats", "agenda"};
	auto_buf struct buf text = BUF_INIT(CALENDAR_MAX);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = form_value(manifest, names[i]);

		if (value && !buf_printf(&text, err, "%s%s：%s", text.len ? "\n" : "",
						 form_label(manifest->channel, names[i]), value))
			return false;
	}
	return text.len == 0 || text_line(out, "DESCRIPTION", buf_str(&text), err);
}

static bool event(const struct manifest *manifest, struct buf *out, struct err *err)
{
	const char *starts = form_value(manifest, "starts");
	const char *ends = form_value(manifest, "ends");
	const char *link = form_value(manifest, "link");
	char id[PUB_ID_SIZE];

	if (!starts || !ends)
		return err_set(err, ERR_DATA, "a seminar without its times has no calendar");
	return buf_printf(
			   out, err, "BEGIN:VEVENT\r\nUID:%s@certwire\r\n", pub_id_format(&manifest->id, id)) &&
		   time_line(out, "DTSTAMP", manifest->created_at, err) &&
		   time_line(out, "DTSTART", form_seconds(starts), err) &&
		   time_line(out, "DTEND", form_seconds(ends), err) &&
		   text_line(out, "SUMMARY", manifest->title, err) &&
		   text_line(out, "LOCATION", form_value(manifest, "place"), err) &&
		   link_line(out, link, err) && describe(manifest, out, err) &&
		   buf_append_str(out, "END:VEVENT\r\n", err);
}

bool calendar_format(const struct manifest *manifest, struct buf *out, struct err *err)
{
	const char *zone = form_value(manifest, "time-zone");

	return buf_append_str(out,
			   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CNCERT//Certwire//ZH\r\n"
			   "METHOD:PUBLISH\r\n",
			   err) &&
		   text_line(out, "X-WR-TIMEZONE", zone, err) && event(manifest, out, err) &&
		   buf_append_str(out, "END:VCALENDAR\r\n", err);
}

char *calendar_name(const struct manifest *manifest, char out[static CALENDAR_NAME_SIZE])
{
	(void)snprintf(out, CALENDAR_NAME_SIZE, "%s-%s.ics", "seminar", manifest->number);
	return out;
}
