/*
 * The parts that were read last, as messages. A part is the same for every unit, and units that come back ask for
 * the same ones at the same time: PostgreSQL is asked for each once, and for each unit only whether it may have it.
 * What is here is sealed, as it is on the line.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_PARTS_H
#define CERTWIRE_PUBLISHER_DISPATCH_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/part.h"
#include "common/pub_id.h"
#include "db/ledger.h"

/* 2 MiB: four windows. */
enum { PARTS_KEPT = 64 };

struct parts_message {
	struct pub_id publication;
	uint32_t index;
	uint64_t used; /* when, in asks of all */
	uint8_t payload[PART_MESSAGE_BYTES];
};

/* Zeroed, it is empty. */
struct parts {
	struct parts_message *kept[PARTS_KEPT]; /* owned */
	size_t count;
	uint64_t asks;
};

void parts_clear(struct parts *parts) NONNULL;

/* Borrowed until the next call with these parts; NULL: it is not among them. */
const struct parts_message *parts_find(
	struct parts *parts, const struct pub_id *publication, uint32_t index) MUST_USE NONNULL;

/* Keeps the part, in the place of the one that was asked for least lately; borrowed likewise. */
const struct parts_message *parts_keep(
	struct parts *parts, const struct part *part, struct err *err) MUST_USE NONNULL;

/*
 * Finds the part of a publication with so many, or reads and keeps it. `*ret` is borrowed likewise, and NULL when the
 * ledger has no such part to give.
 */
bool parts_read(struct parts *parts, struct ledger *ledger, const struct pub_id *publication,
	uint32_t index, uint32_t count, const struct parts_message **ret,
	struct err *err) MUST_USE NONNULL;

#endif
