#include "tests/unit/test.h"

#include "publisher/dispatch/exposition.h"
#include "publisher/dispatch/metrics_own.h"

static void a_label_is_escaped_whatever_a_stranger_put_there(void **state)
{
	const struct label labels[] = {{"broker", "a\"b\\c\nd"}, {"code", "101"}};
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	assert_done(exposition_sample(&out, "x_total", ARRAY_LEN(labels), labels, -3, &err));
	assert_string_equal(
		buf_str(&out), "certwire_x_total{broker=\"a\\\"b\\\\c\\nd\",code=\"101\"} -3\n");
}

static void microseconds_are_shown_in_seconds(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {{0, "0"}, {1, "0.000001"}, {-1500000, "-1.5"}, {2000000, "2"}, {10, "0.00001"},
		{1795132799000000, "1795132799"}, {INT64_MIN, "-9223372036854.775808"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_buf struct buf out = BUF_INIT(4096);
		char line[128];
		struct err err;

		assert_done(exposition_seconds(&out, "x_seconds", 0, NULL, rows[i].us, &err));
		(void)snprintf(line, sizeof line, "certwire_x_seconds %s\n", rows[i].text);
		assert_string_equal(buf_str(&out), line);
	}
}

static void buckets_add_up(void **state)
{
	int64_t bins[HISTOGRAM_BINS] = {[0] = 2, [2] = 3, [HISTOGRAM_BOUNDS] = 1};
	auto_buf struct buf out = BUF_INIT(8192);
	struct err err;

	(void)state;
	assert_done(exposition_histogram(&out, "x_seconds", 0, NULL, bins, 2500000, &err));
	assert_non_null(strstr(buf_str(&out), "certwire_x_seconds_bucket{le=\"0.001\"} 2\n"
										  "certwire_x_seconds_bucket{le=\"0.0025\"} 2\n"
										  "certwire_x_seconds_bucket{le=\"0.005\"} 5\n"));
	assert_non_null(strstr(buf_str(&out), "certwire_x_seconds_bucket{le=\"300\"} 5\n"
										  "certwire_x_seconds_bucket{le=\"+Inf\"} 6\n"
										  "certwire_x_seconds_sum 2.5\n"
										  "certwire_x_seconds_count 6\n"));
}

static void what_is_not_believed_is_counted_by_its_code(void **state)
{
	struct tally tally = {.issued = 0};
	struct config config = {.address_count = 0};
	auto_buf struct buf out = BUF_INIT(65536);
	struct err err;

	(void)state;
	tally_refused(&tally, 602);
	tally_refused(&tally, 602);
	tally_refused(&tally, 42);
	assert_done(metrics_own(&tally, &config, &out, &err));
	assert_non_null(strstr(buf_str(&out), "certwire_receipts_refused_total{code=\"602\",reason="
										  "\"receipt's signature is wrong\"} 2\n"));
	assert_non_null(
		strstr(buf_str(&out), "certwire_receipts_refused_total{code=\"600\",reason=\"\"} 1\n"));
	assert_null(strstr(buf_str(&out), "keyset_expiry"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_is_escaped_whatever_a_stranger_put_there),
		cmocka_unit_test(microseconds_are_shown_in_seconds),
		cmocka_unit_test(buckets_add_up),
		cmocka_unit_test(what_is_not_believed_is_counted_by_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
