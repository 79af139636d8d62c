#include "tests/unit/test.h"

#include <stdio.h>

#include <jansson.h>

#include "common/audit_chain.h"
#include "common/json.h"

/* The same file is held against the SQL by tests/sql/audit.sql. */
static json_t *read_cases(void)
{
	char path[512];
	json_t *cases;

	(void)snprintf(path, sizeof path, "%s/../sql/audit_chain.json", CERTWIRE_VECTORS);
	cases = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_array_size(cases) > 1);
	return cases;
}

static const char *text(const json_t *item, const char *name)
{
	return json_string_value(json_object_get(item, name));
}

static struct audit_record record_of(const json_t *item)
{
	return (struct audit_record){
		.sequence = json_integer_value(json_object_get(item, "sequence")),
		.at_us = json_integer_value(json_object_get(item, "at_us")),
		.login = text(item, "login"),
		.act = text(item, "act"),
		.subject = text(item, "subject"),
		.detail = text(item, "detail"),
	};
}

static void each_link_covers_its_record_and_all_before(void **state)
{
	auto_json json_t *cases = read_cases();
	struct digest digest = {.bytes = {0}};
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < json_array_size(cases); i++) {
		const json_t *item = json_array_get(cases, i);
		struct audit_record record = record_of(item);

		digest = audit_chain_link(&digest, &record);
		assert_string_equal(digest_hex(&digest, hex), text(item, "digest"));
	}
}

static void a_change_anywhere_gives_another_link(void **state)
{
	static const struct digest before;
	static const struct audit_record good = {1, 2, "login", "act", "subject", "{}"};
	static const struct audit_record others[] = {
		{2, 2, "login", "act", "subject", "{}"},
		{1, 3, "login", "act", "subject", "{}"},
		{1, 2, "logi", "nact", "subject", "{}"},
		{1, 2, "login", "act,7:subject", "", "{}"},
		{1, 2, "login", "act", "subject", "{\"a\": 1}"},
	};
	struct digest digest = audit_chain_link(&before, &good);
	struct digest other = {.bytes = {1}};

	(void)state;
	other = audit_chain_link(&other, &good);
	assert_false(digest_equal(&digest, &other));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		other = audit_chain_link(&before, &others[i]);
		assert_false(digest_equal(&digest, &other));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_link_covers_its_record_and_all_before),
		cmocka_unit_test(a_change_anywhere_gives_another_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
