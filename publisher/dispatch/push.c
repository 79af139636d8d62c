#include "publisher/dispatch/push.h"

#include <assert.h>
#include <string.h>

#include "common/topic.h"
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
	const struct parts_message *part;
	char topic[TOPIC_SIZE];

	if (!parts_read(&dispatch->parts, &dispatch->ledger, &push->publication, push->next,
			push->count, &part, err))
		return false;
	if (!part) {
		pushes_drop_first(pushes);
		return true;
	}
	*ret =
		message_new(topic_channel(push->channel, topic), part->payload, sizeof part->payload, err);
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
