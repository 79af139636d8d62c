#include "tests/unit/test.h"

#include "common/fingerprint.h"
#include "common/key.h"
#include "common/seal.h"
#include "tests/fixture/fixture.h"

static void a_seed_gives_the_key_of_rfc_8032(void **state)
{
	/* Section 7.1, test 1. */
	static const char seed_hex[] =
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
	static const char public_hex[] =
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
	static const char signature_hex[] = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522"
										"4901555fb8821590a33bacc61e39701cf9b4"
										"6bd25bf5f0595bbe24655141438e7a100b";
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	uint8_t seed[KEY_SEED_BYTES];
	uint8_t signature[SIGNATURE_BYTES];
	char hex[HEX_SIZE(SIGNATURE_BYTES)];
	struct err err;

	(void)state;
	assert_true(hex_decode(seed, sizeof(seed), seed_hex, strlen(seed_hex)));
	assert_done(signing_key_from_seed(seed, &key, &err));
	assert_string_equal(hex_encode(hex, key.public.bytes, PUBLIC_KEY_BYTES), public_hex);
	signing_key_sign(&key, "", 0, signature);
	assert_string_equal(hex_encode(hex, signature, sizeof(signature)), signature_hex);
	assert_true(public_key_verify(&key.public, "", 0, signature));
	assert_false(public_key_verify(&key.public, "x", 1, signature));
	assert_true(kid_valid(key.kid, strlen(key.kid)));
}

static void points_of_small_order_are_no_keys(void **state)
{
	/* The first byte, those between, and the last: 0, 1, -1 and other spellings of them. */
	static const uint8_t small[][3] = {{0, 0, 0}, {1, 0, 0}, {0xec, 0xff, 0x7f}, {0xed, 0xff, 0x7f},
		{0xee, 0xff, 0x7f}, {0xff, 0xff, 0xff}};
	auto_signing_key struct signing_key key = fixture_key("device");

	(void)state;
	assert_true(public_key_usable(&key.public));
	for (size_t i = 0; i < ARRAY_LEN(small); i++) {
		struct public_key public;

		memset(public.bytes, small[i][1], sizeof(public.bytes));
		public.bytes[0] = small[i][0];
		public.bytes[PUBLIC_KEY_BYTES - 1] = small[i][2];
		assert_false(public_key_usable(&public));
	}
}

static void a_fingerprint_is_read_as_people_type_it(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key other = fixture_key("device 2");
	struct fingerprint own = fingerprint_of(&key.public);
	struct fingerprint typed;
	char dense[64] = "";
	char wide[256] = "";
	struct err err;

	(void)state;
	for (const char *at = own.text; *at; at++) {
		char digit[4] = {(char)0xef, (char)0xbc, (char)(0x90 + *at - '0'), 0};

		if (*at != ' ')
			dense[strlen(dense)] = *at;
		strcat(wide, *at == ' ' ? "\xe3\x80\x80-" : digit);
	}
	assert_done(fingerprint_parse(own.text, &typed, &err));
	assert_true(fingerprint_matches(&typed, &key.public));
	assert_done(fingerprint_parse(dense, &typed, &err));
	assert_string_equal(typed.text, own.text);
	assert_done(fingerprint_parse(wide, &typed, &err));
	assert_string_equal(typed.text, own.text);
	assert_false(fingerprint_matches(&typed, &other.public));
}

static void what_is_no_fingerprint_is_refused(void **state)
{
	struct fingerprint typed;
	struct err err;

	(void)state;
	assert_refused(fingerprint_parse("", &typed, &err), ERR_DATA, "40 digits");
	assert_refused(
		fingerprint_parse("12345 12345 12345 12345 12345 12345 12345 1234", &typed, &err), ERR_DATA,
		"fewer");
	assert_refused(
		fingerprint_parse("12345 12345 12345 12345 12345 12345 12345 12345 1", &typed, &err),
		ERR_DATA, "more");
	assert_refused(fingerprint_parse("12345 abc", &typed, &err), ERR_DATA, "abc");
	assert_refused(fingerprint_parse("\xef\xbc", &typed, &err), ERR_DATA, "digits only");
}

static void what_is_sealed_to_is_the_same_from_either_half(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	struct seal_key from_public;
	struct err err;

	(void)state;
	assert_done(seal_key_of(&key.public, &from_public, &err));
	assert_memory_equal(from_public.bytes, key.sealed_to, sizeof(key.sealed_to));
}

static void a_grant_opens_for_its_device_alone(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key other = fixture_key("device 2");
	struct pub_id id = pub_id_random();
	struct pub_id another = pub_id_random();
	uint8_t sealed[GRANT_BYTES];
	auto_secret struct secret *content_key = NULL;
	auto_secret struct secret *opened = NULL;
	auto_secret struct secret *none = NULL;
	struct err err;

	(void)state;
	content_key = content_key_random(&err);
	assert_non_null(content_key);
	assert_done(grant_seal(&id, content_key, &key.public, sealed, &err));
	assert_done(grant_open(sealed, &id, &key, &opened, &err));
	assert_memory_equal(opened->bytes, content_key->bytes, CONTENT_KEY_BYTES);
	assert_code(grant_open(sealed, &id, &other, &none, &err), 210);
	assert_code(grant_open(sealed, &another, &key, &none, &err), 210);
	assert_null(none);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_gives_the_key_of_rfc_8032),
		cmocka_unit_test(points_of_small_order_are_no_keys),
		cmocka_unit_test(a_fingerprint_is_read_as_people_type_it),
		cmocka_unit_test(what_is_no_fingerprint_is_refused),
		cmocka_unit_test(what_is_sealed_to_is_the_same_from_either_half),
		cmocka_unit_test(a_grant_opens_for_its_device_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
