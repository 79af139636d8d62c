/*
 * Whether a receipt is to be believed: the decisions, without the database.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_JUDGE_H
#define CERTWIRE_PUBLISHER_DISPATCH_JUDGE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "common/receipt.h"
#include "db/ledger_receipt.h"

/*
 * Believes nothing that the broker says of the receipt: parses it (601), compares unit, device and
 * number with what it was filed under (604, 603, 601), verifies the device's certificate by the
 * keyset as of the commit (603), that it was not revoked by then (603), and the signature (602).
 * `*ret` is new.
 */
bool judge_receipt(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct receipt *ret, struct err *err) MUST_USE NONNULL;

/* One item against the delivery it names: 605 when there is none, 606 when they differ. */
bool judge_item(const struct receipt_item *item, const struct ledger_delivery *delivery,
	struct err *err) MUST_USE NONNULL;

#endif
