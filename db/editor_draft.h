/*
 * Putting a draft into PostgreSQL: begin, its parts and sealed content keys, finish; all in one
 * transaction of the caller's.
 */
#ifndef CERTWIRE_DB_EDITOR_DRAFT_H
#define CERTWIRE_DB_EDITOR_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/seal.h"
#include "db/pg.h"

struct editor_draft {
	const struct manifest *manifest;
	struct digest manifest_digest;
	const struct body *body;
	const void *audience; /* the rule, whose digest the manifest carries */
	size_t audience_len;
	int64_t keyset; /* version that the drafter went by */
	int approvals_needed; /* as that keyset says */
};

bool editor_draft_begin(
	struct pg *pg, const struct editor_draft *draft, struct err *err) MUST_USE NONNULL;
bool editor_draft_part(struct pg *pg, const char *id, uint32_t index,
	const uint8_t part[static PART_BYTES], struct err *err) MUST_USE NONNULL;
bool editor_put_content_key(struct pg *pg, const char *id, const char *kid,
	const uint8_t sealed[static GRANT_BYTES], struct err *err) MUST_USE NONNULL;

/* How far a publication's approval is. */
struct editor_approval {
	bool is_approved;
	int signatures; /* so far, the drafter's included */
	int needed;
};

bool editor_draft_finish(struct pg *pg, const char *id, const char *kid, const char *signature,
	struct editor_approval *ret, struct err *err) MUST_USE NONNULL;

/* Another editor's signature; ERR_DENIED for the drafter, ERR_DATA the second time. */
bool editor_approve(struct pg *pg, const char *id, const char *kid, const char *signature,
	struct editor_approval *ret, struct err *err) MUST_USE NONNULL;

#endif
