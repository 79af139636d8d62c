/*
 * Who has signed a publication, and whether their signatures are right.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_APPROVALS_H
#define CERTWIRE_PUBLISHER_CLI_APPROVALS_H

#include <stdbool.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "db/editor_draft.h"
#include "db/pg.h"

/* Signatures as PostgreSQL has them, judged against the manifest's bytes at a time. */
struct approvals {
	struct pg_rows *rows; /* owned */
	const struct buf *manifest; /* borrowed */
	const struct keyset *keyset; /* borrowed */
	int64_t at;
	int right; /* how many are right */
	int wrong;
};

bool approvals_read(struct pg *pg, const char *id, const struct buf *manifest,
	const struct keyset *keyset, int64_t at, struct approvals *ret,
	struct err *err) MUST_USE NONNULL;
void approvals_release(struct approvals *approvals) NONNULL;

/* Whether the key is among the signers. */
bool approvals_include(const struct approvals *approvals, const char *kid) MUST_USE NONNULL;

/* Appends a table: name, login, time, and what is wrong with a signature, if anything. */
bool approvals_view(
	const struct approvals *approvals, struct buf *out, struct err *err) MUST_USE NONNULL;
json_t *approvals_json(const struct approvals *approvals) MUST_USE NONNULL;

/* Appends how many have signed and what comes next, naming the publication by `brief`. */
bool approval_describe(const struct editor_approval *approval, const char *brief, struct buf *out,
	struct err *err) MUST_USE NONNULL;

#endif
