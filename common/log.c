#include "common/log.h"

#include "common/language.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	enum log_level level;
	const char *name;
} levels[] = {
	{LOG_LEVEL_ERROR, "error"},
	{LOG_LEVEL_WARNING, "warning"},
	{LOG_LEVEL_INFO, "info"},
	{LOG_LEVEL_DEBUG, "debug"},
};

void log_init(struct log *log)
{
	language_english();
	*log = (struct log){
		.fd = STDERR_FILENO,
		.level = LOG_LEVEL_INFO,
		.journal = getenv("JOURNAL_STREAM") != NULL,
		.clock = clock_system(),
	};
}

static const char *level_name(enum log_level level)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "info";
}

bool log_level_parse(const char *text, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(levels[i].name, text) == 0) {
			*ret = levels[i].level;
			return true;
		}
	return false;
}

void log_line(const struct log *log, enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	char safe[LOG_LINE_MAX];
	char time[CLOCK_TEXT_SIZE];
	char line[LOG_LINE_MAX + 64];
	va_list args;
	int len;

	if (level > log->level)
		return;
	va_start(args, fmt);
	len = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	err_quote(safe, sizeof safe, text, strlen(text));
	if (log->journal)
		len = snprintf(line, sizeof line, "<%d>%s\n", (int)level, safe);
	else
		len = snprintf(line, sizeof line, "%s %s: %s\n", clock_format(clock_now(log->clock), time),
			level_name(level), safe);
	if (write(log->fd, line, (size_t)len) < 0)
		return;
}
