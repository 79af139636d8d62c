#include "tests/unit/test.h"

#include "common/jws.h"
#include "common/limits.h"
#include "tests/fixture/fixture.h"

static void what_was_signed_comes_back(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_SYNC_JWS);
	auto_jws struct jws jws = JWS_INIT;
	struct err err;

	(void)state;
	assert_done(jws_sign(&jws_sync, &key, "{\"a\":1}", 7, &text, &err));
	assert_done(jws_parse(&jws_sync, text.data, text.len, &jws, &err));
	assert_string_equal(jws.kid, key.kid);
	assert_int_equal(jws.payload.len, 7);
	assert_memory_equal(jws.payload.data, "{\"a\":1}", 7);
	assert_done(jws_verify(&jws, &key.public, &err));
}

static void one_signature_serves_one_use(void **state)
{
	static const struct jws_type *const types[] = {&jws_keyset, &jws_request, &jws_device,
		&jws_connect, &jws_entry, &jws_head, &jws_sync, &jws_receipt};
	auto_signing_key struct signing_key key = fixture_key("device");
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		auto_buf struct buf text = BUF_INIT(LIMIT_SYNC_JWS);

		assert_done(jws_sign(types[i], &key, "{}", 2, &text, &err));
		for (size_t j = 0; j < ARRAY_LEN(types); j++) {
			auto_jws struct jws jws = JWS_INIT;

			if (i == j)
				assert_done(jws_parse(types[j], text.data, text.len, &jws, &err));
			else
				assert_code(
					jws_parse(types[j], text.data, text.len, &jws, &err), types[j]->malformed);
		}
	}
}

static void a_detached_one_needs_its_payload(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("editor 1");
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);
	auto_jws struct jws right = JWS_INIT;
	auto_jws struct jws wrong = JWS_INIT;
	auto_jws struct jws none = JWS_INIT;
	struct err err;

	(void)state;
	assert_done(jws_sign_detached(&jws_manifest, &key, "payload", 7, &text, &err));
	assert_non_null(strstr(buf_str(&text), ".."));
	assert_done(jws_parse_detached(&jws_manifest, text.data, text.len, "payload", 7, &right, &err));
	assert_done(jws_verify(&right, &key.public, &err));
	assert_done(jws_parse_detached(&jws_manifest, text.data, text.len, "payloae", 7, &wrong, &err));
	assert_code(jws_verify(&wrong, &key.public, &err), 212);

	auto_buf struct buf whole = BUF_INIT(LIMIT_MANIFEST_JWS);

	assert_done(jws_sign(&jws_manifest, &key, "payload", 7, &whole, &err));
	assert_code(
		jws_parse_detached(&jws_manifest, whole.data, whole.len, "payload", 7, &none, &err), 212);
}

static void what_is_too_large_is_not_signed(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_SYNC_JWS);
	static const char payload[LIMIT_CONNECT_JWT];
	struct err err;

	(void)state;
	assert_refused(jws_sign(&jws_connect, &key, payload, sizeof(payload), &text, &err), ERR_DATA,
		"cannot sign the token");
	assert_int_equal(text.len, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_signed_comes_back),
		cmocka_unit_test(one_signature_serves_one_use),
		cmocka_unit_test(a_detached_one_needs_its_payload),
		cmocka_unit_test(what_is_too_large_is_not_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
