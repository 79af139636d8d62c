/* Vectors of what editors write and sign: manifests and approvals. */
#include "tests/vectors/make.h"

#include <string.h>

#include "common/approval.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

/* A list of `count` copies of an item, as text the caller frees. */
static char *list_of(const char *item, size_t count)
{
	auto_buf struct buf text = BUF_INIT(1024 * 1024);

	FIXTURE_MUST(buf_append_str(&text, "[", &err));
	for (size_t i = 0; i < count; i++)
		FIXTURE_MUST(
			buf_append_str(&text, i ? "," : "", &err) && buf_append_str(&text, item, &err));
	FIXTURE_MUST(buf_append_str(&text, "]", &err));
	return buf_steal_str(&text);
}

static const struct vector_edit manifest_edits[] = {
	{"an unknown kind", "kind", "\"correct\"", 310},
	{"kind 'void'", "kind", "\"void\"", 310},
	{"a recall without files", "kind", "\"recall\"", 0},
	{"an id in upper case", "id", "\"ABCDEF0123456789ABCDEF0123456789\"", 305},
	{"a salt of 31 bytes", "salt", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 305},
	{"a channel in upper case", "channel", "\"Weekly\"", 305},
	{"a number that ends in a dot", "number", "\"2026.\"", 305},
	{"a number with a slash", "number", "\"2026/47\"", 305},
	{"a number of one character", "number", "\"7\"", 0},
	{"a number of 33 characters", "number", "\"123456789012345678901234567890123\"", 305},
	{"no title", "title", "\"\"", 305},
	{"a title of two lines", "title", "\"a\\nb\"", 305},
	{"a title with U+2028", "title", "\"a\\u2028b\"", 305},
	{"a title with an override", "title", "\"a\\u202eb\"", 305},
	{"a title that is not NFC", "title", "\"e\\u0301\"", 305},
	{"a title in NFC", "title", "\"\\u00e9\"", 0},
	{"a language of one letter", "language", "\"z\"", 305},
	{"a language with a low line", "language", "\"zh_CN\"", 305},
	{"a longer language", "language", "\"zh-Hans-CN-x-private\"", 0},
	{"a subtag of nine letters", "language", "\"zh-abcdefghi\"", 305},
	{"a time as a string", "created_at", "\"1795305600\"", 305},
	{"a field that is a number", "fields/n", "1", 305},
	{"a field of no name", "fields/", "\"a\"", 305},
	{"an empty field", "fields/e", "\"\"", 0},
	{"an unknown relation", "references/0/relation", "\"replaces\"", 305},
	{"a reference without publication", "references/0/publication", NULL, 305},
	{"a reference with an unknown field", "references/0/extra", "1", 305},
	{"no files", "files", "[]", 305},
	{"a file's name of 201 bytes", "files/0/name",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaa"
		"aaaaaaaaaaaaa\"",
		305},
	{"a type without a slash", "files/0/type", "\"pdf\"", 305},
	{"a type with parameters", "files/0/type", "\"text/plain; charset=utf-8\"", 305},
	{"a type with a point first", "files/0/type", "\"text/.a\"", 305},
	{"a size below 0", "files/0/size", "-1", 305},
	{"a size too large", "files/0/size", "67108865", 310},
	{"sizes too large together", "files/0/size", "67108864", 310},
	{"the largest sizes", "files/0/size", "67108861", 0},
	{"a digest in upper case", "files/0/digest",
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 305},
	{"a file with an unknown field", "files/0/extra", "1", 305},
	{"a name with a path", "files/0/name", "\"../a.pdf\"", 308},
	{"a name that differs in case alone", "files/0/name", "\"\\u9644\\u4ef6.CSV\"", 308},
	{"a name with U+200B", "files/0/name", "\"a\\u200b.pdf\"", 308},
	{"a name with a line end", "files/0/name", "\"a\\n.pdf\"", 308},
};

void make_manifest(const char *folder)
{
	static const char *const nullable[] = {"not_before", "expires_at", NULL};
	struct vector_shape shape = {305, false, nullable};
	struct vector_file file = vector_file("manifest", false);
	struct vector_wrap wrap = {NULL, NULL};
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_free char *references = list_of("{\"relation\":\"recalls\",\"publication\":"
										 "\"00000000000000000000000000000000\"}",
		LIMIT_REFERENCES + 1);
	auto_free char *files = list_of("0", LIMIT_FILES + 1);
	struct vector_edit lists[] = {
		{"17 references", "references", references, 310}, {"65 files", "files", files, 310}};

	FIXTURE_MUST(manifest_format(&manifest, &text, &err));
	vector_add_payload(&file, &wrap, "good", text.data, text.len, 0);
	vector_add_edits(&file, &wrap, &text, manifest_edits, ARRAY_LEN(manifest_edits));
	vector_add_edits(&file, &wrap, &text, lists, ARRAY_LEN(lists));
	vector_add_shapes(&file, &wrap, &text, &shape);
	vector_write(&file, folder);
}

void make_approval(const char *folder)
{
	static const struct {
		const char *signer;
		int code;
	} rows[] = {{"editor 1", 0}, {"editor 2", 0}, {"editor retired", 213},
		{"editor compromised", 213}, {"registrar", 213}, {"dispatcher", 213}, {"stranger", 213}};
	struct vector_file file = vector_file("approval", true);
	struct vector_wrap wrap = {&jws_manifest, "editor 1"};
	static const char manifest[] = "{\"any\":\"bytes\"}";

	vector_set_keyset(&file);
	(void)json_object_update_new(
		file.context, json_pack("{so sI}", "manifest", vector_b64(manifest, strlen(manifest)), "at",
						  (json_int_t)FIXTURE_NOW));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_signing_key struct signing_key key = fixture_key(rows[i].signer);
		auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);

		FIXTURE_MUST(approval_sign(&key, manifest, strlen(manifest), &text, &err));
		vector_add(&file, rows[i].signer, text.data, text.len, rows[i].code, NULL);
		if (rows[i].code == 0)
			vector_add(&file, "over other bytes", text.data, text.len, 212,
				json_pack("{so}", "manifest", vector_b64("{}", 2)));
		if (strcmp(rows[i].signer, "editor retired") == 0)
			vector_add(&file, "before retirement", text.data, text.len, 0,
				json_pack("{sI}", "at", (json_int_t)FIXTURE_NOW - 3601));
	}
	vector_add_payload(&file, &wrap, "not detached", manifest, strlen(manifest), 212);
	vector_write(&file, folder);
}
