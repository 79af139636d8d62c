/* What is inside a reply: written, padded, sealed; opened and read. */
#include "common/reply.h"

#include <string.h>

#include "common/field.h"
#include "common/names.h"
#include "common/refusal.h"
#include "common/secret.h"
#include "common/utf8.h"

enum { MALFORMED = REFUSAL_REPLY_CONTENT };

static const char *const answers[] = {
	[REPLY_ACCEPT] = "accept",
	[REPLY_DECLINE] = "decline",
	[REPLY_INTEREST] = "interest",
};

const char *reply_answer_name(enum reply_answer answer)
{
	return answers[answer];
}

bool reply_answer_parse(const char *text, size_t len, enum reply_answer *ret)
{
	size_t nth;

	if (!names_find(answers, ARRAY_LEN(answers), text, len, &nth))
		return false;
	*ret = (enum reply_answer)nth;
	return true;
}

static bool read_answer(
	const struct json_object *object, struct reply_content *content, struct err *err)
{
	int64_t seats;
	size_t answer;
	const char *note;

	if (!field_word(object, "answer", answers, ARRAY_LEN(answers), &answer, err) ||
		!json_opt_int(object, "seats", 1, LIMIT_REPLY_SEATS, 0, &seats, err) ||
		!json_get_string(object, "note", 0, LIMIT_REPLY_NOTE, &note, err))
		return false;
	content->answer = (enum reply_answer)answer;
	content->seats = (int)seats;
	if (utf8_has_control(note, strlen(note)))
		return field_refuse(object, "note", "holds a control character", err);
	memcpy(content->note, note, strlen(note) + 1);
	return (seats != 0) == (content->answer == REPLY_ACCEPT) ||
		   field_refuse(object, "seats", "is there exactly with answer 'accept'", err);
}

