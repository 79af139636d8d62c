#include "tests/unit/wire/vector_case.h"

#include "tests/unit/test.h"

#include <stdio.h>

#include "common/b64.h"
#include "common/json.h"

static const json_t *field(const struct vector *vector, const char *name)
{
	const json_t *own = json_object_get(vector->item, name);

	return own ? own : json_object_get(vector->context, name);
}

const char *vector_text(const struct vector *vector, const char *name)
{
	return json_string_value(field(vector, name));
}

int64_t vector_number(const struct vector *vector, const char *name)
{
	return json_integer_value(field(vector, name));
}

void vector_bytes(const struct vector *vector, const char *name, void *out, size_t size)
{
	const char *encoded = vector_text(vector, name);

	assert_true(encoded && b64_decode_exact(out, size, encoded, strlen(encoded)));
}

static void read_data(struct vector *vector)
{
	const char *bytes = json_string_value(json_object_get(vector->item, "bytes"));
	const json_t *data = json_object_get(vector->item, "text");
	struct err err;

	buf_init(&vector->data, VECTOR_DATA_MAX);
	if (bytes)
		assert_done(b64_decode_append(&vector->data, bytes, strlen(bytes), &err));
	else
		assert_done(
			buf_append(&vector->data, json_string_value(data), json_string_length(data), &err));
}

void vector_run(const char *object, vector_check *check)
{
	char path[512];
	auto_json json_t *file = NULL;
	const json_t *cases;
	size_t good = 0;

	(void)snprintf(path, sizeof(path), "%s/%s.json", CERTWIRE_VECTORS, object);
	file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	cases = json_object_get(file, "cases");
	assert_true(json_array_size(cases) > 0);
	for (size_t i = 0; i < json_array_size(cases); i++) {
		struct vector vector = {
			.item = json_array_get(cases, i), .context = json_object_get(file, "context")};
		struct err err = {.code = 0};
		int expected = (int)vector_number(&vector, "code");

		read_data(&vector);

		int code = check(&vector, &err) ? 0 : err.code ? err.code : -1;

		if (code != expected)
			fail_msg("%s, '%s': %d, not %d (%s)", object, vector_text(&vector, "name"), code,
				expected, err.text);
		good += code == 0;
		buf_release(&vector.data);
	}
	assert_true(good > 0);
}
