/* Every vector of tests/vectors is accepted, or refused with the code it states. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "common/approval.h"
#include "common/b64.h"
#include "common/device.h"
#include "common/file.h"
#include "common/filename.h"
#include "common/fingerprint.h"
#include "common/head.h"
#include "common/keyfile.h"
#include "common/keyring.h"
#include "common/offer.h"
#include "common/publication.h"
#include "common/receipt.h"
#include "common/reply.h"
#include "common/seal.h"
#include "common/story.h"
#include "common/sync.h"
#include "common/token.h"
#include "tests/unit/wire/vector_case.h"

static struct public_key public_of(const struct vector *vector)
{
	struct public_key key;

	vector_bytes(vector, "public", key.bytes, sizeof(key.bytes));
	return key;
}

/* A keyset of ours, judged from its own root. New. */
static struct keyset *keyset_of(const char *jws)
{
	auto_jws struct jws parsed = JWS_INIT;
	struct keyset *keyset = NULL;
	struct keyset *named = NULL;
	struct fingerprint pinned;
	struct err err;

	assert_done(jws_parse(&jws_keyset, jws, strlen(jws), &parsed, &err));
	assert_done(keyset_parse(parsed.payload.data, parsed.payload.len, &named, &err));
	pinned = fingerprint_of(&named->root);
	assert_done(keyset_accept(NULL, &pinned, jws, strlen(jws), &keyset, &err));
	keyset_free(named);
	return keyset;
}

static bool check_keyset(const struct vector *vector, struct err *err)
{
	const char *held_text = vector_text(vector, "held");
	const char *pinned_text = vector_text(vector, "pinned");
	auto_keyset struct keyset *held = held_text ? keyset_of(held_text) : NULL;
	auto_keyset struct keyset *keyset = NULL;
	struct fingerprint pinned;

	if (pinned_text && !fingerprint_parse(pinned_text, &pinned, err))
		return false;
	return keyset_accept(
		held, pinned_text ? &pinned : NULL, vector->data.data, vector->data.len, &keyset, err);
}

static bool check_request(const struct vector *vector, struct err *err)
{
	struct device_request request;

	return device_request_verify(vector->data.data, vector->data.len, &request, err);
}

static bool check_certificate(const struct vector *vector, struct err *err)
{
	auto_keyset struct keyset *keyset = keyset_of(vector_text(vector, "keyset"));
	struct device_certificate certificate;

	return device_certificate_verify(
			   vector->data.data, vector->data.len, keyset, &certificate, err) &&
		   device_certificate_check(&certificate, vector_text(vector, "unit"),
			   vector_text(vector, "device"), vector_number(vector, "at"), err);
}

static bool check_token(const struct vector *vector, struct err *err)
{
	auto_token struct token token = TOKEN_INIT;
	struct public_key key = public_of(vector);

	if (!token_parse(vector->data.data, vector->data.len, &token, err) ||
		!token_check_client(
			&token, vector_text(vector, "client_id"), vector_text(vector, "user_name"), err) ||
		!token_verify(&token, &key, err) ||
		!token_check_audience(&token, vector_text(vector, "audience"), err))
		return false;
	return token_times_right(&token, vector_number(vector, "now")) ||
		   err_code(err, REFUSAL_TOKEN_CLOCK, "clock");
}

static bool check_manifest(const struct vector *vector, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	return manifest_parse(vector->data.data, vector->data.len, &manifest, err) &&
		   manifest_check_total(&manifest, LIMIT_PUBLICATION_BYTES, err) &&
		   manifest_check_names(&manifest, err);
}

static bool check_approval(const struct vector *vector, struct err *err)
{
	auto_keyset struct keyset *keyset = keyset_of(vector_text(vector, "keyset"));
	auto_buf struct buf manifest = BUF_INIT(LIMIT_MANIFEST);
	const char *encoded = vector_text(vector, "manifest");
	const struct keyset_key *signer;
	struct digest digest;

	if (!b64_decode_append(&manifest, encoded, strlen(encoded), err))
		return false;
	digest = digest_of(manifest.data, manifest.len);
	return approval_verify(
		buf_str(&vector->data), &digest, keyset, vector_number(vector, "at"), &signer, err);
}

/* Only the message's header is in the file; zeros follow up to its size. */
static bool check_part(const struct vector *vector, struct err *err)
{
	size_t size = (size_t)vector_number(vector, "size");
	auto_free uint8_t *message = calloc(1, size);
	struct part part;

	assert_non_null(message);
	memcpy(message, vector->data.data, vector->data.len < size ? vector->data.len : size);
	return part_parse(message, size, &part, err);
}

