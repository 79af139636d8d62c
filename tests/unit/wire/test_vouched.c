/* A certificate that was verified once is not verified again, and is not believed for ever. */
#include "tests/unit/test.h"

#include "common/refusal.h"
#include "common/vouched.h"
#include "tests/fixture/fixture.h"

static void sign(struct buf *text)
{
	auto_signing_key struct signing_key registrar = fixture_key("registrar");
	struct device_certificate certificate = fixture_certificate();

	FIXTURE_MUST(device_certificate_sign(&certificate, &registrar, text, &err));
}

static void what_was_verified_is_known_and_read_alike(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	struct vouched vouched = VOUCHED_INIT;
	struct device_certificate first, second;
	struct digest digest;
	struct err err;

	(void)state;
	sign(&text);
	digest = digest_of(text.data, text.len);
	assert_false(vouched_knows(&vouched, &digest));
	assert_done(vouched_verify(&vouched, text.data, text.len, keyset, &first, &err));
	assert_true(vouched_knows(&vouched, &digest));
	assert_done(vouched_verify(&vouched, text.data, text.len, keyset, &second, &err));
	assert_string_equal(first.unit, second.unit);
	assert_string_equal(first.kid, second.kid);
	assert_true(public_key_equal(&first.public, &second.public));
	assert_int_equal(vouched.count, 1);
	vouched_release(&vouched);
}

static void one_changed_byte_is_another_certificate(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	struct vouched vouched = VOUCHED_INIT;
	struct device_certificate read;
	struct err err;

	(void)state;
	sign(&text);
	assert_done(vouched_verify(&vouched, text.data, text.len, keyset, &read, &err));
	text.data[text.len - 10] ^= 1;
	assert_false(vouched_verify(&vouched, text.data, text.len, keyset, &read, &err));
	assert_int_equal(err.code, REFUSAL_DEVICE_SIGNATURE);
	assert_int_equal(vouched.count, 1);
	vouched_release(&vouched);
}

static void a_registrar_who_is_compromised_vouches_no_more(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	struct vouched vouched = VOUCHED_INIT;
	struct device_certificate read;
	struct err err;

	(void)state;
	sign(&text);
	assert_done(vouched_verify(&vouched, text.data, text.len, keyset, &read, &err));
	for (size_t i = 0; i < keyset->key_count; i++)
		if (keyset->keys[i].role == ROLE_REGISTRAR) {
			keyset->keys[i].status = KEY_COMPROMISED;
			keyset->keys[i].since = 0;
		}
	assert_false(vouched_verify(&vouched, text.data, text.len, keyset, &read, &err));
	assert_int_equal(err.code, REFUSAL_DEVICE_SIGNATURE);
	vouched_release(&vouched);
}

static void thousands_are_found_again(void **state)
{
	enum { MANY = 5000 };
	struct vouched vouched = VOUCHED_INIT;
	struct err err;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct vouched_entry entry = {.digest = digest_of(&i, sizeof(i))};

		assert_done(vouched_keep(&vouched, &entry, &err));
	}
	for (int i = 0; i < 2 * MANY; i++) {
		struct digest digest = digest_of(&i, sizeof(i));

		assert_int_equal(vouched_knows(&vouched, &digest), i < MANY);
	}
	vouched_release(&vouched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_verified_is_known_and_read_alike),
		cmocka_unit_test(one_changed_byte_is_another_certificate),
		cmocka_unit_test(a_registrar_who_is_compromised_vouches_no_more),
		cmocka_unit_test(thousands_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
