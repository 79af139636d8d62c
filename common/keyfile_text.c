/* A key file's text, line by line. */
#include "common/keyfile.h"

#include <inttypes.h>
#include <string.h>

#include "common/b64.h"
#include "common/ident.h"
#include "common/keyfile_seal.h"
#include "common/language.h"
#include "common/refusal.h"

/* What is left of a text whose lines all end with LF. */
struct lines {
	const char *at;
	size_t len;
};

static bool refuse(const char *why, struct err *err)
{
	return err_code(err, REFUSAL_KEY_FILE, "key file: %s", language_text(why));
}

/* Takes the next line, which must start with `start`; gives what follows, without LF. */
static bool next_line(
	struct lines *lines, const char *start, const char **ret, size_t *ret_len, struct err *err)
{
	size_t start_len = strlen(start);
	const char *end = memchr(lines->at, '\n', lines->len);

	if (!end || (size_t)(end - lines->at) < start_len || memcmp(lines->at, start, start_len) != 0)
		return err_code(err, REFUSAL_KEY_FILE, "key file: no line '%s...' where it must be", start);
	*ret = lines->at + start_len;
	*ret_len = (size_t)(end - *ret);
	lines->len -= (size_t)(end + 1 - lines->at);
	lines->at = end + 1;
	return true;
}

/* Takes what stands before a blank. */
static bool next_word(struct lines *line, const char **ret, size_t *ret_len)
{
	const char *blank = memchr(line->at, ' ', line->len);

	if (!blank)
		return false;
	*ret = line->at;
	*ret_len = (size_t)(blank - line->at);
	line->len -= *ret_len + 1;
	line->at = blank + 1;
	return true;
}

/* Digits without a leading zero, within bounds. */
static bool next_number(struct lines *line, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *word;
	size_t len;
	uint64_t value = 0;

	if (!next_word(line, &word, &len) || len < 1 || len > 10 || word[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(word[i] - '0');
	}
	*ret = value;
	return value >= min && value <= max;
}

static bool parse_protection(const char *text, size_t len, struct keyfile *file, struct err *err)
{
	struct lines line = {text, len};
	const char *word;
	size_t word_len;
	uint64_t operations;
	uint64_t memory;

	if (len == strlen("none") && memcmp(text, "none", len) == 0)
		return role_may_be_unprotected(file->role) ||
			   refuse("a key of this role must be protected by a passphrase", err);
	if (!next_word(&line, &word, &word_len) || word_len != strlen("argon2id") ||
		memcmp(word, "argon2id", word_len) != 0 ||
		!next_number(&line, LIMIT_KEY_OPERATIONS_MIN, LIMIT_KEY_OPERATIONS_MAX, &operations) ||
		!next_number(&line, LIMIT_KEY_MEMORY_MIN, LIMIT_KEY_MEMORY_MAX, &memory) ||
		!b64_decode_exact(file->salt, sizeof(file->salt), line.at, line.len))
		return refuse(
			"its protection is neither 'none' nor 'argon2id' with fit numbers and salt", err);
	file->is_protected = true;
	file->cost = (struct keyfile_cost){operations, (size_t)memory};
	return true;
}

static bool parse_name(const char *text, size_t len, struct keyfile *file, struct err *err)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];

	if (!ident_is_key_name(text, len))
		return refuse("its name is not 1 to 128 bytes of printable UTF-8", err);
	if (file->role == ROLE_DEVICE &&
		(!ident_split_client_id(text, len, unit, device) || strcmp(unit, IDENT_DISPATCHER) == 0))
		return refuse("a device's name is <unit>.<device>", err);
	memcpy(file->name, text, len);
	file->name[len] = '\0';
	return true;
}

static bool parse_secret(const char *text, size_t len, struct keyfile *file, struct err *err)
{
	size_t size = file->is_protected ? KEYFILE_SEALED_BYTES : KEY_SEED_BYTES;

	file->secret = secret_new(size, err);
	if (!file->secret)
		return false;
	return b64_decode_secret(file->secret->bytes, size, text, len) ||
		   refuse("its secret is not base64url of the right length", err);
}

