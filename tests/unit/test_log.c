#include "tests/unit/test.h"

#include "common/log.h"

#include <stdlib.h>
#include <unistd.h>

static int64_t noon = 1795132799;

/* What one line came out as; the log writes into a pipe, which holds it until it is read. */
static void line_of(struct log *log, enum log_level level, const char *text, char out[static 4096])
{
	int ends[2];
	ssize_t count;

	assert_int_equal(pipe(ends), 0);
	log->fd = ends[1];
	log_line(log, level, "%s", text);
	assert_int_equal(close(ends[1]), 0);
	count = read(ends[0], out, 4095);
	assert_true(count >= 0);
	out[count] = '\0';
	assert_int_equal(close(ends[0]), 0);
}

static void a_line_carries_time_and_level(void **state)
{
	struct clock clock = clock_at(&noon);
	struct log log;
	char out[4096];

	(void)state;
	log_init(&log);
	log.journal = false;
	log.clock = &clock;
	line_of(&log, LOG_LEVEL_WARNING, "数据库 lost, retrying in 30 s", out);
	assert_string_equal(out, "2026-11-19T23:59:59Z warning: 数据库 lost, retrying in 30 s\n");
}

static void under_systemd_a_line_carries_its_priority(void **state)
{
	struct log log;
	char out[4096];

	(void)state;
	assert_int_equal(setenv("JOURNAL_STREAM", "8:1", 1), 0);
	log_init(&log);
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	line_of(&log, LOG_LEVEL_ERROR, "x", out);
	assert_string_equal(out, "<3>x\n");
}

static void foreign_text_cannot_forge_a_line(void **state)
{
	struct log log;
	char out[4096];

	(void)state;
	log_init(&log);
	log.journal = true;
	line_of(&log, LOG_LEVEL_INFO, "user a\n<3>forged\033[2J", out);
	assert_string_equal(out, "<6>user a\\n<3>forged\\u{1b}[2J\n");
}

static void lines_above_the_level_are_dropped(void **state)
{
	struct log log;
	char out[4096];

	(void)state;
	log_init(&log);
	line_of(&log, LOG_LEVEL_DEBUG, "x", out);
	assert_string_equal(out, "");
	assert_true(log_level_parse("debug", &log.level));
	line_of(&log, LOG_LEVEL_DEBUG, "x", out);
	assert_non_null(strstr(out, "debug: x\n"));
	assert_false(log_level_parse("loud", &log.level));
	assert_int_equal(log.level, LOG_LEVEL_DEBUG);
}

static void a_long_line_is_cut_and_stays_one_line(void **state)
{
	struct log log;
	char out[4096];
	char text[3000];

	(void)state;
	memset(text, '\n', sizeof text);
	text[sizeof text - 1] = '\0';
	log_init(&log);
	line_of(&log, LOG_LEVEL_INFO, text, out);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	assert_non_null(strstr(out, "…\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_carries_time_and_level),
		cmocka_unit_test(under_systemd_a_line_carries_its_priority),
		cmocka_unit_test(foreign_text_cannot_forge_a_line),
		cmocka_unit_test(lines_above_the_level_are_dropped),
		cmocka_unit_test(a_long_line_is_cut_and_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
