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

static void assert_word(const struct health_facts *facts, const char *word)
{
	struct health health;

	health_judge(facts, &health);
	assert_string_equal(health.word, word);
	assert_true(strlen(health.why) > 0);
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

static void the_signed_reason_is_shown(void **state)
{
	struct health_facts facts = well;
	struct health health;

	(void)state;
	(void)strcpy(facts.standing, "suspended");
	(void)strcpy(facts.reason, "未按时报送半年报告");
	health_judge(&facts, &health);
	assert_non_null(strstr(health.why, "未按时报送半年报告"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_word),
		cmocka_unit_test(what_matters_most_comes_first),
		cmocka_unit_test(the_signed_reason_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
