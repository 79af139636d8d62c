#include "tests/unit/test.h"

#include "common/secret.h"

static void a_secret_begins_zeroed_and_is_released_by_its_block(void **state)
{
	auto_secret struct secret *secret = NULL;
	struct err err;

	(void)state;
	secret = secret_new(33, &err);
	assert_non_null(secret);
	assert_int_equal(secret->len, 33);
	for (size_t i = 0; i < secret->len; i++)
		assert_int_equal(secret->bytes[i], 0);
	memset(secret->bytes, 1, secret->len);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	secret_free(NULL);
}

static void more_than_there_is_memory_is_a_system_error(void **state)
{
	struct err err = {0};

	(void)state;
	assert_null(secret_new(SIZE_MAX / 2, &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_begins_zeroed_and_is_released_by_its_block),
		cmocka_unit_test(freeing_nothing_is_fine),
		cmocka_unit_test(more_than_there_is_memory_is_a_system_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
