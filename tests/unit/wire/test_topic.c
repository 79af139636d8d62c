#include "tests/unit/test.h"

#include "common/topic.h"

static const char *const topics[] = {"certwire/v1/channel/weekly", "certwire/v1/unit/unit-a/part",
	"certwire/v1/unit/unit-a/offer", "certwire/v1/unit/unit-a/head",
	"certwire/v1/unit/unit-a/keyset", "certwire/v1/unit/unit-a/sync",
	"certwire/v1/unit/unit-a/receipt", "certwire/v1/unit/unit-a/reply"};

static void topics_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		struct topic topic;
		char text[TOPIC_SIZE];

		assert_true(topic_parse(topics[i], &topic));
		assert_int_equal(topic.kind, i);
		assert_string_equal(i == 0 ? topic.channel : topic.unit, i == 0 ? "weekly" : "unit-a");
		assert_string_equal(topic_format(&topic, text), topics[i]);
	}
}

static void whatever_else_is_no_topic(void **state)
{
	static const char *const bad[] = {"", "certwire", "certwire/v1/", "certwire/v1/channel/",
		"certwire/v1/channel/weekly/", "certwire/v1/channel/Weekly", "certwire/v1/channel/+",
		"certwire/v1/unit/unit-a", "certwire/v1/unit/unit-a/", "certwire/v1/unit//part",
		"certwire/v1/unit/unit-a/parts", "certwire/v1/unit/unit-a/part/x",
		"certwire/v1/unit/+/part", "certwire/v1/unit/unit-a/+", "certwire/v1/unit/dispatcher/head",
		"certwire/v2/channel/weekly", "/certwire/v1/channel/weekly", "$SYS/broker/version", "#",
		"+"};
	struct topic topic;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (topic_parse(bad[i], &topic))
			fail_msg("'%s' was accepted", bad[i]);
}

static void filters_are_of_five_forms(void **state)
{
	static const struct {
		const char *text;
		bool all_channels, all_leaves, all_units;
	} good[] = {{"certwire/v1/channel/weekly", false, false, false},
		{"certwire/v1/channel/+", true, false, false},
		{"certwire/v1/unit/unit-a/head", false, false, false},
		{"certwire/v1/unit/unit-a/+", false, true, false},
		{"certwire/v1/unit/+/sync", false, false, true}};
	static const char *const bad[] = {"#", "certwire/#", "certwire/v1/#", "certwire/v1/unit/#",
		"certwire/v1/unit/unit-a/#", "certwire/v1/unit/+/+", "certwire/v1/+/weekly",
		"+/v1/channel/a", "$share/g/certwire/v1/channel/weekly", "certwire/v1/channel/week+",
		"$SYS/#", ""};
	struct topic_filter filter;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(topic_filter_parse(good[i].text, &filter));
		assert_int_equal(filter.all_channels, good[i].all_channels);
		assert_int_equal(filter.all_leaves, good[i].all_leaves);
		assert_int_equal(filter.all_units, good[i].all_units);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (topic_filter_parse(bad[i], &filter))
			fail_msg("'%s' was accepted", bad[i]);
}

static void filters_match_what_mqtt_would_deliver(void **state)
{
	static const struct {
		const char *filter;
		const char *matched; /* a digit for each of `topics` */
	} rows[] = {{"certwire/v1/channel/weekly", "10000000"}, {"certwire/v1/channel/+", "10000000"},
		{"certwire/v1/channel/monthly", "00000000"}, {"certwire/v1/unit/unit-a/+", "01111111"},
		{"certwire/v1/unit/unit-b/+", "00000000"}, {"certwire/v1/unit/+/sync", "00000100"},
		{"certwire/v1/unit/unit-a/part", "01000000"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct topic_filter filter;

		assert_true(topic_filter_parse(rows[i].filter, &filter));
		for (size_t j = 0; j < ARRAY_LEN(topics); j++) {
			struct topic topic;

			assert_true(topic_parse(topics[j], &topic));
			assert_int_equal(topic_filter_matches(&filter, &topic), rows[i].matched[j] == '1');
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_are_read_and_written),
		cmocka_unit_test(whatever_else_is_no_topic),
		cmocka_unit_test(filters_are_of_five_forms),
		cmocka_unit_test(filters_match_what_mqtt_would_deliver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
