/* Vectors of who may do what: keysets, devices, tokens, key files. */
#include "tests/vectors/make.h"

#include <stdlib.h>
#include <string.h>

#include "common/b64.h"
#include "common/keyfile.h"
#include "common/keyring.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

#define NO_NULLS ((const char *const[]){NULL})

static void set_pinned(struct vector_file *file, const char *root)
{
	auto_signing_key struct signing_key key = fixture_key(root);
	struct fingerprint fingerprint = fingerprint_of(&key.public);

	(void)json_object_set_new(file->context, "pinned", json_string(fingerprint.text));
	(void)json_object_set_new(file->context, "held", json_null());
}

/* The payload of a JWS of ours. */
static void payload_of(const struct jws_type *type, const struct buf *text, struct buf *payload)
{
	auto_jws struct jws jws = JWS_INIT;

	FIXTURE_MUST(jws_parse(type, text->data, text->len, &jws, &err));
	FIXTURE_MUST(buf_append(payload, jws.payload.data, jws.payload.len, &err));
}

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

/* What both a request and a certificate are wrong with. */
#define DEVICE_EDITS \
	{"unit in upper case", "unit", "\"Unit-a\"", 521}, \
		{"unit of one letter", "unit", "\"a\"", 521}, \
		{"unit of 32 letters", "unit", "\"abcdefghijklmnopqrstuvwxyzabcdef\"", 0}, \
		{"unit of 33 letters", "unit", "\"abcdefghijklmnopqrstuvwxyzabcdefg\"", 521}, \
		{"unit with two hyphens", "unit", "\"unit--a\"", 521}, \
		{"unit that ends in a hyphen", "unit", "\"unit-\"", 521}, \
		{"unit that begins with a digit", "unit", "\"1unit\"", 521}, \
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 521}, \
		{"unit with a slash", "unit", "\"a/b\"", 521}, \
		{"unit with a plus", "unit", "\"a+\"", 521}, \
		{"device of one letter", "device", "\"d\"", 0}, {"no device", "device", "\"\"", 521}, \
		{"device of 17 letters", "device", "\"abcdefghijklmnopq\"", 521}, \
		{"device with a dot", "device", "\"d.1\"", 521}, \
	{ \
		"a key of small order", "public", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 521 \
	}

void make_request(const char *folder)
{
	static const struct vector_edit edits[] = {
		DEVICE_EDITS,
		{"v 2", "v", "2", 521},
	};
	struct vector_shape shape = {521, false, NO_NULLS};
	struct vector_file file = vector_file("request", true);
	struct vector_wrap wrap = {&jws_request, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_REQUEST_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_REQUEST_JWS);
	struct device_request request = fixture_request();

	FIXTURE_MUST(device_request_sign(&request, &key, &text, &err));
	payload_of(&jws_request, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

static void set_keyset(struct vector_file *file)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);

	fixture_keyset_jws(keyset, "root", &text);
	(void)json_object_set_new(file->context, "keyset", vector_text(&text));
}

void make_certificate(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 521},
		{"of another unit", "unit", "\"unit-b\"", 523},
		{"of another device", "device", "\"d2\"", 523},
		{"not yet valid", "not_before", "1795305601", 523},
		{"valid no more", "not_after", "1795305600", 523},
		{"valid one second more", "not_after", "1795305601", 0},
		{"a short serial", "serial", "\"ab\"", 521},
		{"a serial in upper case", "serial", "\"AB02030405060708090A0B0C0D0E0F10\"", 521},
		{"from before the registrar", "not_before", "1763769599", 522},
		{"a key of small order", "public", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 521},
	};
	struct vector_shape shape = {521, false, NO_NULLS};
	struct vector_file file = vector_file("certificate", true);
	struct vector_wrap wrap = {&jws_device, "registrar"};
	auto_signing_key struct signing_key key = fixture_key("registrar");
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_DEVICE_JWS);
	struct device_certificate certificate = fixture_certificate();

	set_keyset(&file);
	(void)json_object_update_new(
		file.context, json_pack("{ss ss sI}", "unit", FIXTURE_UNIT, "device", FIXTURE_DEVICE, "at",
						  (json_int_t)FIXTURE_NOW));
	FIXTURE_MUST(device_certificate_sign(&certificate, &key, &text, &err));
	payload_of(&jws_device, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	wrap.key = "editor 1";
	vector_add_payload(&file, &wrap, "signed by an editor", payload.data, payload.len, 522);
	wrap.key = "device";
	vector_add_payload(&file, &wrap, "signed by the device", payload.data, payload.len, 522);
	wrap.key = "registrar";
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

static void add_token_judgements(struct vector_file *file, const struct buf *good)
{
	const struct {
		const char *name;
		json_t *overrides;
		int code;
	} rows[] = {
		{"for another broker", json_pack("{ss}", "audience", "other.example:8883"), 104},
		{"another client id", json_pack("{ss}", "client_id", "unit-a.d2"), 107},
		{"another user name", json_pack("{ss}", "user_name", "unit-b"), 107},
		{"300 s early", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW - 300), 0},
		{"301 s early", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW - 301), 106},
		{"300 s late", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW + 600), 0},
		{"301 s late", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW + 601), 106},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		vector_add(file, rows[i].name, good->data, good->len, rows[i].code, rows[i].overrides);
}

