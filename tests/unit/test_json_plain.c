#include "tests/unit/test.h"

#include "common/json.h"
#include "common/json_plain.h"

static bool write_all(struct buf *out, struct err *err)
{
	return json_plain_begin(out, NULL, '{', err) && json_plain_int(out, "least", INT64_MIN, err) &&
		   json_plain_text(out, "text", "a-Z ~!", err) && json_plain_text(out, "none", "", err) &&
		   json_plain_begin(out, "list", '[', err) && json_plain_text(out, NULL, "one", err) &&
		   json_plain_int(out, NULL, 2, err) && json_plain_begin(out, NULL, '{', err) &&
		   json_plain_hex(out, "hex", "\x00\xff", 2, err) && json_plain_end(out, '}', err) &&
		   json_plain_begin(out, NULL, '[', err) && json_plain_end(out, ']', err) &&
		   json_plain_end(out, ']', err) && json_plain_b64(out, "b64", "\xff\xfe", 2, err) &&
		   json_plain_end(out, '}', err);
}

static void it_is_what_jansson_writes(void **state)
{
	auto_buf struct buf plain = BUF_INIT(1000);
	auto_buf struct buf other = BUF_INIT(1000);
	auto_json json_t *json =
		json_pack("{sI ss ss s[s i {ss} []] ss}", "least", (json_int_t)INT64_MIN, "text", "a-Z ~!",
			"none", "", "list", "one", 2, "hex", "00ff", "b64", "__4");
	struct err err;

	(void)state;
	assert_done(write_all(&plain, &err));
	assert_done(json_write(json, &other, &err));
	assert_string_equal(buf_str(&plain), buf_str(&other));
}

static void what_needs_escapes_is_refused_by_name(void **state)
{
	static const char *const bad[] = {"a\"b", "a\\b", "\n", "\x1f", "\x7f", "周报", "\x80"};
	auto_buf struct buf out = BUF_INIT(100);
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_refused(json_plain_text(&out, "name", bad[i], &err), ERR_DATA, "'name'");
		assert_refused(json_plain_text(&out, NULL, bad[i], &err), ERR_DATA, "'item'");
	}
	assert_int_equal(out.len, 0);
}

static void every_byte_is_looked_at_wherever_it_stands(void **state)
{
	enum { LONGEST = 18 };
	char text[LONGEST + 1];
	struct err err;

	(void)state;
	for (size_t len = 1; len <= LONGEST; len++)
		for (size_t at = 0; at < len; at++)
			for (int byte = 1; byte < 256; byte++) {
				auto_buf struct buf out = BUF_INIT(100);
				bool plain = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';

				memset(text, 'x', len);
				text[len] = '\0';
				text[at] = (char)byte;
				assert_int_equal(json_plain_text(&out, NULL, text, &err), plain);
			}
}

static void a_buffers_limit_is_kept(void **state)
{
	auto_buf struct buf whole = BUF_INIT(1000);
	struct err err;

	(void)state;
	assert_done(write_all(&whole, &err));
	for (size_t max = 0; max < whole.len; max++) {
		auto_buf struct buf out = BUF_INIT(max);

		assert_refused(write_all(&out, &err), ERR_DATA, "limit");
		assert_true(out.len <= max);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_jansson_writes),
		cmocka_unit_test(what_needs_escapes_is_refused_by_name),
		cmocka_unit_test(every_byte_is_looked_at_wherever_it_stands),
		cmocka_unit_test(a_buffers_limit_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
