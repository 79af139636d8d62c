#include "tests/vectors/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/b64.h"
#include "common/file.h"
#include "tests/fixture/fixture.h"

enum { DATA_MAX = 1024 * 1024 };

struct vector_file vector_file(const char *object, bool as_text)
{
	return (struct vector_file){
		.object = object, .context = json_object(), .cases = json_array(), .as_text = as_text};
}

void vector_write(struct vector_file *file, const char *folder)
{
	json_t *json = json_pack(
		"{ss so so}", "object", file->object, "context", file->context, "cases", file->cases);
	char *text = json_dumps(json, JSON_INDENT(1));
	char path[512];
	auto_buf struct buf out = BUF_INIT(64 * DATA_MAX);

	(void)snprintf(path, sizeof(path), "%s/%s.json", folder, file->object);
	FIXTURE_MUST(buf_append_str(&out, text, &err) && buf_append(&out, "\n", 1, &err));
	FIXTURE_MUST(file_write_atomic(path, out.data, out.len, 0644, &err));
	free(text);
	json_decref(json);
}

json_t *vector_b64(const void *data, size_t len)
{
	auto_buf struct buf text = BUF_INIT(2 * DATA_MAX);

	FIXTURE_MUST(b64_append(&text, data, len, &err));
	return json_string(buf_str(&text));
}

json_t *vector_text(const struct buf *text)
{
	return json_stringn(buf_str(text), text->len);
}

void vector_add(struct vector_file *file, const char *name, const void *data, size_t len, int code,
	json_t *overrides)
{
	json_t *item = json_pack("{ss si}", "name", name, "code", code);

	if (overrides)
		(void)json_object_update_new(item, overrides);
	if (file->as_text)
		(void)json_object_set_new(item, "text", json_stringn(data, len));
	else
		(void)json_object_set_new(item, "bytes", vector_b64(data, len));
	if (json_array_append_new(file->cases, item) != 0)
		fixture_abort("case", name);
}

void vector_jws(
	const char *header, const void *payload, size_t len, const char *key, struct buf *out)
{
	auto_signing_key struct signing_key signer = fixture_key(key);
	auto_buf struct buf input = BUF_INIT(2 * DATA_MAX);
	uint8_t signature[SIGNATURE_BYTES];

	FIXTURE_MUST(b64_append(&input, header, strlen(header), &err) &&
				 buf_append(&input, ".", 1, &err) && b64_append(&input, payload, len, &err));
	signing_key_sign(&signer, input.data, input.len, signature);
	FIXTURE_MUST(buf_append(out, input.data, input.len, &err) && buf_append(out, ".", 1, &err) &&
				 b64_append(out, signature, sizeof(signature), &err));
}

static void right_jws(
	const struct vector_wrap *wrap, const void *payload, size_t len, struct buf *out)
{
	auto_signing_key struct signing_key signer = fixture_key(wrap->key);
	char header[256];

	(void)snprintf(header, sizeof(header), "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\"}",
		wrap->type->typ, signer.kid);
	vector_jws(header, payload, len, wrap->key, out);
}

void vector_add_payload(struct vector_file *file, const struct vector_wrap *wrap, const char *name,
	const void *payload, size_t len, int code)
{
	auto_buf struct buf data = BUF_INIT(2 * DATA_MAX);

	if (wrap->type)
		right_jws(wrap, payload, len, &data);
	else
		FIXTURE_MUST(buf_append(&data, payload, len, &err));
	vector_add(file, name, data.data, data.len, code, NULL);
}

static json_t *child(json_t *parent, const char *name)
{
	return json_is_array(parent) ? json_array_get(parent, (size_t)atoi(name))
								 : json_object_get(parent, name);
}

static void change(json_t *json, const char *path, const char *value)
{
	char copy[256];
	char *rest = copy;
	char *slash;
	json_t *decoded = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

	if (value && !decoded)
		fixture_abort("edit", value);
	(void)snprintf(copy, sizeof(copy), "%s", path);
	while ((slash = strchr(rest, '/'))) {
		*slash = '\0';
		json = child(json, rest);
		rest = slash + 1;
	}
	int failed;

	if (json_is_array(json))
		failed = value ? json_array_append_new(json, decoded)
					   : json_array_remove(json, (size_t)atoi(rest));
	else
		failed = value ? json_object_set_new(json, rest, decoded) : json_object_del(json, rest);
	if (failed)
		fixture_abort("edit", path);
}

void vector_add_edits(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const struct vector_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *json = json_loadb((const char *)payload->data, payload->len, 0, NULL);

		change(json, edits[i].path, edits[i].value);

		char *text = json_dumps(json, JSON_COMPACT);

		vector_add_payload(file, wrap, edits[i].name, text, strlen(text), edits[i].code);
		free(text);
		json_decref(json);
	}
}

void vector_payload_of(const struct jws_type *type, const struct buf *text, struct buf *payload)
{
	auto_jws struct jws jws = JWS_INIT;

	FIXTURE_MUST(jws_parse(type, text->data, text->len, &jws, &err));
	FIXTURE_MUST(buf_append(payload, jws.payload.data, jws.payload.len, &err));
}

void vector_set_keyset(struct vector_file *file)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);

	fixture_keyset_jws(keyset, "root", &text);
	(void)json_object_set_new(file->context, "keyset", vector_text(&text));
}
