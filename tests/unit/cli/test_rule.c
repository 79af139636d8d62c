#include "tests/unit/test.h"

#include "publisher/cli/rule.h"

static void the_same_audience_has_the_same_bytes_however_it_is_typed(void **state)
{
	static const char *const one[] = {"unit-b", "unit-a", "unit-b"};
	static const char *const other[] = {"unit-a", "unit-b"};
	auto_buf struct buf first = BUF_INIT(RULE_BYTES_MAX);
	auto_buf struct buf second = BUF_INIT(RULE_BYTES_MAX);
	struct err err;

	(void)state;
	assert_done(rule_make(one, 3, &first, &err));
	assert_done(rule_make(other, 2, &second, &err));
	assert_string_equal(
		buf_str(&first), "{\"v\":1,\"rule\":\"units\",\"units\":[\"unit-a\",\"unit-b\"]}");
	assert_string_equal(buf_str(&first), buf_str(&second));
}

static void no_unit_named_means_all_who_are_entitled(void **state)
{
	auto_buf struct buf rule = BUF_INIT(RULE_BYTES_MAX);
	auto_buf struct buf text = BUF_INIT(RULE_BYTES_MAX);
	struct err err;

	(void)state;
	assert_done(rule_make(NULL, 0, &rule, &err));
	assert_string_equal(buf_str(&rule), "{\"v\":1,\"rule\":\"entitled\"}");
	assert_done(rule_describe(rule.data, rule.len, &text, &err));
	assert_string_equal(buf_str(&text), "频道全体有权单位");
}

static void a_rule_for_units_names_them(void **state)
{
	static const char *const units[] = {"unit-a", "unit-b"};
	auto_buf struct buf rule = BUF_INIT(RULE_BYTES_MAX);
	auto_buf struct buf text = BUF_INIT(RULE_BYTES_MAX);
	struct err err;

	(void)state;
	assert_done(rule_make(units, 2, &rule, &err));
	assert_done(rule_describe(rule.data, rule.len, &text, &err));
	assert_non_null(strstr(buf_str(&text), "unit-a, unit-b"));
}

static void what_is_no_unit_id_or_no_rule_is_refused(void **state)
{
	static const char *const units[] = {"unit-a", "Unit B"};
	static const char *const rules[] = {"", "{}", "[]",
		"{\"rule\":\"entitled\",\"rule\":\"units\"}", "{\"v\":1,\"rule\":\"all\"}",
		"{\"v\":1,\"rule\":\"units\",\"units\":[]}", "{\"v\":1,\"rule\":\"units\",\"units\":[1]}"};
	auto_buf struct buf out = BUF_INIT(RULE_BYTES_MAX);
	struct err err;

	(void)state;
	assert_refused(rule_make(units, 2, &out, &err), ERR_USAGE, "Unit B");
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		assert_refused(rule_describe(rules[i], strlen(rules[i]), &out, &err), ERR_DATA, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_audience_has_the_same_bytes_however_it_is_typed),
		cmocka_unit_test(no_unit_named_means_all_who_are_entitled),
		cmocka_unit_test(a_rule_for_units_names_them),
		cmocka_unit_test(what_is_no_unit_id_or_no_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
