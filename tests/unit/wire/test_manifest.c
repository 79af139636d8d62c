#include "tests/unit/test.h"

#include <stdio.h>

#include "common/filename.h"
#include "tests/fixture/fixture.h"

static void what_was_written_is_read_again(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_manifest struct manifest read = MANIFEST_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_buf struct buf again = BUF_INIT(LIMIT_MANIFEST);
	struct err err;

	(void)state;
	assert_done(manifest_format(&manifest, &text, &err));
	assert_done(manifest_parse(text.data, text.len, &read, &err));
	assert_true(pub_id_equal(&read.id, &manifest.id));
	assert_int_equal(read.kind, KIND_SUPERSEDE);
	assert_string_equal(read.title, manifest.title);
	assert_string_equal(read.fields[1].value, "一行\n两行");
	assert_true(read.references[1].recalls);
	assert_int_equal(read.file_count, 2);
	assert_string_equal(read.files[0].name, "网络安全信息与动态周报-2026-47.pdf");
	assert_int_equal(manifest_total_bytes(&read), 40003);
	assert_done(manifest_format(&read, &again, &err));
	assert_string_equal(buf_str(&again), buf_str(&text));
}

static void times_may_be_absent(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_manifest struct manifest read = MANIFEST_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct err err;

	(void)state;
	manifest.not_before = TIME_NONE;
	manifest.expires_at = TIME_NONE;
	assert_done(manifest_format(&manifest, &text, &err));
	assert_done(manifest_parse(text.data, text.len, &read, &err));
	assert_int_equal(read.not_before, TIME_NONE);
	assert_int_equal(read.expires_at, TIME_NONE);
}

static void a_65th_file_is_refused(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct digest digest = digest_of("", 0);
	struct err err;

	(void)state;
	while (manifest.file_count < LIMIT_FILES) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%zu.txt", manifest.file_count);
		assert_done(manifest_add_file(&manifest, name, "text/plain", 0, &digest, &err));
	}
	assert_done(manifest_format(&manifest, &text, &err));
	assert_code(manifest_add_file(&manifest, "x", "text/plain", 0, &digest, &err), 310);
}

static void an_editor_is_told_of_a_bad_file_name(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct digest digest = digest_of("", 0);
	struct err err;

	(void)state;
	assert_done(manifest_add_file(&manifest, "a:b", "text/plain", 0, &digest, &err));
	assert_code(manifest_format(&manifest, &text, &err), 308);
	assert_non_null(strstr(err.text, "a:b"));
	assert_int_equal(text.len, 0);
}

static void names_that_differ_in_case_are_one_file_elsewhere(void **state)
{
	static const struct {
		const char *one, *two;
		bool same;
	} rows[] = {{"a", "A", true}, {"straße", "STRASSE", true}, {"ΣΑΣ", "σας", true},
		{"a", "b", false}, {"报告", "报表", false}, {"é", "É", true}, {"ﬁ", "FI", true},
		{"a", "ａ", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_free char *one = NULL;
		auto_free char *two = NULL;
		struct err err;

		assert_done(filename_fold(rows[i].one, strlen(rows[i].one), &one, &err));
		assert_done(filename_fold(rows[i].two, strlen(rows[i].two), &two, &err));
		if ((strcmp(one, two) == 0) != rows[i].same)
			fail_msg("'%s' and '%s'", rows[i].one, rows[i].two);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(times_may_be_absent),
		cmocka_unit_test(a_65th_file_is_refused),
		cmocka_unit_test(an_editor_is_told_of_a_bad_file_name),
		cmocka_unit_test(names_that_differ_in_case_are_one_file_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
