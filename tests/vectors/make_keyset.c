/* Vectors of keysets, and of how one follows another. */
#include "tests/vectors/make.h"

#include <stdlib.h>
#include <string.h>

#include "common/fingerprint.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

static void set_pinned(struct vector_file *file, const char *root)
{
	auto_signing_key struct signing_key key = fixture_key(root);
	struct fingerprint fingerprint = fingerprint_of(&key.public);

	(void)json_object_set_new(file->context, "pinned", json_string(fingerprint.text));
	(void)json_object_set_new(file->context, "held", json_null());
}

/* The payload of a JWS of ours. */

static struct keyset *successor_of(const struct buf *held, int64_t version, const char *root)
{
	auto_signing_key struct signing_key key = fixture_key(root);
	struct keyset *keyset = fixture_keyset();

	keyset->version = version;
	keyset->has_previous = true;
	keyset->previous = digest_of(held->data, held->len);
	keyset->root = key.public;
	return keyset;
}

static void add_successor(struct vector_file *file, const char *name, const struct buf *held,
	int64_t version, const char *root, bool fits, int code)
{
	auto_keyset struct keyset *keyset = successor_of(held, version, root);
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);

	if (!fits)
		keyset->previous.bytes[0] ^= 1;
	fixture_keyset_jws(keyset, root, &text);
	vector_add(file, name, text.data, text.len, code,
		json_pack("{so sn}", "held", vector_text(held), "pinned"));
}

static void add_succession(struct vector_file *file)
{
	auto_keyset struct keyset *first = fixture_keyset();
	auto_signing_key struct signing_key next = fixture_key("root 2");
	auto_buf struct buf plain = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf announcing = BUF_INIT(LIMIT_KEYSET_JWS);

	fixture_keyset_jws(first, "root", &plain);
	first->has_next_root = true;
	first->next_root = next.public;
	fixture_keyset_jws(first, "root", &announcing);
	add_successor(file, "the next version", &plain, 2, "root", true, 0);
	add_successor(file, "a later version", &plain, 5, "root", false, 0);
	add_successor(file, "another 'previous'", &plain, 2, "root", false, 513);
	add_successor(file, "by a root never announced", &plain, 2, "root 2", true, 512);
	add_successor(file, "by the announced successor", &announcing, 2, "root 2", true, 0);
	add_successor(file, "by the old root after announcing", &announcing, 2, "root", true, 0);
	add_successor(file, "by another than the announced", &announcing, 2, "root 3", true, 512);
	vector_add(file, "the version held", plain.data, plain.len, 513,
		json_pack("{so sn}", "held", vector_text(&plain), "pinned"));
	vector_add(file, "another root than the pinned", plain.data, plain.len, 512,
		json_pack("{ss}", "pinned", "00000 00000 00000 00000 00000 00000 00000 00000"));
}

void make_keyset(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"version 0", "version", "0", 511},
		{"version too large", "version", "2147483648", 511},
		{"a 'previous' in version 1", "previous",
			"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 511},
		{"no 'previous' in version 2", "version", "2", 511},
		{"a time before 1970", "issued_at", "-1", 511},
		{"a time past the year 9999", "expires_at", "253402300800", 511},
		{"a root of 31 bytes", "root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 511},
		{"a root of small order", "root", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 511},
		{"a root of zeros", "root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 511},
		{"a padded root", "root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", 511},
		{"a key of role root", "keys/0/role", "\"root\"", 511},
		{"a key of role device", "keys/0/role", "\"device\"", 511},
		{"a key of no name", "keys/0/name", "\"\"", 511},
		{"a key's name with a line end", "keys/0/name", "\"a\\nb\"", 511},
		{"a key's name with an override", "keys/0/name", "\"a\\u202eb\"", 511},
		{"a key of unknown status", "keys/0/status", "\"lost\"", 511},
		{"a key without 'since'", "keys/0/since", NULL, 511},
		{"a key with an unknown field", "keys/0/extra", "1", 511},
		{"a key with a field x-", "keys/0/x-a", "1", 0},
		{"a key that is a number", "keys/99", "7", 511},
		{"no keys", "keys", "[]", 0},
		{"no channels", "channels", "{}", 0},
		{"no approvals demanded", "channels/weekly/approvals", "0", 511},
		{"nine approvals demanded", "channels/weekly/approvals", "9", 511},
		{"an unknown field of a channel", "channels/weekly/extra", "9", 511},
		{"a channel in upper case", "channels/Weekly", "{\"approvals\":1}", 511},
	};
	static const char *const nullable[] = {"previous", "next_root", NULL};
	struct vector_shape shape = {511, false, nullable};
	struct vector_file file = vector_file("keyset", true);
	struct vector_wrap wrap = {&jws_keyset, "root"};
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf payload = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf small = BUF_INIT(LIMIT_KEYSET_JWS);

	set_pinned(&file, "root");
	FIXTURE_MUST(keyset_format(keyset, &payload, &err));
	vector_add_payload(&file, &wrap, "good", payload.data, payload.len, 0);

	json_t *json = json_loadb((const char *)payload.data, payload.len, 0, NULL);
	json_t *keys = json_object_get(json, "keys");

	(void)json_array_append(keys, json_array_get(keys, 1));

	char *twice = json_dumps(json, JSON_COMPACT);

	vector_add_payload(&file, &wrap, "a key twice", twice, strlen(twice), 511);
	free(twice);
	json_decref(json);

	/* What any object can be wrong with is shown on a small one. */
	keyset->key_count = 2;
	FIXTURE_MUST(keyset_format(keyset, &small, &err));
	vector_add_edits(&file, &wrap, &small, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &small, &shape);
	vector_add_signatures(&file, &wrap, &small);
	add_succession(&file);
	vector_write(&file, folder);
}
