#include "tests/unit/test.h"

#include "publisher/cli/media.h"
#include "publisher/cli/output.h"

static void sizes_are_written_as_people_say_them(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} cases[] = {{0, "0 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {300000, "293.0 KiB"},
		{1048575, "1.0 MiB"}, {67108864, "64.0 MiB"}, {INT64_C(5) << 40, "5120.0 GiB"}};
	char text[OUTPUT_SIZE_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(output_size(cases[i].bytes, text), cases[i].text);
}

static void the_ending_of_a_name_tells_the_media_type(void **state)
{
	(void)state;
	assert_string_equal(media_type("周报.pdf"), "application/pdf");
	assert_string_equal(media_type("A.B.XLSX"),
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	assert_string_equal(media_type("会议.ics"), "text/calendar");
	assert_string_equal(media_type("pdf"), "application/octet-stream");
	assert_string_equal(media_type("a.unknown"), "application/octet-stream");
	assert_string_equal(media_type("a."), "application/octet-stream");
}

static void a_field_is_aligned_made_fit_to_print_and_left_out_when_empty(void **state)
{
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	assert_done(output_field(&out, 8, "标题", "周报\033", &err));
	assert_done(output_field(&out, 8, "截止", "", &err));
	assert_string_equal(buf_str(&out), "  标题      周报\\u{1b}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_written_as_people_say_them),
		cmocka_unit_test(the_ending_of_a_name_tells_the_media_type),
		cmocka_unit_test(a_field_is_aligned_made_fit_to_print_and_left_out_when_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
