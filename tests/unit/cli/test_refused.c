/* What PostgreSQL's functions refuse, in Chinese, by the catalogue as it is built. */
#include "tests/unit/test.h"

#include "common/language.h"
#include "db/embedded.h"
#include "db/refused.h"

#include <stdlib.h>
#include <string.h>

/* As SQL writes it within quotes. */
static void quoted(const char *text, char out[static 512])
{
	*out++ = '\'';
	for (; *text; text++) {
		*out++ = *text;
		if (*text == '\'')
			*out++ = '\'';
	}
	memcpy(out, "'", 2);
}

static bool some_migration_says(const char *text)
{
	for (size_t i = 0; i < sql_migration_count; i++)
		if (strstr(sql_migrations[i].text, text))
			return true;
	return false;
}

static void each_message_is_one_that_a_function_says(void **state)
{
	char text[512];

	(void)state;
	for (size_t i = 0; refused_nth(i); i++) {
		quoted(refused_nth(i), text);
		if (!some_migration_says(text))
			fail_msg("no migration says %s", text);
	}
}

static void assert_said(const char *text, const char *expected)
{
	char out[512];

	assert_string_equal(refused_said(out, sizeof out, text), expected);
}

static void values_stand_where_they_belong(void **state)
{
	(void)state;
	assert_said("who drafted a publication cannot approve it", "起草人不能审签自己起草的");
	assert_said("publication 0a1b has 1 of 2 signatures", "发布件 0a1b 有 1 个签名，需要 2 个");
	assert_said("its drafter runs: certwire submit 0a1b", "由起草人运行：certwire submit 0a1b");
	assert_said("unit-a may not receive 0a1b now: 已暂停: 未续签",
		"unit-a 现在无权接收 0a1b：已暂停: 未续签");
}

static void of_two_that_fit_the_one_that_says_more_is_meant(void **state)
{
	(void)state;
	assert_said("publication 0a1b is not handed over for review", "发布件 0a1b 尚未提交审签");
	assert_said("publication 0a1b is draft", "发布件 0a1b 的状态是 draft");
}

static void what_is_not_known_stays_as_it_is(void **state)
{
	char out[8];

	(void)state;
	assert_said("a wholly other message 50% of the time", "a wholly other message 50% of the time");
	assert_said("", "");
	assert_string_equal(refused_said(out, sizeof out, "a message that is longer"), "a messa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_is_one_that_a_function_says),
		cmocka_unit_test(values_stand_where_they_belong),
		cmocka_unit_test(of_two_that_fit_the_one_that_says_more_is_meant),
		cmocka_unit_test(what_is_not_known_stays_as_it_is),
	};

	assert_int_equal(setenv("LC_ALL", "zh_CN.UTF-8", 1), 0);
	language_begin("certwire");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
