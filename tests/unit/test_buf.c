#include "tests/unit/test.h"

#include "common/buf.h"

#include <stdlib.h>

/* Linked with --wrap=realloc: the nth call from now fails, 0 for none. */
static int failing_call;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_realloc(void *memory, size_t size)
{
	if (failing_call > 0 && --failing_call == 0)
		return NULL;
	return __real_realloc(memory, size);
}

static void appended_bytes_are_followed_by_a_nul(void **state)
{
	auto_buf struct buf buf = BUF_INIT(1000);
	struct err err;

	(void)state;
	assert_string_equal(buf_str(&buf), "");
	assert_done(buf_append(&buf, "ab", 2, &err));
	assert_done(buf_append_str(&buf, "周", &err));
	assert_done(buf_printf(&buf, &err, "-%d", 47));
	assert_done(buf_append(&buf, NULL, 0, &err));
	assert_string_equal(buf_str(&buf), "ab周-47");
	assert_int_equal(buf.len, strlen("ab周-47"));
	buf_clear(&buf);
	assert_string_equal(buf_str(&buf), "");
}

static void the_maximum_is_reached_and_never_passed(void **state)
{
	auto_buf struct buf buf = BUF_INIT(5);
	struct err err;

	(void)state;
	assert_done(buf_append_str(&buf, "12345", &err));
	assert_refused(buf_append_str(&buf, "6", &err), ERR_DATA, "limit of 5 bytes");
	assert_refused(buf_printf(&buf, &err, "%d", 6), ERR_DATA, "limit of 5 bytes");
	assert_refused(buf_reserve(&buf, SIZE_MAX, &err), ERR_DATA, "limit of 5 bytes");
	assert_string_equal(buf_str(&buf), "12345");
}

static void an_empty_buffer_may_have_a_maximum_of_zero(void **state)
{
	auto_buf struct buf buf = BUF_INIT(0);
	struct err err;

	(void)state;
	assert_done(buf_append(&buf, "", 0, &err));
	assert_refused(buf_append(&buf, "x", 1, &err), ERR_DATA, "limit of 0 bytes");
}

static void many_small_appends_keep_their_order(void **state)
{
	auto_buf struct buf buf = BUF_INIT(100000);
	struct err err;

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_done(buf_printf(&buf, &err, "%04d", i));
	for (int i = 0; i < 10000; i++)
		assert_int_equal(strtol((char[]){buf.data[4 * i], buf.data[4 * i + 1], buf.data[4 * i + 2],
									buf.data[4 * i + 3], 0},
							 NULL, 10),
			i);
	assert_true(buf.cap <= buf.max + 1);
}

static void a_stolen_string_leaves_an_empty_buffer(void **state)
{
	auto_buf struct buf buf = BUF_INIT(10);
	auto_free char *text = NULL;
	auto_free char *empty = NULL;
	struct err err;

	(void)state;
	assert_done(buf_append_str(&buf, "text", &err));
	text = buf_steal_str(&buf);
	assert_string_equal(text, "text");
	assert_int_equal(buf.len, 0);
	empty = buf_steal_str(&buf);
	assert_string_equal(empty, "");
	assert_done(buf_append_str(&buf, "again", &err));
}

static void what_is_moved_comes_behind_what_was_there_and_is_gone_where_it_was(void **state)
{
	auto_buf struct buf buf = BUF_INIT(10);
	auto_buf struct buf from = BUF_INIT(100);
	struct err err;
	const uint8_t *memory;

	(void)state;
	assert_done(buf_move(&buf, &from, &err));
	assert_string_equal(buf_str(&buf), "");
	assert_done(buf_append_str(&from, "first", &err));
	memory = from.data;
	assert_done(buf_move(&buf, &from, &err));
	assert_ptr_equal(buf.data, memory);
	assert_int_equal(from.len, 0);
	assert_done(buf_append_str(&from, "then", &err));
	assert_done(buf_move(&buf, &from, &err));
	assert_string_equal(buf_str(&buf), "firstthen");
	assert_int_equal(from.len, 0);
	assert_done(buf_append_str(&from, "xx", &err));
	assert_refused(buf_move(&buf, &from, &err), ERR_DATA, "limit of 10");
	assert_string_equal(buf_str(&from), "xx");
	assert_string_equal(buf_str(&buf), "firstthen");
	buf_clear(&buf);
	assert_done(buf_move(&buf, &from, &err));
	assert_string_equal(buf_str(&buf), "xx");
	assert_done(buf_append_str(&from, "more than ten", &err));
	assert_refused(buf_move(&buf, &from, &err), ERR_DATA, "limit of 10");
	assert_refused(buf_append_str(&buf, "123456789", &err), ERR_DATA, "limit of 10");
}

static void without_memory_the_buffer_stays_as_it_was(void **state)
{
	auto_buf struct buf buf = BUF_INIT(SIZE_MAX);
	struct err err;
	char much[4096] = {0};

	(void)state;
	failing_call = 1;
	assert_refused(buf_append_str(&buf, "x", &err), ERR_SYSTEM, "out of memory");
	assert_int_equal(buf.len, 0);
	assert_done(buf_append_str(&buf, "kept", &err));
	failing_call = 1;
	assert_refused(buf_append(&buf, much, sizeof much, &err), ERR_SYSTEM, "out of memory");
	assert_string_equal(buf_str(&buf), "kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appended_bytes_are_followed_by_a_nul),
		cmocka_unit_test(the_maximum_is_reached_and_never_passed),
		cmocka_unit_test(an_empty_buffer_may_have_a_maximum_of_zero),
		cmocka_unit_test(many_small_appends_keep_their_order),
		cmocka_unit_test(a_stolen_string_leaves_an_empty_buffer),
		cmocka_unit_test(what_is_moved_comes_behind_what_was_there_and_is_gone_where_it_was),
		cmocka_unit_test(without_memory_the_buffer_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
