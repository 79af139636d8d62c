#include "tests/unit/test.h"

#include "common/macros.h"
#include "subscriber/health.h"

/* A device that has everything. */
static const struct health_facts well = {
	.running = true,
	.connected = true,
	.head = true,
	.broker = "localhost:1883",
	.standing = "good",
	.epoch = 1,
	.last = 3,
	.announced = 3,
	.stored = 3,
	.receipts = 2,
	.settled = 2,
	.keyset = 1,
};

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* In both languages; the English differs from the Chinese in all but what CNCERT itself said. */
static void assert_word(const struct health_facts *facts, const char *word)
{
	struct health english;
	struct health health;

	health_judge(facts, false, &health);
	assert_string_equal(health.word, word);
	assert_true(strlen(health.why) > 0);
	health_judge(facts, true, &english);
	assert_string_equal(english.word, word);
	assert_true(is_ascii(english.why) || strstr(english.why, facts->reason));
	assert_true(is_ascii(english.what_to_do));
	assert_int_equal(*english.what_to_do != 0, *health.what_to_do != 0);
	assert_int_equal(health.well, strcmp(word, "ok") == 0 || strcmp(word, "idle") == 0);
}

static void each_state_has_its_word(void **state)
{
	struct health_facts facts = well;

	(void)state;
	assert_word(&facts, "ok");
	facts.last = facts.announced = facts.stored = 0;
	assert_word(&facts, "idle");
	facts.announced = 1;
	assert_word(&facts, "late");
	facts = well;
	facts.receipts = 3;
	assert_word(&facts, "late");
	facts = well;
	facts.unsigned_items = 1;
	assert_word(&facts, "late");
	facts = well;
	facts.waiting = 1;
	assert_word(&facts, "late");
}

static void what_matters_most_comes_first(void **state)
{
	struct health_facts facts = well;

	(void)state;
	facts.waiting = 1;
	facts.refused = 1;
	facts.refused_code = 303;
	assert_word(&facts, "refused");
	facts.disk_full = true;
	assert_word(&facts, "disk");
	facts.disk = 1;
	assert_word(&facts, "disk");
	facts.clock_offset_s = -4000;
	assert_word(&facts, "clock");
	(void)strcpy(facts.standing, "revoked");
	(void)strcpy(facts.reason, "违反保密承诺");
	assert_word(&facts, "suspended");
	facts.connected = false;
	assert_word(&facts, "offline");
	facts.gap = true;
	assert_word(&facts, "gap");
	facts.running = false;
	assert_word(&facts, "stopped");
}

static void who_was_cut_for_its_standing_is_told_why_while_the_line_is_down(void **state)
{
	struct health_facts facts = well;
	struct health health;

	(void)state;
	facts.connected = false;
	health_judge(&facts, false, &health);
	assert_null(strstr(health.why, "资格"));
	(void)strcpy(facts.standing, "suspended");
	(void)strcpy(facts.reason, "未履行每月应急服务义务");
	health_judge(&facts, false, &health);
	assert_string_equal(health.word, "offline");
	assert_non_null(strstr(health.why, "暂停"));
	assert_non_null(strstr(health.why, "未履行每月应急服务义务"));
}

static void the_signed_reason_is_shown(void **state)
{
	struct health_facts facts = well;
	struct health health;

	(void)state;
	(void)strcpy(facts.standing, "suspended");
	(void)strcpy(facts.reason, "未按时报送半年报告");
	health_judge(&facts, false, &health);
	assert_non_null(strstr(health.why, "未按时报送半年报告"));
}

static void assert_channel(
	const struct health_facts *facts, size_t nth, const char *name, const char *reason)
{
	char line[512];

	assert_true(health_channel(facts, nth, false, line, sizeof line));
	assert_non_null(strstr(line, name));
	assert_non_null(strstr(line, reason));
}

static void a_channel_it_may_not_receive_is_told_and_its_word_stays(void **state)
{
	struct health_facts facts = well;
	char line[512];

	(void)state;
	facts.channels[0] = (struct head_channel){.channel = "monthly", .receives = true};
	facts.channels[1] =
		(struct head_channel){.channel = "seminar", .since = TIME_NONE, .reason = "级别不符"};
	facts.channels[2] =
		(struct head_channel){.channel = "weekly", .since = 1795305600, .reason = "泄露周报"};
	facts.channel_count = 3;
	assert_word(&facts, "ok");
	assert_channel(&facts, 0, "seminar", "级别不符");
	assert_channel(&facts, 1, "weekly", "自 2026-11-22T00:00:00Z 起：泄露周报");
	assert_false(health_channel(&facts, 2, false, line, sizeof line));
}

static void with_another_standing_the_word_says_it_of_all_channels(void **state)
{
	struct health_facts facts = well;
	char line[512];

	(void)state;
	facts.channels[0] = (struct head_channel){.channel = "weekly", .reason = "已暂停资格"};
	facts.channel_count = 1;
	(void)strcpy(facts.standing, "suspended");
	assert_false(health_channel(&facts, 0, false, line, sizeof line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_word),
		cmocka_unit_test(what_matters_most_comes_first),
		cmocka_unit_test(who_was_cut_for_its_standing_is_told_why_while_the_line_is_down),
		cmocka_unit_test(the_signed_reason_is_shown),
		cmocka_unit_test(a_channel_it_may_not_receive_is_told_and_its_word_stays),
		cmocka_unit_test(with_another_standing_the_word_says_it_of_all_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
