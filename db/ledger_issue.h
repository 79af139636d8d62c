/*
 * The ledger where publications become entries: what is due, its parts, issuing, signing. See
 * db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_ISSUE_H
#define CERTWIRE_DB_LEDGER_ISSUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/entry.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/part.h"
#include "common/pub_id.h"
#include "common/seal.h"
#include "db/ledger.h"

/* A publication that an editor asked to be issued, as the database has it. */
struct ledger_draft {
	struct entry entry; /* owned: kind, publication, manifest, body, signatures; the rest is zero */
	char channel[CHANNEL_SIZE];
	char number[NUMBER_SIZE];
	int64_t not_before; /* or TIME_NONE */
	int64_t expires_at; /* or TIME_NONE */
	struct pg_bytes audience; /* the rule; borrowed from the rows */
	bool has_grant; /* the content key is sealed to the dispatcher that asked */
	uint8_t grant[GRANT_BYTES];
	struct manifest_reference references[LIMIT_REFERENCES]; /* none until they are read */
	size_t reference_count;
};

void ledger_draft_release(struct ledger_draft *draft) NONNULL;

/* Publications that are to be issued now, first asked first. `kid` is the dispatcher's own. */
bool ledger_drafts(struct ledger *ledger, const char *kid, int64_t limit, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;
/* `*ret` is new. */
bool ledger_draft_at(const struct pg_rows *rows, int row, struct ledger_draft *ret,
	struct err *err) MUST_USE NONNULL;

/* Reads what it recalls or supersedes, as the database has it. */
bool ledger_draft_references(
	struct ledger *ledger, struct ledger_draft *draft, struct err *err) MUST_USE NONNULL;

/* Parts from..to of a publication that is due or issued and not over, in order; nobody's right. */
bool ledger_read_parts(struct ledger *ledger, const struct pub_id *publication, uint32_t from,
	uint32_t to, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Sets index and bytes alone; the bytes are borrowed from the rows. */
bool ledger_part_at(
	const struct pg_rows *rows, int row, struct part *ret, struct err *err) MUST_USE NONNULL;

struct ledger_issued {
	bool done; /* false: it was no longer due, or somebody has signed since */
	int64_t deliveries;
	bool to_channel; /* the audience is everyone entitled to the channel */
};

/*
 * Issues it with those `signatures` (their number): freezes the audience, numbers the entries. What it
 * recalls or supersedes (at most LIMIT_REFERENCES, asserted) is owed to nobody any more.
 */
bool ledger_issue(struct ledger *ledger, const struct pub_id *publication, size_t signatures,
	size_t target_count, const struct pub_id *targets, struct ledger_issued *ret,
	struct err *err) MUST_USE NONNULL;

struct ledger_rest {
	bool done;
	int64_t deliveries;
	struct pub_id publication;
};

/* Where a head start is over, one publication is entered for everyone else who may receive it. */
bool ledger_issue_rest(
	struct ledger *ledger, struct ledger_rest *ret, struct err *err) MUST_USE NONNULL;

/* Asks for the issue of what editors scheduled for now, unless its audience is not the approved one. */
bool ledger_release_scheduled(struct ledger *ledger, struct err *err) MUST_USE NONNULL;

struct ledger_filled {
	int64_t entries;
	bool more; /* units whose rights are still to be looked at */
};

/*
 * Of at most so many units whose rights may have begun: enters for them what the channels' policies say
 * of the time before.
 */
bool ledger_fill(struct ledger *ledger, int64_t max_units, struct ledger_filled *ret,
	struct err *err) MUST_USE NONNULL;

/* It is not issued until an editor asks again, who sees the refusal code. */
bool ledger_refuse_issue(struct ledger *ledger, const struct pub_id *publication, int code,
	struct err *err) MUST_USE NONNULL;

/*
 * Unsigned entries of units in good standing, by unit and number. `previous` is the digest of the
 * signed entry before; where that one is unsigned too, it is zero and comes in the row before.
 */
bool ledger_entries_to_sign(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* `*ret` is new. */
bool ledger_entry_at(
	const struct pg_rows *rows, int row, struct entry *ret, struct err *err) MUST_USE NONNULL;

enum { LEDGER_SIGNATURES_MAX = 256 };

/* All borrowed. */
struct ledger_signature {
	const char *unit;
	int64_t epoch;
	int64_t number;
	struct pg_bytes payload;
	struct pg_bytes digest;
	const char *jws;
};

/* At most LEDGER_SIGNATURES_MAX (asserted), all or none. */
bool ledger_put_signatures(struct ledger *ledger, const char *kid, size_t count,
	const struct ledger_signature *signatures, struct err *err) MUST_USE NONNULL;

#endif
