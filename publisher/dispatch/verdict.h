/*
 * What becomes of one receipt or reply: judged without the database, then each of its items compared with the
 * delivery that it names.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_VERDICT_H
#define CERTWIRE_PUBLISHER_DISPATCH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/keyset.h"
#include "common/log.h"
#include "common/macros.h"
#include "common/receipt.h"
#include "common/vouched.h"
#include "db/ledger_receipt.h"

struct verdict {
	struct ledger_receipt filed; /* borrows from the rows it was read from */
	bool is_reply;
	struct receipt
		receipt; /* owned; empty of a reply, and when it was not believed from the start */
	struct err why; /* code 0: believed */
	bool authentic; /* the device signed it, under the labels it was filed with */
	size_t settled; /* of its items: these, in front; the others wait for what a restore lost */
};

/* All that can be known of `filed` without its deliveries. The rest of `verdict` is filled in. */
void verdict_judge(
	struct verdict *verdict, const struct keyset *keyset, struct vouched *vouched) NONNULL;

/* Compares its items with their deliveries, one for each, and brings to the front what can be settled now. */
void verdict_compare(struct verdict *verdict, const struct ledger_delivery *deliveries)
	__attribute__((nonnull(1)));

/* As the ledger takes it. Borrows from the verdict. */
struct ledger_verdict verdict_for_ledger(const struct verdict *verdict) NONNULL;

/* A line for each outcome. */
void verdict_log(const struct verdict *verdict, struct log *log) NONNULL;

void verdict_release(struct verdict *verdict) NONNULL;

#endif
