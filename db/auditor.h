/*
 * What an auditor reads of the audit: raw columns, computed by nothing in the database. A connection
 * as a member of certwire_auditor.
 */
#ifndef CERTWIRE_DB_AUDITOR_H
#define CERTWIRE_DB_AUDITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/audit_chain.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* A link and what it is about; borrowed from the rows. */
struct auditor_record {
	struct audit_record record;
	struct digest digest; /* as the link states it */
	bool is_gone; /* the link's row is not there: of the record only the sequence is */
};

/* Links after a sequence in their order, at most `limit`. */
bool auditor_records(struct pg *pg, int64_t after, int64_t limit, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;
/* ERR_DENIED when a column holds what it cannot. */
bool auditor_record_at(const struct pg_rows *rows, int row, struct auditor_record *ret,
	struct err *err) MUST_USE NONNULL;

/* Numbers of one moment: rows of the audit, links, and the highest sequence. */
struct auditor_counts {
	int64_t acts;
	int64_t links;
	int64_t last;
};

bool auditor_counts(struct pg *pg, struct auditor_counts *ret, struct err *err) MUST_USE NONNULL;

/* The first act without a link, or no row. */
bool auditor_unlinked(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Its time, login, act and subject; the sequence is 0. */
struct audit_record auditor_unlinked_at(const struct pg_rows *rows, int row) NONNULL;

/* Heads that were kept as anchors; column 0 is the JWS. */
bool auditor_anchors(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

#endif
