#include "tests/unit/test.h"

#include "common/json.h"

enum { CODE = 305 };

static bool parse(const char *text, json_t **ret, struct err *err)
{
	return json_parse_strict(text, strlen(text), 4096, "manifest", CODE, ret, err);
}

static void one_object_is_parsed(void **state)
{
	auto_json json_t *json = NULL;
	struct err err;

	(void)state;
	assert_done(parse(" {\"题\": [1, {\"a\": null}], \"b\": -9007199254740991}\n", &json, &err));
	assert_int_equal(json_object_size(json), 2);
}

static void what_is_not_strict_is_refused_with_the_code(void **state)
{
	static const char *const bad[] = {"", " ", "[]", "1", "\"x\"", "null", "{}{}", "{} x",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"o\":{\"a\":1,\"a\":2}}", "{\"a\":1.0}",
		"{\"a\":1e2}", "{\"a\":[0.5]}", "{\"a\":9007199254740992}", "{\"a\":-9007199254740992}",
		"{\"a\":99999999999999999999}", "{\"a\":\"\\u0000\"}", "{\"a\\u0000\":1}",
		"{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}", "{\"a\":01}", "{'a':1}", "{\"a\":1,}",
		"{\"a\":1 /* */}", "{\"a\":NaN}", "\xef\xbb\xbf{}", "{\"a\":[[[[[[[[1]]]]]]]]}",
		"{\"a\":\"\n\"}"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_json json_t *json = NULL;

		memset(&err, 0, sizeof err);
		if (parse(bad[i], &json, &err))
			fail_msg("'%s' was accepted", bad[i]);
		assert_int_equal(err.kind, ERR_DATA);
		assert_int_equal(err.code, CODE);
		assert_null(json);
	}
}

static void limits_are_inclusive(void **state)
{
	auto_json json_t *deep = NULL;
	auto_json json_t *exact = NULL;
	auto_json json_t *none = NULL;
	struct err err;

	(void)state;
	assert_done(parse("{\"a\":[[[[[[1]]]]]]}", &deep, &err));
	assert_done(json_parse_strict("{}", 2, 2, "x", CODE, &exact, &err));
	assert_refused(json_parse_strict("{} ", 3, 2, "head", CODE, &none, &err), ERR_DATA,
		"head: longer than the limit of 2");
	assert_refused(
		json_parse_strict("{}\0", 3, 9, "x", CODE, &none, &err), ERR_DATA, "x: not JSON");
}

/* An object with one field of each sort. */
static const char sample[] =
	"{\"text\":\"周报\",\"number\":7,\"yes\":true,\"list\":[\"a\",{\"k\":1}],\"object\":{\"k\":2},"
	"\"digest\":\"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8\","
	"\"bytes\":\"Zm9v\",\"hex\":\"00ff\",\"nothing\":null,\"x-later\":1}";

static int begin(void **state)
{
	static struct json_object object;
	json_t *json = NULL;
	struct err err;

	if (!parse(sample, &json, &err))
		return -1;
	object = (struct json_object){json, "manifest", CODE};
	*state = &object;
	return 0;
}

static int end(void **state)
{
	json_decref(((struct json_object *)*state)->json);
	return 0;
}

static void fields_are_read_by_their_type(void **state)
{
	const struct json_object *o = *state;
	auto_buf struct buf bytes = BUF_INIT(10);
	struct json_object inner;
	struct digest digest;
	const json_t *list = NULL;
	const char *text = NULL;
	int64_t number = 0;
	bool yes = false;
	uint8_t raw[3];
	struct err err;

	assert_done(json_get_string(o, "text", 6, 6, &text, &err));
	assert_string_equal(text, "周报");
	assert_done(json_get_int(o, "number", 7, 7, &number, &err));
	assert_int_equal(number, 7);
	assert_done(json_get_bool(o, "yes", &yes, &err));
	assert_true(yes);
	assert_done(json_get_digest(o, "digest", &digest, &err));
	assert_int_equal(digest.bytes[0], 0x0e);
	assert_done(json_get_b64(o, "bytes", raw, 3, &err));
	assert_memory_equal(raw, "foo", 3);
	assert_done(json_get_b64_buf(o, "bytes", 3, 3, &bytes, &err));
	assert_string_equal(buf_str(&bytes), "foo");
	assert_done(json_get_hex(o, "hex", raw, 2, &err));
	assert_int_equal(raw[1], 0xff);
	assert_done(json_get_array(o, "list", 2, 2, &list, &err));
	assert_done(json_item_string(o, list, 0, 1, 1, &text, &err));
	assert_done(json_item_object(o, list, 1, "item", &inner, &err));
	assert_done(json_get_int(&inner, "k", 1, 1, &number, &err));
	assert_done(json_get_object(o, "object", "inner", &inner, &err));
	assert_done(json_get_int(&inner, "k", 2, 2, &number, &err));
	assert_done(json_expect_string(o, "text", "周报", &err));
	assert_true(json_field_is_null(o, "nothing"));
	assert_false(json_field_is_null(o, "absent"));
}

/* Refused with the object's code and naming the field. */
#define assert_field_refused(call, part) \
	do { \
		assert_refused(call, ERR_DATA, part); \
		assert_int_equal(err.code, CODE); \
		assert_int_equal(strncmp(err.text, "manifest: ", 10), 0); \
	} while (0)

