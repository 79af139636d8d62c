/* What any object's payload, and any JWS, can be wrong with. */
#include "tests/vectors/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/b64.h"
#include "tests/fixture/fixture.h"

enum { DATA_MAX = 1024 * 1024 };

static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* The good payload with `text` put right after its first brace. */
static void add_inserted(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const char *name, const char *text, int code)
{
	auto_buf struct buf changed = BUF_INIT(DATA_MAX);

	FIXTURE_MUST(buf_append(&changed, "{", 1, &err) && buf_append_str(&changed, text, &err) &&
				 buf_append(&changed, payload->data + 1, payload->len - 1, &err));
	vector_add_payload(file, wrap, name, changed.data, changed.len, code);
}

static void add_insertions(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_shape *shape)
{
	static const struct {
		const char *name;
		const char *text;
		bool good;
	} rows[] = {
		{"a field x-", "\"x-later\":{\"a\":[1,null,true,\"题\"]},", true},
		{"the largest integer", "\"x-a\":9007199254740991,", true},
		{"the smallest integer", "\"x-a\":-9007199254740991,", true},
		{"white space between", " \t\r\n", true},
		{"seven arrays deep", "\"x-a\":[[[[[[[1]]]]]]],", true},
		{"eight arrays deep", "\"x-a\":[[[[[[[[1]]]]]]]],", false},
		{"an unknown field", "\"extra\":1,", false},
		{"an unknown field named x", "\"x\":1,", false},
		{"an unknown field of no name", "\"\":1,", false},
		{"an integer too large", "\"x-a\":9007199254740992,", false},
		{"an integer too small", "\"x-a\":-9007199254740992,", false},
		{"an integer past 64 bits", "\"x-a\":99999999999999999999999,", false},
		{"a fraction", "\"x-a\":1.5,", false},
		{"a whole number with a fraction", "\"x-a\":1.0,", false},
		{"an exponent", "\"x-a\":1e2,", false},
		{"a number with a leading zero", "\"x-a\":01,", false},
		{"NaN", "\"x-a\":NaN,", false},
		{"U+0000 in a string", "\"x-a\":\"\\u0000\",", false},
		{"U+0000 in a name", "\"x-\\u0000\":1,", false},
		{"a lone surrogate", "\"x-a\":\"\\ud800\",", false},
		{"bytes that are not UTF-8", "\"x-a\":\"\xff\",", false},
		{"an overlong form", "\"x-a\":\"\xc0\xaf\",", false},
		{"a line end in a string", "\"x-a\":\"\n\",", false},
		{"a name twice in an inner object", "\"x-a\":{\"b\":1,\"b\":1},", false},
		{"a comment", "/* */", false},
		{"single quotes", "'x-a':1,", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool named = strstr(rows[i].text, "x-") != NULL;
		bool good = rows[i].good && !(shape->closed && named);

		add_inserted(file, wrap, payload, rows[i].name, rows[i].text, good ? 0 : shape->malformed);
	}
}

static void add_whole(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_shape *shape)
{
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {{"nothing", ""}, {"white space alone", " "}, {"an empty object", "{}"},
		{"a list", "[]"}, {"null", "null"}, {"a string", "\"a\""}, {"an open object", "{"}};
	static const struct {
		const char *name;
		const char *before;
		const char *after;
		bool good;
	} around[] = {{"white space around", " \n", "\r\n\t ", true},
		{"a byte order mark", "\xef\xbb\xbf", "", false}, {"another object after", "", "{}", false},
		{"a word after", "", " x", false}, {"a comma after", "", ",", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		vector_add_payload(
			file, wrap, rows[i].name, rows[i].text, strlen(rows[i].text), shape->malformed);
	for (size_t i = 0; i < ARRAY_LEN(around); i++) {
		auto_buf struct buf text = BUF_INIT(DATA_MAX);

		FIXTURE_MUST(buf_append_str(&text, around[i].before, &err) &&
					 buf_append(&text, payload->data, payload->len, &err) &&
					 buf_append_str(&text, around[i].after, &err));
		vector_add_payload(
			file, wrap, around[i].name, text.data, text.len, around[i].good ? 0 : shape->malformed);
	}

	auto_buf struct buf ended = BUF_INIT(DATA_MAX);

	FIXTURE_MUST(buf_append(&ended, payload->data, payload->len + 1, &err));
	vector_add_payload(file, wrap, "a NUL after", ended.data, payload->len + 1, shape->malformed);
}

/* Each field removed, null, of a type that none has, and twice. */
static void add_fields(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_shape *shape)
{
	json_t *json = json_loadb((const char *)payload->data, payload->len, 0, NULL);
	const char *field;
	json_t *value;

	json_object_foreach (json, field, value) {
		char name[128];
		char text[128];
		int when_null = is_among(shape->nullable, field) ? 0 : shape->malformed;
		struct vector_edit edit = {name, field, NULL, shape->malformed};

		(void)snprintf(name, sizeof(name), "'%s' missing", field);
		vector_add_edits(file, wrap, payload, &edit, 1);
		(void)snprintf(name, sizeof(name), "'%s' true", field);
		edit.value = "true";
		vector_add_edits(file, wrap, payload, &edit, 1);
		(void)snprintf(name, sizeof(name), "'%s' null", field);
		edit.value = "null";
		edit.code = when_null;
		vector_add_edits(file, wrap, payload, &edit, 1);
		(void)snprintf(name, sizeof(name), "'%s' twice", field);
		(void)snprintf(text, sizeof(text), "\"%s\":0,", field);
		add_inserted(file, wrap, payload, name, text, shape->malformed);
	}
	json_decref(json);
}

void vector_add_shapes(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_shape *shape)
{
	add_insertions(file, wrap, payload, shape);
	add_whole(file, wrap, payload, shape);
	add_fields(file, wrap, payload, shape);
}
