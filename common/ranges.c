#include "common/ranges.h"

#include <string.h>

#include "common/field.h"

bool ranges_add(struct ranges *ranges, uint32_t from, uint32_t to)
{
	size_t first = 0;

	/* Those that end before from - 1 stay as they are, as do those that begin after to + 1. */
	while (first < ranges->count && (uint64_t)ranges->items[first].to + 1 < from)
		first++;

	size_t end = first;

	while (end < ranges->count && ranges->items[end].from <= (uint64_t)to + 1)
		end++;

	size_t joined = end - first;
	struct range *at = &ranges->items[first];

	if (joined == 0 && ranges->count == LIMIT_SYNC_RANGES)
		return false;

	struct range range = {from, to};

	if (joined > 0) {
		range.from = at->from < from ? at->from : from;
		range.to = ranges->items[end - 1].to > to ? ranges->items[end - 1].to : to;
	}
	memmove(at + 1, &ranges->items[end], (ranges->count - end) * sizeof(*at));
	*at = range;
	ranges->count = ranges->count - joined + 1;
	return true;
}

bool ranges_contain(const struct ranges *ranges, uint32_t number)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].from <= number && number <= ranges->items[i].to)
			return true;
	return false;
}

uint32_t ranges_next_missing(const struct ranges *ranges, uint32_t from)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].from <= from && from <= ranges->items[i].to)
			return ranges->items[i].to + 1;
	return from;
}

uint64_t ranges_size(const struct ranges *ranges)
{
	uint64_t size = 0;

	for (size_t i = 0; i < ranges->count; i++)
		size += (uint64_t)ranges->items[i].to - ranges->items[i].from + 1;
	return size;
}

json_t *ranges_to_json(const struct ranges *ranges)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < ranges->count; i++) {
		json_t *pair =
			json_pack("[II]", (json_int_t)ranges->items[i].from, (json_int_t)ranges->items[i].to);

		if (json_array_append_new(list, pair) != 0)
			return NULL;
	}
	return TAKE(list);
}

static bool read_range(const struct json_object *object, const char *name, const json_t *pair,
	uint32_t min, uint32_t max, struct range *ret, struct err *err)
{
	int64_t from;
	int64_t to;

	if (json_array_size(pair) != 2)
		return field_refuse(object, name, "holds something that is no [from, to]", err);
	if (!field_item_int(object, name, pair, 0, min, max, &from, err) ||
		!field_item_int(object, name, pair, 1, from, max, &to, err))
		return false;
	*ret = (struct range){(uint32_t)from, (uint32_t)to};
	return true;
}

bool ranges_get(const struct json_object *object, const char *name, uint32_t min, uint32_t max,
	struct ranges *ret, struct err *err)
{
	const json_t *list;
	struct ranges ranges = {.count = 0};

	if (!json_get_array(object, name, 0, LIMIT_SYNC_RANGES, &list, err))
		return false;
	for (; ranges.count < json_array_size(list); ranges.count++) {
		struct range *range = &ranges.items[ranges.count];

		if (!read_range(object, name, json_array_get(list, ranges.count), min, max, range, err))
			return false;
		if (ranges.count > 0 && range->from <= (uint64_t)range[-1].to + 1)
			return field_refuse(object, name, "holds ranges that are not ascending and apart", err);
	}
	*ret = ranges;
	return true;
}
