/* Replies, as everybody sees them and as an editor opens them. */
#include "tests/vectors/make.h"

#include <string.h>

#include "common/reply.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

static struct reply_content content_of_fixture(void)
{
	struct digest manifest = digest_of("manifest", 8);
	struct reply_content content = {.unit = FIXTURE_UNIT,
		.device = FIXTURE_DEVICE,
		.number = 7,
		.publication = fixture_pub_id("publication"),
		.manifest = manifest,
		.answer = REPLY_ACCEPT,
		.seats = 2,
		.note = "需要两个车位",
		.at = FIXTURE_NOW};

	return content;
}

static void set_keys(struct vector_file *file)
{
	auto_signing_key struct signing_key device = fixture_key("device");
	struct digest seed = digest_of("certwire test vector editor 1", 29);

	(void)json_object_set_new(
		file->context, "public", vector_b64(device.public.bytes, PUBLIC_KEY_BYTES));
	(void)json_object_set_new(file->context, "seed", vector_b64(seed.bytes, sizeof(seed.bytes)));
}

static void sign(const struct reply *reply, struct buf *text)
{
	auto_signing_key struct signing_key key = fixture_key("device");

	buf_clear(text);
	FIXTURE_MUST(reply_sign(reply, &key, text, &err));
}

static void seal(const struct reply_content *content, struct reply *reply)
{
	auto_keyset struct keyset *keyset = fixture_keyset();

	reply->sent_at = FIXTURE_NOW + 60;
	FIXTURE_MUST(reply_seal(content, keyset, FIXTURE_NOW, reply, &err));
}

void make_reply(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"number 0", "number", "0", 621},
		{"no keys", "keys", "{}", 621},
		{"keys as a list", "keys", "[]", 621},
		{"a key that is no key id", "keys/abc", "\"AAAA\"", 621},
		{"content too short", "content", "\"AAAA\"", 621},
		{"content that is no base64url", "content", "\"+\"", 621},
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 621},
		{"a publication outside", "publication", "\"00000000000000000000000000000000\"", 621},
	};
	struct vector_shape shape = {621, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("reply", true);
	struct vector_wrap wrap = {&jws_reply, "device"};
	struct reply_content content = content_of_fixture();
	auto_reply struct reply reply = REPLY_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_REPLY_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_REPLY_JWS);

	set_keys(&file);
	seal(&content, &reply);
	sign(&reply, &text);
	vector_payload_of(&jws_reply, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

/* Seals any bytes, as one who does not keep to the rules would. */
static void seal_bytes(const char *bytes, size_t len, struct reply *reply)
{
	auto_signing_key struct signing_key editor = fixture_key("editor 1");
	uint8_t plain[LIMIT_REPLY_CONTENT] = {0};
	uint8_t secret[REPLY_KEY_BYTES];
	uint8_t curve[crypto_box_PUBLICKEYBYTES];

	memcpy(plain, bytes, len);
	randombytes_buf(secret, sizeof(secret));
	(void)!crypto_sign_ed25519_pk_to_curve25519(curve, editor.public.bytes);
	(void)crypto_box_seal(reply->keys[0].sealed, secret, sizeof(secret), curve);
	memcpy(reply->keys[0].kid, editor.kid, KID_SIZE);
	reply->key_count = 1;
	randombytes_buf(reply->content, REPLY_NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(reply->content + REPLY_NONCE_BYTES, NULL,
		plain, sizeof(plain), NULL, 0, NULL, reply->content, secret);
}

static void add_bytes(
	struct vector_file *file, const char *name, const char *bytes, size_t len, int code)
{
	auto_reply struct reply reply = REPLY_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_REPLY_JWS);

	strcpy(reply.unit, FIXTURE_UNIT);
	strcpy(reply.device, FIXTURE_DEVICE);
	reply.number = 7;
	reply.sent_at = FIXTURE_NOW;
	seal_bytes(bytes, len, &reply);
	sign(&reply, &text);
	vector_add(file, name, text.data, text.len, code, NULL);
}

static void add_content(
	struct vector_file *file, const char *name, const char *field, json_t *value, int code)
{
	struct digest manifest = digest_of("manifest", 8);
	char hex[DIGEST_HEX_SIZE];
	json_t *json = json_pack("{si ss ss si ss ss ss si ss si}", "v", 1, "unit", FIXTURE_UNIT,
		"device", FIXTURE_DEVICE, "number", 7, "publication", "00112233445566778899aabbccddeeff",
		"manifest", digest_hex(&manifest, hex), "answer", "accept", "seats", 2, "note", "", "at",
		(int)FIXTURE_NOW);
	char *text;

	if (value)
		(void)json_object_set_new(json, field, value);
	else
		(void)json_object_del(json, field);
	text = json_dumps(json, JSON_COMPACT);
	add_bytes(file, name, text, strlen(text), code);
	free(text);
	json_decref(json);
}

static void add_contents(struct vector_file *file)
{
	add_content(file, "good content", "v", json_integer(1), 0);
	add_content(file, "an unknown answer", "answer", json_string("perhaps"), 626);
	add_content(file, "a decline with seats", "answer", json_string("decline"), 626);
	add_content(file, "an accept without seats", "seats", NULL, 626);
	add_content(file, "seats 0", "seats", json_integer(0), 626);
	add_content(file, "seats 1001", "seats", json_integer(1001), 626);
	add_content(file, "no note", "note", NULL, 626);
	add_content(file, "a note with a line end", "note", json_string("a\nb"), 626);
	add_content(file, "an unknown field", "extra", json_integer(1), 626);
	add_content(file, "of another unit", "unit", json_string("unit-b"), 627);
	add_content(file, "of another device", "device", json_string("d9"), 627);
	add_content(file, "of another number", "number", json_integer(8), 627);
	add_bytes(file, "content that is no JSON", "{", 1, 626);
	add_bytes(file, "content of zeros", "", 0, 626);
	add_bytes(file, "padding that is not zero", "{}\0x", 4, 626);
}

void make_answer(const char *folder)
{
	struct vector_file file = vector_file("answer", true);
	struct reply_content content = content_of_fixture();
	struct digest other = digest_of("certwire test vector device 2", 29);
	auto_reply struct reply reply = REPLY_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_REPLY_JWS);

	set_keys(&file);
	seal(&content, &reply);
	sign(&reply, &text);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add(&file, "with a key that it was not sealed to", text.data, text.len, 625,
		json_pack("{so}", "seed", vector_b64(other.bytes, sizeof(other.bytes))));
	reply.content[100] ^= 1;
	sign(&reply, &text);
	vector_add(&file, "a bit of the content changed", text.data, text.len, 625, NULL);
	add_contents(&file);
	vector_write(&file, folder);
}
