#include "publisher/dispatch/parts.h"

#include <stdlib.h>

#include "db/ledger_issue.h"

void parts_clear(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		free(parts->kept[i]);
	*parts = (struct parts){.count = 0};
}

const struct parts_message *parts_find(
	struct parts *parts, const struct pub_id *publication, uint32_t index)
{
	parts->asks++;
	for (size_t i = 0; i < parts->count; i++) {
		struct parts_message *message = parts->kept[i];

		if (message->index == index && pub_id_equal(&message->publication, publication)) {
			message->used = parts->asks;
			return message;
		}
	}
	return NULL;
}

/* A new place, or the one that was asked for least lately; NULL: no memory for a new one. */
static struct parts_message *parts_place(struct parts *parts)
{
	struct parts_message *oldest = parts->kept[0];

	if (parts->count < PARTS_KEPT) {
		struct parts_message *place = calloc(1, sizeof *place);

		if (place)
			parts->kept[parts->count++] = place;
		return place;
	}
	for (size_t i = 1; i < parts->count; i++)
		if (parts->kept[i]->used < oldest->used)
			oldest = parts->kept[i];
	return oldest;
}

const struct parts_message *parts_keep(
	struct parts *parts, const struct part *part, struct err *err)
{
	struct parts_message *place = parts_place(parts);

	if (!place) {
		err_set(err, ERR_SYSTEM, "out of memory for a part");
		return NULL;
	}
	place->publication = part->publication;
	place->index = part->index;
	place->used = parts->asks;
	part_format(part, place->payload);
	return place;
}

bool parts_read(struct parts *parts, struct ledger *ledger, const struct pub_id *publication,
	uint32_t index, uint32_t count, const struct parts_message **ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct part part = {.publication = *publication, .count = count};

	*ret = parts_find(parts, publication, index);
	if (*ret)
		return true;
	if (!ledger_read_parts(ledger, publication, index, index, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	if (!ledger_part_at(rows, 0, &part, err))
		return false;
	*ret = parts_keep(parts, &part, err);
	return *ret != NULL;
}
