/*
 * Whether a receipt or a reply is to be believed: the decisions, without the database.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_JUDGE_H
#define CERTWIRE_PUBLISHER_DISPATCH_JUDGE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "common/receipt.h"
#include "common/vouched.h"
#include "db/ledger_receipt.h"

/*
 * Believes nothing that the broker says of the receipt: parses it (601), compares unit, device and
 * number with what it was filed under (604, 603, 601), verifies the device's certificate by the
 * keyset (603; `vouched` remembers signatures that were good) and the signature (602), and that the
 * device was certified and not revoked as of the commit (603). `*ret` is new. `*ret_authentic`, set in any case: the device did sign it.
 */
bool judge_receipt(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct vouched *vouched, struct receipt *ret, bool *ret_authentic,
	struct err *err) MUST_USE NONNULL;

/* The same of a reply (621 to 624), whose content it cannot read. */
bool judge_reply(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct vouched *vouched, bool *ret_authentic, struct err *err) MUST_USE NONNULL;

/*
 * One item against the delivery it names, the ledger being in that epoch: 605 when there is none, 606
 * when they differ. An item of an earlier epoch may have come under a number that a restore has lost,
 * or name a delivery that it has lost wholly: then `*ret_lost`, and it waits for it.
 */
bool judge_item(const struct receipt_item *item, const struct ledger_delivery *delivery,
	int64_t epoch, bool *ret_lost, struct err *err) MUST_USE NONNULL;

#endif