static bool read_content(
	const void *data, size_t len, struct reply_content *content, struct err *err)
{
	static const char *const fields[] = {"v", "unit", "device", "number", "publication", "manifest",
		"answer", "seats", "note", "at", NULL};
	auto_json json_t *json = NULL;

	if (!json_parse_strict(data, len, LIMIT_REPLY_CONTENT, "content", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "content", MALFORMED};

	return json_only_keys(&object, fields, err) && field_version(&object, err) &&
		   field_name(&object, "unit", ident_is_unit, content->unit, UNIT_SIZE, err) &&
		   field_name(&object, "device", ident_is_device, content->device, DEVICE_SIZE, err) &&
		   json_get_int(&object, "number", 1, INT_53_MAX, &content->number, err) &&
		   field_pub_id(&object, "publication", &content->publication, err) &&
		   json_get_digest(&object, "manifest", &content->manifest, err) &&
		   read_answer(&object, content, err) && field_time(&object, "at", &content->at, err);
}

/* Appends the JSON, and zeros up to the one size that all contents have. */
static bool write_content(const struct reply_content *content, struct buf *out, struct err *err)
{
	static const char zeros[LIMIT_REPLY_CONTENT];
	auto_json json_t *json = json_object();
	struct reply_content again = {.number = 0};

	if (!field_set_int(json, "v", 1) || !field_set_text(json, "unit", content->unit) ||
		!field_set_text(json, "device", content->device) ||
		!field_set_int(json, "number", content->number) ||
		!field_set_pub_id(json, "publication", &content->publication) ||
		!field_set_digest(json, "manifest", &content->manifest) ||
		!field_set_text(json, "answer", reply_answer_name(content->answer)) ||
		(content->seats != 0 && !field_set_int(json, "seats", content->seats)) ||
		!field_set_text(json, "note", content->note) || !field_set_int(json, "at", content->at))
		return field_write_failed("content of a reply", err);
	return json_write(json, out, err) && read_content(out->data, out->len, &again, err) &&
		   buf_append(out, zeros, LIMIT_REPLY_CONTENT - out->len, err);
}

/* Who may read it: not the dispatcher, which only orders and settles. */
static bool opens_replies(const struct keyset_key *key, int64_t now)
{
	return (key->role == ROLE_EDITOR || key->role == ROLE_RECOVERY) && keyset_key_valid(key, now);
}

static bool seal_key(const struct secret *secret, const struct keyset *keyset, int64_t now,
	struct reply *reply, struct err *err)
{
	bool has_editor = false;

	for (size_t i = 0; i < keyset->key_count; i++) {
		const struct keyset_key *key = &keyset->keys[i];
		struct reply_key *grant = &reply->keys[reply->key_count];
		uint8_t curve[crypto_box_PUBLICKEYBYTES];

		if (!opens_replies(key, now))
			continue;
		if (crypto_sign_ed25519_pk_to_curve25519(curve, key->public.bytes) != 0 ||
			crypto_box_seal(grant->sealed, secret->bytes, REPLY_KEY_BYTES, curve) != 0)
			return err_set(err, ERR_DATA, "key %s cannot be sealed to", key->kid);
		memcpy(grant->kid, key->kid, KID_SIZE);
		reply->key_count++;
		has_editor |= key->role == ROLE_EDITOR;
	}
	return has_editor || err_set(err, ERR_DENIED,
							 "keyset %lld lists no editor who is valid now: nobody could read it",
							 (long long)keyset->version);
}

bool reply_seal(const struct reply_content *content, const struct keyset *keyset, int64_t now,
	struct reply *ret, struct err *err)
{
	auto_secret struct secret *secret = secret_new(REPLY_KEY_BYTES, err);
	auto_buf struct buf plain = BUF_INIT(LIMIT_REPLY_CONTENT);

	if (!secret || !write_content(content, &plain, err))
		return false;
	ret->key_count = 0;
	randombytes_buf(secret->bytes, secret->len);
	if (!seal_key(secret, keyset, now, ret, err))
		return false;
	randombytes_buf(ret->content, REPLY_NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret->content + REPLY_NONCE_BYTES, NULL,
		(const uint8_t *)plain.data, plain.len, NULL, 0, NULL, ret->content, secret->bytes);
	memcpy(ret->unit, content->unit, UNIT_SIZE);
	memcpy(ret->device, content->device, DEVICE_SIZE);
	ret->number = content->number;
	return true;
}

static bool open_key(const struct reply *reply, const struct signing_key *key,
	struct secret *secret, struct err *err)
{
	uint8_t public[crypto_box_PUBLICKEYBYTES];
	uint8_t curve[crypto_box_SECRETKEYBYTES];
	bool open = false;

	if (crypto_sign_ed25519_pk_to_curve25519(public, key->public.bytes) == 0 &&
		crypto_sign_ed25519_sk_to_curve25519(curve, key->secret->bytes) == 0)
		for (size_t i = 0; i < reply->key_count && !open; i++)
			open = strcmp(reply->keys[i].kid, key->kid) == 0 &&
				   crypto_box_seal_open(
					   secret->bytes, reply->keys[i].sealed, REPLY_GRANT_BYTES, public, curve) == 0;
	sodium_memzero(curve, sizeof(curve));
	return open || err_code(err, REFUSAL_REPLY_SEAL, "it does not open with key %s", key->kid);
}

static bool is_padded(const uint8_t *plain, size_t from)
{
	for (size_t i = from; i < LIMIT_REPLY_CONTENT; i++)
		if (plain[i] != 0)
			return false;
	return true;
}

bool reply_open(const struct reply *reply, const struct signing_key *key, struct reply_content *ret,
	struct err *err)
{
	auto_secret struct secret *secret = secret_new(REPLY_KEY_BYTES, err);
	struct reply_content content = {.number = 0};
	uint8_t plain[LIMIT_REPLY_CONTENT];
	size_t len;

	if (!secret || !open_key(reply, key, secret, err))
		return false;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
			reply->content + REPLY_NONCE_BYTES, REPLY_SEALED_BYTES - REPLY_NONCE_BYTES, NULL, 0,
			reply->content, secret->bytes) != 0)
		return err_code(err, REFUSAL_REPLY_SEAL, "its content does not open");
	len = strnlen((const char *)plain, sizeof(plain));
	if (!is_padded(plain, len))
		return err_code(err, MALFORMED, "content: the padding is not zero");
	if (!read_content(plain, len, &content, err))
		return false;
	if (strcmp(content.unit, reply->unit) != 0 || strcmp(content.device, reply->device) != 0 ||
		content.number != reply->number)
		return err_code(err, REFUSAL_REPLY_OTHER, "it was sealed by %s.%s as number %lld",
			content.unit, content.device, (long long)content.number);
	*ret = content;
	return true;
}
