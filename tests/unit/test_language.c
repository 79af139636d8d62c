/* Without a catalogue, as in the broker and in every test: a text is itself. */
#include "tests/unit/test.h"

#include "common/err.h"
#include "common/language.h"

#include <string.h>

static void without_a_catalogue_a_text_is_itself(void **state)
{
	static const char text[] = "out of memory";

	(void)state;
	assert_ptr_equal(language_text(text), text);
	assert_string_equal(language_text(""), "");
}

static void a_stored_text_keeps_all_its_pieces(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(language_stored(out, sizeof out, "cannot connect: no route: x"),
		"cannot connect: no route: x");
	assert_string_equal(language_stored(out, sizeof out, ""), "");
	assert_string_equal(language_stored(out, sizeof out, ": "), ": ");
}

static void a_stored_text_is_cut_to_its_buffer(void **state)
{
	char out[8];
	char longer[600];
	char whole[700];

	(void)state;
	assert_string_equal(language_stored(out, sizeof out, "a: b: c: d: e"), "a: b: c");
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_string_equal(language_stored(whole, sizeof whole, longer), longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_catalogue_a_text_is_itself),
		cmocka_unit_test(a_stored_text_keeps_all_its_pieces),
		cmocka_unit_test(a_stored_text_is_cut_to_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