static bool parse(struct lines *lines, struct keyfile *file, struct err *err)
{
	const char *begin = lines->at;
	const char *value;
	size_t len;

	if (!next_line(lines, "certwire-key 1", &value, &len, err))
		return false;
	if (len != 0)
		return refuse("it is of another version", err);
	if (!next_line(lines, "role: ", &value, &len, err))
		return false;
	if (!role_parse(value, len, &file->role))
		return refuse("its role is not known", err);
	if (!next_line(lines, "name: ", &value, &len, err) || !parse_name(value, len, file, err) ||
		!next_line(lines, "public: ", &value, &len, err))
		return false;
	if (!b64_decode_exact(file->public.bytes, sizeof(file->public.bytes), value, len) ||
		!public_key_usable(&file->public))
		return refuse("its public key is not one in base64url", err);
	if (!next_line(lines, "protection: ", &value, &len, err) ||
		!parse_protection(value, len, file, err) ||
		!buf_append(&file->header, begin, (size_t)(lines->at - begin), err) ||
		!next_line(lines, "secret: ", &value, &len, err) || !parse_secret(value, len, file, err))
		return false;
	return lines->len == 0 || refuse("there is more after its secret", err);
}

void keyfile_release(struct keyfile *file)
{
	secret_free(file->secret);
	buf_release(&file->header);
	memset(file, 0, sizeof(*file));
}

bool keyfile_parse(const void *text, size_t len, struct keyfile *ret, struct err *err)
{
	auto_keyfile struct keyfile file = {.header = BUF_INIT(LIMIT_KEY_FILE)};
	struct lines lines = {text, len};

	if (len > LIMIT_KEY_FILE)
		return refuse("it is larger than 4096 bytes", err);
	if (!parse(&lines, &file, err))
		return false;
	*ret = file;
	file = (struct keyfile)KEYFILE_INIT;
	return true;
}

/* The lines that the seal covers. */
static bool format_header(const struct keyfile *file, struct buf *out, struct err *err)
{
	char public[B64_SIZE(PUBLIC_KEY_BYTES)];
	char salt[B64_SIZE(sizeof(file->salt))];

	if (!buf_printf(out, err,
			"certwire-key 1\nrole: %s\nname: %s\npublic: %s\nprotection: ", role_name(file->role),
			file->name, b64_encode(public, file->public.bytes, PUBLIC_KEY_BYTES)))
		return false;
	if (!file->is_protected)
		return buf_append_str(out, "none\n", err);
	return buf_printf(out, err, "argon2id %llu %zu %s\n", file->cost.operations,
		file->cost.memory_bytes, b64_encode(salt, file->salt, sizeof(file->salt)));
}

/* Header and secret as one text. */
static bool join(const struct keyfile *file, struct secret **ret, struct err *err)
{
	static const char label[] = "secret: ";
	size_t secret_len = B64_SIZE(file->secret->len) - 1;
	auto_secret struct secret *text =
		secret_new(file->header.len + strlen(label) + secret_len + 1, err);

	if (!text)
		return false;

	uint8_t *at = text->bytes;

	memcpy(at, file->header.data, file->header.len);
	at += file->header.len;
	memcpy(at, label, strlen(label));
	at += strlen(label);
	(void)b64_encode_secret((char *)at, file->secret->bytes, file->secret->len);
	at[secret_len] = '\n';
	*ret = TAKE(text);
	return true;
}

bool keyfile_format(enum key_role role, const char *name, const struct signing_key *key,
	const struct secret *passphrase, const struct keyfile_cost *cost, struct secret **ret,
	struct err *err)
{
	auto_keyfile struct keyfile file = {.role = role,
		.public = key->public,
		.is_protected = passphrase != NULL,
		.cost = cost ? *cost : keyfile_cost_default,
		.header = BUF_INIT(LIMIT_KEY_FILE)};

	if (!passphrase && !role_may_be_unprotected(role))
		return err_set(err, ERR_DENIED, "a key of role '%s' must be protected by a passphrase",
			role_name(role));
	randombytes_buf(file.salt, sizeof(file.salt));
	return parse_name(name, strlen(name), &file, err) && format_header(&file, &file.header, err) &&
		   keyfile_seal(&file, key, passphrase, err) && join(&file, ret, err);
}
