/*
 * The ledger where a newer keyset has consequences for what is there already. See db/ledger.h for what
 * all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_REKEY_H
#define CERTWIRE_DB_LEDGER_REKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "common/seal.h"
#include "db/ledger.h"
#include "db/ledger_issue.h"

/* Entries that nobody but the `count` lost keys has signed, newest epoch first. */
bool ledger_to_resign(struct ledger *ledger, size_t count, const char *const *lost, int64_t limit,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* All but the JWS, for ledger_put_signatures; borrowed from the rows. */
void ledger_resign_at(const struct pg_rows *rows, int row, struct ledger_signature *ret) NONNULL;

enum { LEDGER_WRAPPED_MAX = 128 };

/* A content key for one key of the keyset. */
struct ledger_wrapped {
	struct pub_id publication;
	char kid[KID_SIZE];
	uint8_t sealed[GRANT_BYTES];
};

/* Content keys that are sealed to `kid`, and for which of `kids` they are not. */
bool ledger_to_wrap(struct ledger *ledger, const char *kid, size_t count, const char *const *kids,
	int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Publication and kid for whom; `sealed` is as it is sealed to the asker. */
bool ledger_wrap_at(const struct pg_rows *rows, int row, struct ledger_wrapped *ret,
	uint8_t sealed[static GRANT_BYTES], struct err *err) MUST_USE NONNULL;

/* At most LEDGER_WRAPPED_MAX (asserted). */
bool ledger_put_wrapped(struct ledger *ledger, size_t count, const struct ledger_wrapped *wrapped,
	struct err *err) MUST_USE NONNULL;

#endif
