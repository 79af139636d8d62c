#include "tests/unit/test.h"

#include <string.h>

#include "publisher/dispatch/parts.h"

enum { MANY = PARTS_KEPT + 1 };

static struct pub_id id_of(uint8_t number)
{
	struct pub_id id = {.bytes = {number}};

	return id;
}

/* Part `index` of publication `number`, of bytes that tell which it is. */
static const struct parts_message *keep(struct parts *parts, uint8_t number, uint32_t index)
{
	uint8_t bytes[PART_BYTES];
	const struct part part = {
		.publication = id_of(number), .index = index, .count = MANY, .bytes = bytes};
	const struct parts_message *kept;
	struct err err;

	memset(bytes, (int)(number + index), sizeof(bytes));
	kept = parts_keep(parts, &part, &err);
	assert_non_null(kept);
	return kept;
}

static const struct parts_message *find(struct parts *parts, uint8_t number, uint32_t index)
{
	const struct pub_id id = id_of(number);

	return parts_find(parts, &id, index);
}

static void a_part_is_found_as_the_message_that_it_is(void **state)
{
	struct parts parts = {.count = 0};
	const struct parts_message *kept;
	struct part part;
	struct err err;

	(void)state;
	keep(&parts, 1, 0);
	keep(&parts, 1, 1);
	keep(&parts, 2, 1);
	kept = find(&parts, 1, 1);
	assert_non_null(kept);
	assert_done(part_parse(kept->payload, sizeof(kept->payload), &part, &err));
	assert_int_equal(part.publication.bytes[0], 1);
	assert_int_equal(part.index, 1);
	assert_int_equal(part.count, MANY);
	assert_int_equal(part.bytes[PART_BYTES - 1], 2);
	assert_null(find(&parts, 2, 0));
	assert_null(find(&parts, 3, 1));
	parts_clear(&parts);
	assert_null(find(&parts, 1, 1));
	parts_clear(&parts);
}

static void what_nobody_asks_for_gives_its_place_away(void **state)
{
	struct parts parts = {.count = 0};

	(void)state;
	for (uint32_t index = 0; index < PARTS_KEPT; index++) {
		assert_null(find(&parts, 1, index));
		keep(&parts, 1, index);
	}
	assert_non_null(find(&parts, 1, 0));
	assert_null(find(&parts, 2, 0));
	keep(&parts, 2, 0);
	assert_int_equal(parts.count, PARTS_KEPT);
	assert_null(find(&parts, 1, 1));
	assert_non_null(find(&parts, 1, 0));
	assert_non_null(find(&parts, 2, 0));
	for (uint32_t index = 2; index < PARTS_KEPT; index++)
		assert_non_null(find(&parts, 1, index));
	parts_clear(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_found_as_the_message_that_it_is),
		cmocka_unit_test(what_nobody_asks_for_gives_its_place_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
