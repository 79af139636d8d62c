#include "tests/unit/test.h"

#include "common/digest.h"

/* As "b2sum -l 256" prints them. */
static const char *const known[][2] = {
	{"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
	{"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
};

static void a_digest_is_that_of_b2sum(void **state)
{
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct digest digest = digest_of(known[i][0], strlen(known[i][0]));

		assert_string_equal(digest_hex(&digest, hex), known[i][1]);
	}
}

static void pieces_give_the_digest_of_the_whole(void **state)
{
	struct digest whole = digest_of("abc", 3);
	struct digest_state pieces;
	struct digest sum;

	(void)state;
	digest_init(&pieces);
	digest_update(&pieces, "a", 1);
	digest_update(&pieces, NULL, 0);
	digest_update(&pieces, "bc", 2);
	sum = digest_final(&pieces);
	assert_true(digest_equal(&sum, &whole));
	sum.bytes[31] ^= 1;
	assert_false(digest_equal(&sum, &whole));
}

static void its_text_is_read_back_strictly(void **state)
{
	struct digest digest;
	struct digest expected = digest_of("abc", 3);

	(void)state;
	assert_true(digest_parse_hex(known[1][1], 64, &digest));
	assert_true(digest_equal(&digest, &expected));
	assert_false(digest_parse_hex(known[1][1], 63, &digest));
	assert_false(digest_parse_hex(
		"BDDD813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319", 64, &digest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_is_that_of_b2sum),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
		cmocka_unit_test(its_text_is_read_back_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