void make_token(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"sub without a device", "sub", "\"unit-a\"", 101},
		{"sub with two dots", "sub", "\"unit-a.d1.x\"", 101},
		{"sub of a bad unit", "sub", "\"Unit.d1\"", 101},
		{"sub of a dispatcher", "sub", "\"dispatcher.d1\"", 107},
		{"no audience", "aud", "\"\"", 101},
		{"a list of audiences", "aud", "[\"broker.example:8883\"]", 101},
		{"longer than 300 s", "exp", "1795305901", 101},
		{"no time at all", "exp", "1795305600", 0},
		{"ends before it begins", "exp", "1795305599", 101},
		{"a jti of 15 bytes", "jti", "\"EA8ODQwLCgkIBwYFBAMC\"", 101},
		{"a jti of 17 bytes", "jti", "\"EA8ODQwLCgkIBwYFBAMCAQE\"", 101},
		{"nbf", "nbf", "1795305600", 101},
		{"iss", "iss", "\"unit-a\"", 101},
	};
	struct vector_shape shape = {101, true, NO_NULLS};
	struct vector_file file = vector_file("token", true);
	struct vector_wrap wrap = {&jws_connect, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_CONNECT_JWT);
	auto_buf struct buf payload = BUF_INIT(LIMIT_CONNECT_JWT);
	struct token token = fixture_token();

	(void)json_object_update_new(file.context,
		json_pack("{so ss ss ss sI}", "public", vector_b64(key.public.bytes, PUBLIC_KEY_BYTES),
			"client_id", FIXTURE_UNIT "." FIXTURE_DEVICE, "user_name", FIXTURE_UNIT, "audience",
			FIXTURE_BROKER, "now", (json_int_t)FIXTURE_NOW));
	FIXTURE_MUST(token_sign(&token, &key, &text, &err));
	payload_of(&jws_connect, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	add_token_judgements(&file, &text);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

/* `find` replaced by `put`, once. */
static void add_changed(struct vector_file *file, const char *name, const struct secret *text,
	const char *find, const char *put, int code)
{
	auto_buf struct buf whole = BUF_INIT(2 * LIMIT_KEY_FILE);
	auto_buf struct buf changed = BUF_INIT(2 * LIMIT_KEY_FILE);

	FIXTURE_MUST(buf_append(&whole, text->bytes, text->len, &err));

	char *at = strstr((char *)whole.data, find);

	if (!at)
		fixture_abort(name, find);
	FIXTURE_MUST(buf_append(&changed, whole.data, (size_t)((uint8_t *)at - whole.data), &err) &&
				 buf_append_str(&changed, put, &err) &&
				 buf_append_str(&changed, at + strlen(find), &err));
	vector_add(file, name, changed.data, changed.len, code, NULL);
}

static struct secret *secret_of(const char *text)
{
	struct secret *secret;

	FIXTURE_MUST((secret = secret_new(strlen(text), &err)) != NULL);
	memcpy(secret->bytes, text, strlen(text));
	return secret;
}

static void add_protected(struct vector_file *file)
{
	static const struct {
		const char *name, *find, *put;
		int code;
	} rows[] = {
		{"another name under the seal", "王芳", "王方", 902},
		{"another role under the seal", "role: editor", "role: registrar", 902},
		{"too little memory", "argon2id 1 8388608", "argon2id 1 8388607", 901},
		{"too much memory", "argon2id 1 8388608", "argon2id 1 1073741825", 901},
		{"no operations", "argon2id 1 ", "argon2id 0 ", 901},
		{"eleven operations", "argon2id 1 ", "argon2id 11 ", 901},
		{"a leading zero", "argon2id 1 ", "argon2id 01 ", 901},
		{"another function", "argon2id", "scrypt", 901},
		{"two blanks", "argon2id ", "argon2id  ", 901},
		{"unprotected after all", "argon2id 1 8388608 ", "none", 901},
	};
	auto_signing_key struct signing_key key = fixture_key("editor 1");
	auto_secret struct secret *passphrase = secret_of("正确的口令");
	auto_secret struct secret *text = NULL;
	struct keyfile_cost cost = {1, 8388608};

	FIXTURE_MUST(keyfile_format(ROLE_EDITOR, "王芳", &key, passphrase, &cost, &text, &err));
	vector_add(file, "good, protected", text->bytes, text->len, 0, NULL);
	vector_add(file, "a wrong passphrase", text->bytes, text->len, 902,
		json_pack("{ss}", "passphrase", "错误的口令"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_changed(file, rows[i].name, text, rows[i].find, rows[i].put, rows[i].code);
}

static void add_unprotected(struct vector_file *file)
{
	static const struct {
		const char *name, *find, *put;
	} rows[] = {
		{"another version", "certwire-key 1", "certwire-key 2"},
		{"a role that must be protected", "role: device", "role: editor"},
		{"an unknown role", "role: device", "role: boss"},
		{"a device's name that is none", "unit-a.d1", "unit-a"},
		{"a device's name of a dispatcher", "unit-a.d1", "dispatcher.d1"},
		{"no name", "unit-a.d1", ""},
		{"lines end with CR LF", "role: device\n", "role: device\r\n"},
		{"an empty line", "role: device\n", "role: device\n\n"},
		{"a line missing", "role: device\n", ""},
		{"lines in another order", "role: device\nname: unit-a.d1\n",
			"name: unit-a.d1\nrole: device\n"},
		{"two blanks after the colon", "role: ", "role:  "},
		{"a blank before", "certwire-key", " certwire-key"},
		{"more after the secret", "secret: ", "secret: \nsecret: "},
		{"a padded secret", "\nsecret: ", "\nsecret: ="},
	};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key other = fixture_key("device 2");
	auto_secret struct secret *text = NULL;
	auto_secret struct secret *lying = NULL;
	auto_buf struct buf longer = BUF_INIT(2 * LIMIT_KEY_FILE);
	struct signing_key mixed = {.public = other.public, .secret = key.secret};

	FIXTURE_MUST(keyfile_format(ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &text, &err));
	vector_add(file, "good, unprotected", text->bytes, text->len, 0, NULL);
	FIXTURE_MUST(keyfile_format(ROLE_DEVICE, "unit-a.d1", &mixed, NULL, NULL, &lying, &err));
	vector_add(file, "a secret that is not the public key's", lying->bytes, lying->len, 901, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_changed(file, rows[i].name, text, rows[i].find, rows[i].put, 901);
	FIXTURE_MUST(buf_append(&longer, text->bytes, text->len, &err) &&
				 buf_append_str(&longer, "comment: a\n", &err));
	vector_add(file, "a line after the secret", longer.data, longer.len, 901, NULL);
	vector_add(file, "no last line end", text->bytes, text->len - 1, 901, NULL);
	vector_add(file, "nothing", "", 0, 901, NULL);
}

void make_keyfile(const char *folder)
{
	struct vector_file file = vector_file("keyfile", false);

	(void)json_object_set_new(file.context, "passphrase", json_string("正确的口令"));
	add_protected(&file);
	add_unprotected(&file);
	vector_write(&file, folder);
}
