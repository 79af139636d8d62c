/*
 * What an auditor reads of one publication's story: raw columns, nothing that a function of the database
 * computed, but where it says so. A connection as a member of certwire_auditor or certwire_admin.
 * All of it is to be read in one snapshot: pg_begin_snapshot.
 */
#ifndef CERTWIRE_DB_STORY_H
#define CERTWIRE_DB_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Columns; types as docs/database.md has them. */
enum {
	STORY_PUBLICATION_ID,
	STORY_PUBLICATION_KIND,
	STORY_PUBLICATION_CHANNEL,
	STORY_PUBLICATION_NUMBER,
	STORY_PUBLICATION_STATE,
	STORY_PUBLICATION_MANIFEST,
	STORY_PUBLICATION_BODY,
	STORY_PUBLICATION_STREAM,
	STORY_PUBLICATION_PARTS,
	STORY_PUBLICATION_AUDIENCE,
	STORY_PUBLICATION_AUDIENCE_DIGEST,
	STORY_PUBLICATION_ISSUED_AT,
	STORY_PUBLICATION_KEYSET,
	STORY_PUBLICATION_EXPIRES_AT,
	STORY_PUBLICATION_READS_BODY, /* whether this login may read the sealed parts */
};

enum { STORY_KEYSET_VERSION, STORY_KEYSET_JWS };
enum { STORY_PART_INDEX, STORY_PART_DATA };
enum { STORY_SIGNATURE_KID, STORY_SIGNATURE_JWS, STORY_SIGNATURE_BY };

enum {
	STORY_UNIT_ID,
	STORY_UNIT_NAME, /* null: no such unit */
	STORY_UNIT_EPOCH, /* null, with what follows: a delivery without entry */
	STORY_UNIT_NUMBER,
	STORY_UNIT_KIND,
	STORY_UNIT_ISSUED_AT,
	STORY_UNIT_KEYSET,
	STORY_UNIT_PAYLOAD, /* null: not signed yet */
	STORY_UNIT_DIGEST,
	STORY_UNIT_PAYLOAD_BEFORE,
	STORY_UNIT_PAYLOAD_AFTER,
	STORY_UNIT_JWSS, /* in order of kid */
	STORY_UNIT_DELIVERY_EPOCH, /* null, with what follows: an entry without delivery */
	STORY_UNIT_DELIVERY_NUMBER,
	STORY_UNIT_STATE,
	STORY_UNIT_STORED_AT,
	STORY_UNIT_OPENED_AT,
	STORY_UNIT_ENDED_AT,
	STORY_UNIT_ENDED_REASON,
	STORY_UNIT_ENTERED_AT,
};

enum {
	STORY_DEVICE_UNIT,
	STORY_DEVICE_ID,
	STORY_DEVICE_KID, /* null, with the next: no such device */
	STORY_DEVICE_CERTIFICATE,
	STORY_DEVICE_REVOKED_AT,
	STORY_DEVICE_SETTLED,
	STORY_DEVICE_GRANT_KID, /* null: not sealed to */
	STORY_DEVICE_SEALED_AT,
	STORY_DEVICE_COUNTED, /* receipts up to the watermark that are there */
};

enum {
	STORY_RECEIPT_ITEM_UNIT,
	STORY_RECEIPT_ITEM_DEVICE,
	STORY_RECEIPT_STATE,
	STORY_RECEIPT_CODE,
	STORY_RECEIPT_REACHED_AT,
	STORY_RECEIPT_SETTLED_AT,
	STORY_RECEIPT_ID, /* null, with what follows: the receipt's row is gone */
	STORY_RECEIPT_UNIT,
	STORY_RECEIPT_DEVICE,
	STORY_RECEIPT_NUMBER,
	STORY_RECEIPT_RAW,
	STORY_RECEIPT_RECEIVED_AT,
	STORY_RECEIPT_VERDICT,
	STORY_RECEIPT_AUTHENTIC,
};

enum {
	STORY_UNSETTLED_UNIT,
	STORY_UNSETTLED_DEVICE,
	STORY_UNSETTLED_NUMBER,
	STORY_UNSETTLED_RAW,
};

enum {
	STORY_AUDIENCE_UNIT,
	STORY_AUDIENCE_NAME,
	STORY_AUDIENCE_STANDING, /* at issue; null: not known then */
	STORY_AUDIENCE_HAS_ENTRY,
	STORY_AUDIENCE_AT_ISSUE, /* whether it was entered at issue; null: no entry */
	STORY_AUDIENCE_NAMED, /* whether the rule covers it */
	STORY_AUDIENCE_ENTITLED, /* at issue */
	STORY_AUDIENCE_ENTITLED_THEN, /* when it was entered */
	STORY_AUDIENCE_FIRST, /* whether it had not to wait while others had a head start */
	STORY_AUDIENCE_SAID_ENTITLED, /* certwire.effective_at's word, as the next; null: not asked */
	STORY_AUDIENCE_SAID_WHY,
};

/* `prefix` abbreviates the id; at most two rows. */
bool story_publication(
	struct pg *pg, const char *prefix, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_keysets(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_parts(struct pg *pg, const char *id, int64_t from, int64_t to, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;
bool story_signatures(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_units(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_devices(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_receipts(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_unsettled(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
bool story_audience(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

#endif
