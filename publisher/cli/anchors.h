/*
 * Anchors of the audit: signed heads whose checkpoint says what the chain was up to a record. Some are
 * kept in PostgreSQL, which its superuser may remove; others come in files from units, out of reach.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_ANCHORS_H
#define CERTWIRE_PUBLISHER_CLI_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "db/pg.h"

struct anchor {
	int64_t sequence;
	struct digest digest;
	int64_t epoch;
	int64_t time; /* when the head was signed */
	char unit[UNIT_SIZE]; /* whose head it is */
	const char *from; /* borrowed: file, or "PostgreSQL" */
};

struct anchors {
	struct anchor *items; /* owned */
	size_t count;
	size_t cap;
	int64_t newest_epoch;
	size_t doubtful; /* left out, since no key that signed them is believed any more */
};

/* clang-format off */
#define ANCHORS_INIT {.items = NULL}
/* clang-format on */

#define auto_anchors CLEANUP(anchors_release)

void anchors_release(struct anchors *anchors) NONNULL;

/*
 * Adds those that PostgreSQL keeps, and those of a file (a head a line), each verified by a dispatcher's
 * key of the ring. One whose key is not believed any more is left out and counted. ERR_DENIED for a
 * forged one, and when the ring lacks the keyset that one names; ERR_DATA for a malformed file.
 */
bool anchors_read_kept(struct anchors *anchors, struct pg *pg, const struct keyring *ring,
	struct err *err) MUST_USE NONNULL;
bool anchors_read_file(struct anchors *anchors, const char *path, const struct keyring *ring,
	struct err *err) MUST_USE NONNULL;

/* By sequence, then by time. */
void anchors_sort(struct anchors *anchors) NONNULL;

#endif
