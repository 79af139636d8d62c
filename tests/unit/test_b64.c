#include "tests/unit/test.h"

#include <sodium.h>

#include "common/b64.h"

/* RFC 4648 section 10, without the padding. */
static const char *const rfc[][2] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"},
	{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};

static void the_vectors_of_the_rfc_hold_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rfc); i++) {
		auto_buf struct buf encoded = BUF_INIT(100);
		auto_buf struct buf decoded = BUF_INIT(100);
		struct err err;
		char text[B64_SIZE(6)];
		size_t text_len = strlen(rfc[i][1]);

		assert_string_equal(b64_encode(text, rfc[i][0], strlen(rfc[i][0])), rfc[i][1]);
		assert_int_equal(B64_DECODED_LEN(text_len), strlen(rfc[i][0]));
		assert_done(b64_append(&encoded, rfc[i][0], strlen(rfc[i][0]), &err));
		assert_string_equal(buf_str(&encoded), rfc[i][1]);
		assert_done(b64_decode_append(&decoded, rfc[i][1], text_len, &err));
		assert_string_equal(buf_str(&decoded), rfc[i][0]);
	}
}

static void it_is_what_libsodium_writes_at_every_length(void **state)
{
	enum { LONGEST = 200 };
	uint8_t data[LONGEST];
	char ours[B64_SIZE(LONGEST) + 1], theirs[B64_SIZE(LONGEST)];

	(void)state;
	for (size_t round = 0; round < 20; round++)
		for (size_t len = 0; len <= LONGEST; len++) {
			randombytes_buf(data, len);
			memset(ours, '#', sizeof(ours));
			b64_encode(ours, data, len);
			sodium_bin2base64(
				theirs, sizeof(theirs), data, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
			assert_string_equal(ours, theirs);
			assert_int_equal(ours[B64_SIZE(len)], '#');
		}
}

/* Both or neither takes it, and both make the same of it. */
static void assert_read_alike(const char *text, size_t len, size_t size)
{
	uint8_t ours[200], theirs[200];
	size_t our_len = SIZE_MAX, their_len;
	bool taken = sodium_base642bin(theirs, size, text, len, NULL, &their_len, NULL,
					 sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;

	memset(ours, '#', sizeof(ours));
	if (b64_decode(ours, size, text, len, &our_len) != taken)
		fail_msg("'%.*s' into %zu bytes: libsodium says %d", (int)len, text, size, taken);
	if (taken) {
		assert_int_equal(our_len, their_len);
		assert_memory_equal(ours, theirs, our_len);
	}
	for (size_t i = size; i < sizeof(ours); i++)
		assert_int_equal(ours[i], '#');
}

static void it_reads_what_libsodium_reads_and_nothing_else(void **state)
{
	enum { LONGEST = 27 };
	uint8_t data[LONGEST];
	char text[B64_SIZE(LONGEST)];

	(void)state;
	for (size_t len = 0; len <= LONGEST; len++) {
		size_t text_len = B64_SIZE(len) - 1;

		randombytes_buf(data, len);
		b64_encode(text, data, len);
		for (size_t size = len > 2 ? len - 2 : 0; size < len + 3; size++)
			assert_read_alike(text, text_len, size);
		for (size_t cut = 0; cut <= text_len; cut++)
			assert_read_alike(text, cut, len);
		for (size_t at = 0; at < text_len; at++)
			for (int byte = 0; byte < 128; byte++) {
				char was = text[at];

				text[at] = (char)byte;
				assert_read_alike(text, text_len, len);
				text[at] = was;
			}
	}
}

/* libsodium 1.0.18 takes some of them for 'A': a secret, too, has one spelling. */
static void a_byte_above_127_is_no_character(void **state)
{
	static const char whole[] = "AAAAAAAAAAA";
	char text[sizeof(whole)];
	uint8_t out[sizeof(whole)];
	size_t len;

	(void)state;
	assert_true(b64_decode(out, sizeof(out), whole, strlen(whole), &len));
	assert_true(b64_decode_secret(out, B64_DECODED_LEN(strlen(whole)), whole, strlen(whole)));
	for (size_t at = 0; at < strlen(whole); at++)
		for (int byte = 128; byte < 256; byte++) {
			memcpy(text, whole, sizeof(whole));
			text[at] = (char)byte;
			assert_false(b64_decode(out, sizeof(out), text, strlen(whole), &len));
			assert_false(
				b64_decode_secret(out, B64_DECODED_LEN(strlen(whole)), text, strlen(whole)));
		}
}

static void what_is_not_canonical_is_refused(void **state)
{
	static const char *const bad[] = {"Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm9vY", "Zm 9v", "Zm9v\n",
		"+_8", "-/8", "Zm9vYh", "周报"};
	uint8_t out[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_buf struct buf decoded = BUF_INIT(100);
		struct err err;

		if (b64_decode(out, sizeof out, bad[i], strlen(bad[i]), &len))
			fail_msg("'%s' was decoded", bad[i]);
		assert_refused(
			b64_decode_append(&decoded, bad[i], strlen(bad[i]), &err), ERR_DATA, "canonical");
		assert_string_equal(buf_str(&decoded), "");
	}
}

static void only_the_exact_size_is_taken(void **state)
{
	uint8_t out[3];

	(void)state;
	assert_true(b64_decode_exact(out, 3, "Zm9v", 4));
	assert_false(b64_decode_exact(out, 3, "Zm8", 3));
	assert_false(b64_decode_exact(out, 3, "Zm9vYg", 6));
	assert_true(b64_decode_secret(out, 3, "Zm9v", 4));
	assert_false(b64_decode_secret(out, 3, "Zm8", 3));
	assert_false(b64_decode_secret(out, 3, "Zm9vYg", 6));
}

static void the_buffers_maximum_holds(void **state)
{
	auto_buf struct buf out = BUF_INIT(5);
	struct err err;

	(void)state;
	assert_refused(b64_append(&out, "foobar", 6, &err), ERR_DATA, "limit of 5");
	assert_refused(b64_decode_append(&out, "Zm9vYmFy", 8, &err), ERR_DATA, "limit of 5");
	assert_done(b64_decode_append(&out, "Zm9vYmE", 7, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_hold_both_ways),
		cmocka_unit_test(it_is_what_libsodium_writes_at_every_length),
		cmocka_unit_test(it_reads_what_libsodium_reads_and_nothing_else),
		cmocka_unit_test(a_byte_above_127_is_no_character),
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(only_the_exact_size_is_taken),
		cmocka_unit_test(the_buffers_maximum_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
