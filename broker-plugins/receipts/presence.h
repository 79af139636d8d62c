/*
 * Which devices are here: one state for each client id, told to the writer when it changes. A device
 * is here from its first sync until its connection ends.
 */
#ifndef CERTWIRE_RECEIPTS_PRESENCE_H
#define CERTWIRE_RECEIPTS_PRESENCE_H

#include "broker-plugins/kit/ring.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

enum { PRESENCE_BUCKETS = 4096, PRESENCE_SLOTS = 1024 };

/* What the writer is told. */
struct presence_word {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	bool is_present;
};

struct presence_record;
LIST_HEAD(presence_bucket, presence_record);
TAILQ_HEAD(presence_queue, presence_record);

struct presence {
	struct presence_bucket *buckets; /* owned */
	struct presence_queue untold; /* whose state the writer does not know yet */
	struct presence_queue told;
	struct ring words; /* of struct presence_word */
};

bool presence_init(struct presence *presence, struct err *err) MUST_USE NONNULL;
void presence_release(struct presence *presence) NONNULL;

/* The loop's side. Client ids that are no device's are passed over, dispatchers' too. */
void presence_came(struct presence *presence, const char *client_id) NONNULL;
void presence_left(struct presence *presence, const char *client_id) NONNULL;

/* The loop's side, on each tick: hands over as many changes as there is room for. */
void presence_tell(struct presence *presence) NONNULL;

/* The loop's side: the writer has to be told of all who are here once more. */
void presence_repeat(struct presence *presence) NONNULL;

/* The writer's side: the next; false when there is none. */
bool presence_take(struct presence *presence, struct presence_word *ret) MUST_USE NONNULL;

#endif
