/*
 * Syncs that wait to be answered at one broker, by unit. Each unit has one answer underway and few
 * syncs behind it; units take turns. What does not fit is dropped: a lost sync comes again.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_TALK_H
#define CERTWIRE_PUBLISHER_DISPATCH_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"

enum {
	TALK_UNITS_MAX = 16384, /* units that wait at one broker */
	TALK_SYNCS_MAX = 8, /* of one unit */
	TALK_BYTES_MAX = 32 * 1024 * 1024, /* of all syncs that wait at one broker */
};

struct answer;

struct talk {
	char unit[UNIT_SIZE];
	struct buf syncs[TALK_SYNCS_MAX]; /* oldest first; owned */
	size_t sync_count;
	struct answer *answer; /* underway, owned; NULL: the next sync is to be taken */
	struct talk *next;
};

struct talks {
	struct talk *first; /* whose turn it is; owned */
	struct talk *last;
	size_t count;
	size_t bytes;
	uint64_t dropped; /* syncs for which there was no room */
};

/* Drops everything; usable again. A zeroed struct is empty too. */
void talks_clear(struct talks *talks) NONNULL;

/* Keeps a copy of the sync behind those of its unit, or counts it as dropped. */
void talks_put(struct talks *talks, const char *unit, const void *sync, size_t len) NONNULL;

/* The talk whose turn it is, NULL when there is none. */
struct talk *talks_first(struct talks *talks) NONNULL;

/* The first one's oldest sync, which is the caller's to release; false when none waits. */
bool talks_take_sync(struct talks *talks, struct buf *ret) NONNULL;

/* The first one had its turn: it goes to the end, or away when nothing of it is left. */
void talks_turn(struct talks *talks) NONNULL;

#endif
