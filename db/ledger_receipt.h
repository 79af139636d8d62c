/*
 * The ledger where receipts are settled. See db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_RECEIPT_H
#define CERTWIRE_DB_LEDGER_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "common/receipt.h"
#include "db/ledger.h"

/* A receipt or reply as a broker's plugin filed it, and what is known of the device. Borrowed from rows. */
struct ledger_receipt {
	int64_t id;
	const char *unit;
	const char *device;
	int64_t number;
	struct pg_bytes raw;
	int64_t received_at;
	int64_t waited_us; /* since then, as of when it was read */
	const char *certificate; /* NULL: no such device, or not certified */
	bool revoked;
	int64_t revoked_at; /* when revoked */
	int64_t epoch; /* of the ledger, now */
};

/* Receipts that nobody judged yet, first come first. */
bool ledger_receipts(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Replies that nobody judged yet, likewise. */
bool ledger_replies(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
void ledger_receipt_at(const struct pg_rows *rows, int row, struct ledger_receipt *ret) NONNULL;

/* What an item of a receipt is compared with: a unit's delivery of a publication. */
struct ledger_delivery {
	const char *unit; /* asked for; borrowed */
	struct pub_id publication; /* asked for */
	bool found; /* else the rest means nothing */
	int64_t epoch;
	int64_t number;
	struct digest manifest;
};

/* Fills in what is known of the deliveries asked for. */
bool ledger_deliveries_of(struct ledger *ledger, size_t count, struct ledger_delivery *deliveries,
	struct err *err) MUST_USE NONNULL;

/*
 * Keeps one item of a believed receipt whose delivery a restore has lost, until it is there again.
 * Inside the transaction that settles the receipt.
 */
bool ledger_park(struct ledger *ledger, int64_t id, const struct receipt_item *item,
	struct err *err) MUST_USE NONNULL;

/* Settles the kept items whose deliveries are there again; how many. */
bool ledger_place_parked(
	struct ledger *ledger, int64_t *ret_count, struct err *err) MUST_USE NONNULL;

/* What became of a receipt or reply. */
struct ledger_verdict {
	int64_t id;
	int code; /* 0: believed; else of the refusal */
	bool authentic; /* signed by the device under these labels, believed or not */
	size_t item_count; /* to be settled; none unless it is believed */
	const struct receipt_item *items; /* borrowed */
};

/*
 * Records these verdicts, all or none, and moves the devices' watermarks past what is authentic. The first
 * of each (publication, device, state) counts. ERR_DENIED when one of them was judged before.
 */
bool ledger_settle(struct ledger *ledger, size_t count, const struct ledger_verdict *verdicts,
	struct err *err) MUST_USE NONNULL;

#endif
