/*
 * The ledger where entries become offers: sealing content keys to devices, and what is to be offered.
 * See db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_OFFER_H
#define CERTWIRE_DB_LEDGER_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/offer.h"
#include "common/pub_id.h"
#include "common/seal.h"
#include "db/ledger.h"

/* A device that lacks the content key of a publication and may have it now. */
struct ledger_sealing {
	struct pub_id publication;
	const char *unit; /* borrowed from the rows, as the next two */
	const char *device;
	const char *certificate;
	uint8_t grant[GRANT_BYTES]; /* the content key, sealed to the dispatcher that asked */
};

/*
 * Takes the entitlement lock for the rest of the transaction and reads rights under it: call it, and
 * ledger_put_grants, inside one. `kid` is the dispatcher's own. Leaves out the `skip_count` devices
 * in `skip`, named by their client ids.
 */
bool ledger_to_seal(struct ledger *ledger, const char *kid, int64_t limit, size_t skip_count,
	const char *const *skip, struct pg_rows **ret, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 6, 7)));
bool ledger_sealing_at(const struct pg_rows *rows, int row, struct ledger_sealing *ret,
	struct err *err) MUST_USE NONNULL;

enum { LEDGER_GRANTS_MAX = 256 };

struct ledger_grant {
	struct pub_id publication;
	const char *unit; /* borrowed */
	const char *device; /* borrowed */
	char kid[KID_SIZE];
	uint8_t sealed[GRANT_BYTES];
};

/* At most LEDGER_GRANTS_MAX (asserted). */
bool ledger_put_grants(struct ledger *ledger, size_t count, const struct ledger_grant *grants,
	struct err *err) MUST_USE NONNULL;

/*
 * What is to be offered now to units that are connected and may receive it; each is counted, and due
 * again after a wait that begins at `retry_s` and grows.
 */
bool ledger_offers_due(struct ledger *ledger, int64_t limit, int64_t retry_s, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;
/* `*ret_unit` is borrowed, `*ret` is new. */
bool ledger_offer_at(const struct pg_rows *rows, int row, const char **ret_unit, struct offer *ret,
	struct err *err) MUST_USE NONNULL;

#endif