static bool check_entry(const struct vector *vector, struct err *err)
{
	auto_keyset struct keyset *keyset = keyset_of(vector_text(vector, "keyset"));
	auto_entry struct entry entry = ENTRY_INIT;
	auto_entry struct entry before = ENTRY_INIT;
	const char *before_text = vector_text(vector, "before");

	return entry_parse(vector->data.data, vector->data.len, &entry, err) &&
		   entry_verify(&entry, keyset, err) &&
		   entry_check_owner(
			   &entry, vector_text(vector, "unit"), vector_number(vector, "epoch"), err) &&
		   (!before_text || (entry_parse(before_text, strlen(before_text), &before, err) &&
								entry_check_next(&before, &entry, err)));
}

static bool check_offer(const struct vector *vector, struct err *err)
{
	auto_offer struct offer offer = OFFER_INIT;

	return offer_parse(vector->data.data, vector->data.len, &offer, err);
}

static bool check_grant(const struct vector *vector, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_secret struct secret *content_key = NULL;
	uint8_t seed[KEY_SEED_BYTES];
	uint8_t expected[CONTENT_KEY_BYTES];
	struct pub_id id;

	vector_bytes(vector, "seed", seed, sizeof(seed));
	vector_bytes(vector, "content_key", expected, sizeof(expected));
	assert_true(pub_id_parse(vector_text(vector, "publication"), PUB_ID_SIZE - 1, &id));
	assert_int_equal(vector->data.len, GRANT_BYTES);
	if (!signing_key_from_seed(seed, &key, err) ||
		!grant_open(vector->data.data, &id, &key, &content_key, err))
		return false;
	assert_memory_equal(content_key->bytes, expected, sizeof(expected));
	return true;
}

static bool check_receipt(const struct vector *vector, struct err *err)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct public_key key = public_of(vector);

	return receipt_parse(vector->data.data, vector->data.len, &receipt, err) &&
		   receipt_verify(&receipt, &key, err);
}

static bool check_reply(const struct vector *vector, struct err *err)
{
	auto_reply struct reply reply = REPLY_INIT;
	struct public_key key = public_of(vector);

	return reply_parse(vector->data.data, vector->data.len, &reply, err) &&
		   reply_verify(&reply, &key, err);
}

static bool check_answer(const struct vector *vector, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_reply struct reply reply = REPLY_INIT;
	struct reply_content content;
	uint8_t seed[32];

	vector_bytes(vector, "seed", seed, sizeof(seed));
	return signing_key_from_seed(seed, &key, err) &&
		   reply_parse(vector->data.data, vector->data.len, &reply, err) &&
		   reply_open(&reply, &key, &content, err);
}

static bool check_sync(const struct vector *vector, struct err *err)
{
	auto_sync struct sync sync = SYNC_INIT;
	struct public_key key = public_of(vector);

	return sync_parse(vector->data.data, vector->data.len, &sync, err) &&
		   sync_verify(&sync, &key, err);
}

static bool check_head(const struct vector *vector, struct err *err)
{
	auto_keyset struct keyset *keyset = keyset_of(vector_text(vector, "keyset"));
	auto_head struct head head = HEAD_INIT;

	return head_parse(vector->data.data, vector->data.len, &head, err) &&
		   head_verify(&head, keyset, err) &&
		   head_check_owner(
			   &head, vector_text(vector, "unit"), vector_number(vector, "epoch"), err);
}

static bool check_story(const struct vector *vector, struct err *err)
{
	auto_story struct story story = STORY_INIT;
	auto_manifest struct manifest parsed = MANIFEST_INIT;
	auto_buf struct buf manifest = BUF_INIT(LIMIT_MANIFEST);
	const char *encoded = vector_text(vector, "manifest");
	struct fingerprint root;

	return fingerprint_parse(vector_text(vector, "root"), &root, err) &&
		   story_parse(vector->data.data, vector->data.len, &story, err) &&
		   story_judge(&story, &root, err) &&
		   (!encoded ||
			   (b64_decode_append(&manifest, encoded, strlen(encoded), err) &&
				   story_judge_manifest(&story, manifest.data, manifest.len, &parsed, err)));
}

static bool check_keyfile(const struct vector *vector, struct err *err)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_secret struct secret *passphrase = NULL;
	const char *word = vector_text(vector, "passphrase");

	if (!keyfile_parse(buf_str(&vector->data), vector->data.len, &file, err))
		return false;
	if (!file.is_protected)
		return keyfile_open(&file, NULL, &key, err);
	passphrase = secret_new(strlen(word), err);
	assert_non_null(passphrase);
	memcpy(passphrase->bytes, word, strlen(word));
	return keyfile_open(&file, passphrase, &key, err);
}

static bool read_part(
	void *context, uint32_t index, uint8_t part[static PART_BYTES], struct err *err)
{
	const struct buf *parts = context;

	(void)err;
	assert_true((size_t)(index + 1) * PART_BYTES <= parts->len);
	memcpy(part, parts->data + (size_t)index * PART_BYTES, PART_BYTES);
	return true;
}

