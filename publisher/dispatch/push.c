#include "publisher/dispatch/push.h"

#include <assert.h>
#include <string.h>

#include "common/part.h"
#include "common/topic.h"
#include "db/ledger_issue.h"
#include "publisher/dispatch/dispatch.h"

void pushes_add(struct pushes *pushes, const struct push *push)
{
	if (pushes->length < PUSHES_MAX && push->next < push->end)
		pushes->items[pushes->length++] = *push;
}

bool pushes_ready(const struct pushes *pushes)
{
	return pushes->length > 0 && pushes->underway == 0;
}

static void pushes_drop_first(struct pushes *pushes)
{
	pushes->length--;
	memmove(pushes->items, pushes->items + 1, pushes->length * sizeof pushes->items[0]);
}

bool pushes_next(
	struct dispatch *dispatch, struct pushes *pushes, struct message **ret, struct err *err)
{
	struct push *push = &pushes->items[0];
	struct part part = {
		.publication = push->publication, .index = push->next, .count = push->count};
	uint8_t payload[PART_MESSAGE_BYTES];
	char topic[TOPIC_SIZE];
	auto_rows struct pg_rows *rows = NULL;

	if (!ledger_read_parts(
			&dispatch->ledger, &push->publication, part.index, part.index, &rows, err))
		return false;
	if (pg_row_count(rows) == 0) {
		pushes_drop_first(pushes);
		return true;
	}
	if (!ledger_part_at(rows, 0, &part, err))
		return false;
	part_format(&part, payload);
	*ret = message_new(topic_channel(push->channel, topic), payload, sizeof payload, err);
	if (!*ret)
		return false;
	if (++push->next == push->end)
		pushes_drop_first(pushes);
	return true;
}

void push_start(struct dispatch *dispatch, const struct pub_id *publication, const char *channel,
	uint32_t parts)
{
	uint32_t limit = (uint32_t)dispatch->config->settings.push_parts;
	struct push push = {
		.publication = *publication,
		.count = parts,
		.end = parts < limit ? parts : limit,
	};

	assert(strlen(channel) < sizeof push.channel);
	memcpy(push.channel, channel, strlen(channel) + 1);
	for (size_t i = 0; i < dispatch->broker_count; i++)
		if (broker_is_ready(&dispatch->brokers[i]))
			pushes_add(&dispatch->feeds[i].pushes, &push);
}
