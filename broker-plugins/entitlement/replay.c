#include "broker-plugins/entitlement/replay.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEP_BUCKETS = 16 };

struct replay_entry {
	struct replay_entry *next;
	int64_t until;
	uint8_t id[TOKEN_ID_BYTES];
};

bool replay_init(struct replay *replay, struct err *err)
{
	*replay = (struct replay){.count = 0};
	replay->buckets = calloc(REPLAY_BUCKETS, sizeof(*replay->buckets));
	if (!replay->buckets)
		return err_set(err, ERR_SYSTEM, "out of memory for the tokens in use");
	return true;
}

/* Frees the entries that are past at `now`. */
static void sweep_bucket(struct replay *replay, struct replay_bucket *bucket, int64_t now)
{
	struct replay_entry **at = &bucket->first;

	while (*at) {
		struct replay_entry *entry = *at;

		if (now < entry->until) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		free(entry);
		bucket->count--;
		replay->count--;
	}
}

void replay_release(struct replay *replay)
{
	if (!replay->buckets)
		return;
	for (size_t i = 0; i < REPLAY_BUCKETS; i++)
		sweep_bucket(replay, &replay->buckets[i], INT64_MAX);
	free(replay->buckets);
	replay->buckets = NULL;
}

static struct replay_bucket *bucket_of(struct replay *replay, const char *client_id)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *client_id; client_id++)
		hash = (hash ^ (uint8_t)*client_id) * UINT64_C(1099511628211);
	return &replay->buckets[hash % REPLAY_BUCKETS];
}

bool replay_use(struct replay *replay, const char *client_id, const uint8_t id[TOKEN_ID_BYTES],
	int64_t until, int64_t now)
{
	struct replay_bucket *bucket = bucket_of(replay, client_id);
	struct replay_entry *entry;

	sweep_bucket(replay, bucket, now);
	for (entry = bucket->first; entry; entry = entry->next)
		if (memcmp(entry->id, id, TOKEN_ID_BYTES) == 0)
			return false;
	if (bucket->count >= REPLAY_CLIENT_MAX || replay->count >= REPLAY_MAX)
		return false;
	entry = malloc(sizeof(*entry));
	if (!entry)
		return false;
	memcpy(entry->id, id, TOKEN_ID_BYTES);
	entry->until = until;
	entry->next = bucket->first;
	bucket->first = entry;
	bucket->count++;
	replay->count++;
	return true;
}

void replay_sweep(struct replay *replay, int64_t now)
{
	for (int i = 0; i < SWEEP_BUCKETS; i++) {
		sweep_bucket(replay, &replay->buckets[replay->swept], now);
		replay->swept = (replay->swept + 1) % REPLAY_BUCKETS;
	}
}
