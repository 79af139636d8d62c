#include "broker-plugins/receipts/presence.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct presence_record {
	struct presence_word now;
	bool was_told; /* it is in the queue `told` */
	bool told_present; /* what the writer was told last; false when nothing */
	LIST_ENTRY(presence_record) bucket;
	TAILQ_ENTRY(presence_record) queue;
};

bool presence_init(struct presence *presence, struct err *err)
{
	TAILQ_INIT(&presence->untold);
	TAILQ_INIT(&presence->told);
	presence->buckets = calloc(PRESENCE_BUCKETS, sizeof(*presence->buckets));
	if (!presence->buckets)
		return err_set(err, ERR_SYSTEM, "out of memory for the devices that are here");
	if (ring_init(&presence->words, PRESENCE_SLOTS, sizeof(struct presence_word), err))
		return true;
	free(presence->buckets);
	return false;
}

static struct presence_queue *queue_of(
	struct presence *presence, const struct presence_record *record)
{
	return record->was_told ? &presence->told : &presence->untold;
}

static void forget(struct presence *presence, struct presence_record *record)
{
	TAILQ_REMOVE(queue_of(presence, record), record, queue);
	LIST_REMOVE(record, bucket);
	free(record);
}

void presence_release(struct presence *presence)
{
	struct presence_record *record;

	while ((record = TAILQ_FIRST(&presence->untold)))
		forget(presence, record);
	while ((record = TAILQ_FIRST(&presence->told)))
		forget(presence, record);
	free(presence->buckets);
	ring_release(&presence->words);
}

static struct presence_bucket *bucket_of(struct presence *presence, const char *unit)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *unit; unit++)
		hash = (hash ^ (uint8_t)*unit) * UINT64_C(1099511628211);
	return &presence->buckets[hash % PRESENCE_BUCKETS];
}

static struct presence_record *find(struct presence *presence, const char *unit, const char *device)
{
	struct presence_record *record;

	LIST_FOREACH(record, bucket_of(presence, unit), bucket)
	if (strcmp(record->now.unit, unit) == 0 && strcmp(record->now.device, device) == 0)
		return record;
	return NULL;
}

static struct presence_record *add(struct presence *presence, const char *unit, const char *device)
{
	struct presence_record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	(void)snprintf(record->now.unit, sizeof(record->now.unit), "%s", unit);
	(void)snprintf(record->now.device, sizeof(record->now.device), "%s", device);
	LIST_INSERT_HEAD(bucket_of(presence, unit), record, bucket);
	TAILQ_INSERT_TAIL(&presence->untold, record, queue);
	return record;
}

static void move_to(struct presence *presence, struct presence_record *record, bool was_told)
{
	if (record->was_told == was_told)
		return;
	TAILQ_REMOVE(queue_of(presence, record), record, queue);
	record->was_told = was_told;
	TAILQ_INSERT_TAIL(queue_of(presence, record), record, queue);
}

static bool split(
	const char *client_id, char unit[static UNIT_SIZE], char device[static DEVICE_SIZE])
{
	return ident_split_client_id(client_id, strlen(client_id), unit, device) &&
		   strcmp(unit, IDENT_DISPATCHER) != 0;
}

static void set(struct presence *presence, struct presence_record *record, bool is_present)
{
	record->now.is_present = is_present;
	move_to(presence, record, record->told_present == is_present);
	if (!is_present && !record->told_present)
		forget(presence, record);
}

void presence_came(struct presence *presence, const char *client_id)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	struct presence_record *record;

	if (!split(client_id, unit, device))
		return;
	record = find(presence, unit, device);
	if (!record)
		record = add(presence, unit, device);
	/* Short of memory it is not here for now; its next sync says so again. */
	if (record)
		set(presence, record, true);
}

void presence_left(struct presence *presence, const char *client_id)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	struct presence_record *record;

	if (!split(client_id, unit, device))
		return;
	record = find(presence, unit, device);
	if (record)
		set(presence, record, false);
}

void presence_tell(struct presence *presence)
{
	struct presence_record *record;

	while ((record = TAILQ_FIRST(&presence->untold))) {
		if (!ring_push(&presence->words, &record->now))
			return;
		record->told_present = record->now.is_present;
		if (record->now.is_present)
			move_to(presence, record, true);
		else
			forget(presence, record);
	}
}

void presence_repeat(struct presence *presence)
{
	struct presence_record *record;

	while ((record = TAILQ_FIRST(&presence->told))) {
		record->told_present = false;
		move_to(presence, record, false);
	}
}

bool presence_take(struct presence *presence, struct presence_word *ret)
{
	return ring_pop(&presence->words, ret);
}
