#include "publisher/dispatch/talk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "publisher/dispatch/answer.h"

static void talk_free(struct talk *talk)
{
	for (size_t i = 0; i < talk->sync_count; i++)
		buf_release(&talk->syncs[i]);
	answer_free(talk->answer);
	free(talk);
}

void talks_clear(struct talks *talks)
{
	while (talks->first) {
		struct talk *talk = talks->first;

		talks->first = talk->next;
		talk_free(talk);
	}
	*talks = (struct talks){0};
}

static void talks_append(struct talks *talks, struct talk *talk)
{
	talk->next = NULL;
	if (talks->last)
		talks->last->next = talk;
	else
		talks->first = talk;
	talks->last = talk;
	talks->count++;
}

/* The unit's talk, a new one at the end when it had none; NULL when there is no room. */
static struct talk *talks_find(struct talks *talks, const char *unit)
{
	struct talk *talk = talks->first;

	while (talk && strcmp(talk->unit, unit) != 0)
		talk = talk->next;
	if (talk || talks->count >= TALK_UNITS_MAX)
		return talk;
	talk = calloc(1, sizeof *talk);
	if (!talk)
		return NULL;
	assert(strlen(unit) < sizeof talk->unit);
	memcpy(talk->unit, unit, strlen(unit) + 1);
	talks_append(talks, talk);
	return talk;
}

static bool talk_add_sync(struct talk *talk, const void *sync, size_t len)
{
	struct buf copy;
	struct err err;

	if (talk->sync_count == TALK_SYNCS_MAX)
		return false;
	buf_init(&copy, LIMIT_SYNC_JWS);
	if (!buf_append(&copy, sync, len, &err))
		return false;
	talk->syncs[talk->sync_count++] = copy;
	return true;
}

void talks_put(struct talks *talks, const char *unit, const void *sync, size_t len)
{
	struct talk *talk = NULL;

	if (len <= TALK_BYTES_MAX - talks->bytes)
		talk = talks_find(talks, unit);
	if (talk && talk_add_sync(talk, sync, len))
		talks->bytes += len;
	else
		talks->dropped++;
}

struct talk *talks_first(struct talks *talks)
{
	return talks->first;
}

bool talks_take_sync(struct talks *talks, struct buf *ret)
{
	struct talk *talk = talks->first;

	if (!talk || talk->sync_count == 0)
		return false;
	*ret = talk->syncs[0];
	talks->bytes -= ret->len;
	talk->sync_count--;
	memmove(talk->syncs, talk->syncs + 1, talk->sync_count * sizeof talk->syncs[0]);
	return true;
}

void talks_turn(struct talks *talks)
{
	struct talk *talk = talks->first;

	if (!talk)
		return;
	talks->first = talk->next;
	if (!talks->first)
		talks->last = NULL;
	talks->count--;
	if (talk->answer || talk->sync_count > 0)
		talks_append(talks, talk);
	else
		talk_free(talk);
}
