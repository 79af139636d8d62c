/*
 * The audit's chain walked from its first record, every digest computed here, and held against anchors.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_CHAIN_H
#define CERTWIRE_PUBLISHER_CLI_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/audit_chain.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/auditor.h"
#include "db/pg.h"
#include "publisher/cli/anchors.h"

struct chain {
	const struct anchors *anchors; /* borrowed, sorted */
	size_t next_anchor;
	const struct anchor *proof; /* the last one that holds; NULL: none yet */
	int64_t proven_at_us; /* when the record happened that it names */
	int64_t sequence; /* of the last record that holds */
	struct digest digest;
};

void chain_init(struct chain *chain, const struct anchors *anchors) NONNULL;

/* Takes in the next record. ERR_DENIED, saying what was done to which record, when it does not hold. */
bool chain_take(
	struct chain *chain, const struct auditor_record *record, struct err *err) MUST_USE NONNULL;

/* After the last record: ERR_DENIED when an anchor knows of more. */
bool chain_end(const struct chain *chain, struct err *err) MUST_USE NONNULL;

/*
 * All of it: reads PostgreSQL page by page, and at last looks for what lies beside the chain. The
 * anchors must have been read before.
 */
bool chain_walk(struct chain *chain, struct pg *pg, struct err *err) MUST_USE NONNULL;

#endif