static bool take_file(void *context, size_t file, struct err *err)
{
	(void)context;
	(void)file;
	(void)err;
	return true;
}

static bool take_bytes(void *context, const void *data, size_t len, struct err *err)
{
	(void)context;
	(void)data;
	(void)len;
	(void)err;
	return true;
}

static bool open_delivery(
	const struct vector *vector, struct buf *parts, const struct entry *entry, struct err *err)
{
	static const struct body_file_sink sink = {take_file, take_bytes, take_file, NULL};
	const char *keyset = vector_text(vector, "keyset");
	auto_keyset struct keyset *newest = keyset_of(keyset);
	auto_keyring struct keyring ring;
	auto_buf struct buf manifest_text = BUF_INIT(LIMIT_MANIFEST);
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_secret struct secret *key = secret_new(CONTENT_KEY_BYTES, err);
	struct fingerprint pinned = fingerprint_of(&newest->root);

	keyring_init(&ring, &pinned);
	assert_true(keyring_add(&ring, keyset, strlen(keyset), err));
	assert_non_null(key);
	vector_bytes(vector, "content_key", key->bytes, key->len);
	return body_read_manifest(&entry->body, key, read_part, parts, &manifest_text, NULL, err) &&
		   publication_judge(entry, manifest_text.data, manifest_text.len, &ring,
			   vector_number(vector, "now"), LIMIT_PUBLICATION_BYTES, &manifest, err) &&
		   body_read_files(
			   &entry->body, key, read_part, parts, manifest_text.len, &manifest, &sink, err);
}

static bool check_publication(const struct vector *vector, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	auto_buf struct buf parts = BUF_INIT(0);
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", CERTWIRE_VECTORS, vector_text(vector, "parts"));
	assert_true(file_read(path, VECTOR_DATA_MAX, &parts, err));
	return entry_parse(vector->data.data, vector->data.len, &entry, err) &&
		   open_delivery(vector, &parts, &entry, err);
}

static bool check_key(const struct vector *vector)
{
	struct public_key key;
	struct fingerprint fingerprint;
	char kid[KID_SIZE];

	assert_int_equal(vector->data.len, sizeof(key.bytes));
	memcpy(key.bytes, vector->data.data, sizeof(key.bytes));
	fingerprint = fingerprint_of(&key);
	assert_string_equal(public_key_kid(&key, kid), vector_text(vector, "kid"));
	assert_string_equal(fingerprint.text, vector_text(vector, "fingerprint"));
	return true;
}

static bool check_value(const struct vector *vector, struct err *err)
{
	const char *name = vector_text(vector, "name");

	if (strcmp(name, "key") == 0)
		return check_key(vector);
	if (strcmp(name, "file name") == 0)
		return filename_check(buf_str(&vector->data), vector->data.len, err);
	assert_string_equal(name, "parts");
	assert_int_equal(body_padded_count((uint64_t)vector_number(vector, "count")),
		vector_number(vector, "padded"));
	return true;
}

#define VECTOR_TEST(object) \
	static void object##_vectors_hold(void **state) \
	{ \
		(void)state; \
		vector_run(#object, check_##object); \
	}

VECTOR_TEST(keyset)
VECTOR_TEST(request)
VECTOR_TEST(certificate)
VECTOR_TEST(token)
VECTOR_TEST(manifest)
VECTOR_TEST(approval)
VECTOR_TEST(part)
VECTOR_TEST(entry)
VECTOR_TEST(offer)
VECTOR_TEST(grant)
VECTOR_TEST(receipt)
VECTOR_TEST(reply)
VECTOR_TEST(answer)
VECTOR_TEST(sync)
VECTOR_TEST(head)
VECTOR_TEST(publication)
VECTOR_TEST(story)
VECTOR_TEST(keyfile)
VECTOR_TEST(value)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyset_vectors_hold),
		cmocka_unit_test(request_vectors_hold),
		cmocka_unit_test(certificate_vectors_hold),
		cmocka_unit_test(token_vectors_hold),
		cmocka_unit_test(manifest_vectors_hold),
		cmocka_unit_test(approval_vectors_hold),
		cmocka_unit_test(part_vectors_hold),
		cmocka_unit_test(entry_vectors_hold),
		cmocka_unit_test(offer_vectors_hold),
		cmocka_unit_test(grant_vectors_hold),
		cmocka_unit_test(receipt_vectors_hold),
		cmocka_unit_test(reply_vectors_hold),
		cmocka_unit_test(answer_vectors_hold),
		cmocka_unit_test(sync_vectors_hold),
		cmocka_unit_test(head_vectors_hold),
		cmocka_unit_test(publication_vectors_hold),
		cmocka_unit_test(story_vectors_hold),
		cmocka_unit_test(keyfile_vectors_hold),
		cmocka_unit_test(value_vectors_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
