#include "publisher/dispatch/lane.h"

#include <stdlib.h>

struct lane_item {
	struct lane_item *next;
	struct message *message; /* a reference */
};

void lane_init(struct lane *lane, size_t max_bytes)
{
	*lane = (struct lane){.max_bytes = max_bytes};
}

void lane_clear(struct lane *lane)
{
	struct message *message;

	while ((message = lane_pop(lane)))
		message_unref(message);
}

bool lane_has_room(const struct lane *lane)
{
	return lane->bytes < lane->max_bytes / 2;
}

bool lane_push(struct lane *lane, struct message *message, struct err *err)
{
	struct lane_item *item;

	if (message->len > lane->max_bytes - lane->bytes)
		return err_set(err, ERR_SYSTEM, "more than %zu bytes wait for a broker", lane->max_bytes);
	item = malloc(sizeof *item);
	if (!item)
		return err_set(err, ERR_SYSTEM, "out of memory for a waiting message");
	*item = (struct lane_item){.message = message_ref(message)};
	if (lane->last)
		lane->last->next = item;
	else
		lane->first = item;
	lane->last = item;
	lane->bytes += message->len;
	return true;
}

struct message *lane_pop(struct lane *lane)
{
	struct lane_item *item = lane->first;
	struct message *message;

	if (!item)
		return NULL;
	lane->first = item->next;
	if (!lane->first)
		lane->last = NULL;
	message = item->message;
	lane->bytes -= message->len;
	free(item);
	return message;
}