static void a_wrong_field_is_refused_by_name(void **state)
{
	const struct json_object *o = *state;
	auto_buf struct buf bytes = BUF_INIT(10);
	struct json_object inner;
	struct digest digest;
	const json_t *list = NULL;
	const char *text = "kept";
	int64_t number = 42;
	bool yes = false;
	uint8_t raw[8];
	struct err err;

	assert_field_refused(json_get_string(o, "absent", 0, 9, &text, &err), "'absent' is missing");
	assert_field_refused(
		json_get_string(o, "number", 0, 9, &text, &err), "'number' is not a string");
	assert_field_refused(
		json_get_string(o, "nothing", 0, 9, &text, &err), "'nothing' is not a string");
	assert_field_refused(json_get_string(o, "text", 0, 5, &text, &err), "6 bytes, not 0..5");
	assert_field_refused(json_get_string(o, "text", 7, 9, &text, &err), "6 bytes, not 7..9");
	assert_string_equal(text, "kept");
	assert_field_refused(json_get_int(o, "number", 8, 9, &number, &err), "outside 8..9");
	assert_field_refused(json_get_int(o, "number", 1, 6, &number, &err), "outside 1..6");
	assert_field_refused(json_get_int(o, "text", 1, 6, &number, &err), "not a whole number");
	assert_int_equal(number, 42);
	assert_field_refused(json_get_bool(o, "number", &yes, &err), "not true or false");
	assert_field_refused(json_get_digest(o, "text", &digest, &err), "not a digest");
	assert_field_refused(json_get_b64(o, "bytes", raw, 4, &err), "base64url of 4 bytes");
	assert_field_refused(json_get_b64(o, "text", raw, 4, &err), "base64url of 4 bytes");
	assert_field_refused(json_get_b64_buf(o, "bytes", 4, 9, &bytes, &err), "3 bytes, not 4..9");
	assert_field_refused(json_get_b64_buf(o, "text", 0, 9, &bytes, &err), "canonical");
	assert_field_refused(json_get_hex(o, "hex", raw, 1, &err), "not 2 lower-case");
	assert_field_refused(json_get_array(o, "list", 3, 9, &list, &err), "2 items, not 3..9");
	assert_field_refused(json_get_array(o, "list", 0, 1, &list, &err), "2 items, not 0..1");
	assert_field_refused(json_get_object(o, "list", "inner", &inner, &err), "not an object");
	assert_field_refused(json_expect_string(o, "text", "月报", &err), "is not '月报'");
	list = json_object_get(o->json, "list");
	assert_field_refused(json_item_object(o, list, 0, "item", &inner, &err), "not an object");
	assert_field_refused(json_item_object(o, list, 2, "item", &inner, &err), "not an object");
	assert_field_refused(json_item_string(o, list, 1, 0, 9, &text, &err), "not a string");
}

static void optional_fields_may_be_absent_but_not_wrong(void **state)
{
	const struct json_object *o = *state;
	const json_t *list = o->json;
	const char *text = "x";
	int64_t number = 0;
	bool found = true;
	struct digest digest;
	struct err err;

	assert_done(json_opt_string(o, "absent", 1, 9, &text, &err));
	assert_null(text);
	assert_done(json_opt_int(o, "absent", 1, 9, 5, &number, &err));
	assert_int_equal(number, 5);
	assert_done(json_opt_digest(o, "absent", &digest, &found, &err));
	assert_false(found);
	assert_done(json_opt_digest(o, "digest", &digest, &found, &err));
	assert_true(found);
	assert_done(json_opt_array(o, "absent", 1, 9, &list, &err));
	assert_null(list);
	assert_field_refused(json_opt_string(o, "number", 1, 9, &text, &err), "not a string");
	assert_field_refused(json_opt_int(o, "nothing", 1, 9, 5, &number, &err), "not a whole number");
	assert_field_refused(json_opt_array(o, "text", 1, 9, &list, &err), "not an array");
	assert_field_refused(json_opt_digest(o, "text", &digest, &found, &err), "not a digest");
}

static void unknown_fields_are_refused_unless_marked(void **state)
{
	static const char *const all[] = {
		"text", "number", "yes", "list", "object", "digest", "bytes", "hex", "nothing", NULL};
	static const char *const fewer[] = {
		"text", "number", "yes", "list", "object", "digest", "bytes", "hex", NULL};
	struct err err;

	assert_done(json_only_keys(*state, all, &err));
	assert_field_refused(json_only_keys(*state, fewer, &err), "unknown field 'nothing'");
}

static void json_is_written_compact_and_in_order(void **state)
{
	auto_json json_t *json = json_pack("{s:s, s:[i,b]}", "题", "周报/1", "a", 1, 1);
	auto_buf struct buf out = BUF_INIT(100);
	auto_buf struct buf small = BUF_INIT(10);
	struct err err;

	(void)state;
	assert_done(json_write(json, &out, &err));
	assert_string_equal(buf_str(&out), "{\"题\":\"周报/1\",\"a\":[1,true]}");
	assert_done(buf_append_str(&small, "a,", &err));
	assert_refused(json_write(json, &small, &err), ERR_DATA, "limit of 10");
	assert_string_equal(buf_str(&small), "a,");
}

#define with_object(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_object_is_parsed),
		cmocka_unit_test(what_is_not_strict_is_refused_with_the_code),
		cmocka_unit_test(limits_are_inclusive),
		with_object(fields_are_read_by_their_type),
		with_object(a_wrong_field_is_refused_by_name),
		with_object(optional_fields_may_be_absent_but_not_wrong),
		with_object(unknown_fields_are_refused_unless_marked),
		cmocka_unit_test(json_is_written_compact_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
