/*
 * What heads say, read for many units at a time. See db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_HEAD_H
#define CERTWIRE_DB_LEDGER_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/head.h"
#include "common/macros.h"
#include "db/ledger.h"

/*
 * The heads of these units, in `ret` in their order: all of each but device, nonce and time. ERR_DATA when there is no
 * such unit, or its name is too long; then `ret` is undefined.
 */
bool ledger_heads_of(struct ledger *ledger, size_t count, const char *const *units,
	struct head *ret, struct err *err) MUST_USE NONNULL;

/*
 * Keeps a signed head that has a checkpoint as an anchor of the audit; one is kept for each link.
 * ERR_DATA when that link's digest is not the head's.
 */
bool ledger_put_anchor(struct ledger *ledger, const struct head *head, const char *jws,
	struct err *err) MUST_USE NONNULL;

#endif
