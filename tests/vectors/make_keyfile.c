/* Vectors of key files. */
#include "tests/vectors/make.h"

#include <string.h>

#include "common/keyfile.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

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
