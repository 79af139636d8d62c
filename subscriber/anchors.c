#include "subscriber/anchors.h"

#include "common/refusal.h"
#include "subscriber/db.h"

#include <inttypes.h>
#include <string.h>

enum { SECONDS_A_DAY = 86400 };

/* The same record of the audit must have the same digest in every head. */
static bool check_same(struct db *db, const struct head *head, struct err *err)
{
	int64_t differs;

	if (!db_int(db, err, 0, &differs,
			"SELECT digest <> ?3 FROM anchor WHERE epoch = ?1 AND sequence = ?2", "iib",
			head->epoch, head->checkpoint_sequence, (const void *)head->checkpoint_digest.bytes,
			sizeof head->checkpoint_digest.bytes))
		return false;
	return !differs ||
		   err_code(err, REFUSAL_HEAD_CHECKPOINT,
			   "record %" PRId64 " of CNCERT's audit had another digest in an earlier head",
			   head->checkpoint_sequence);
}

static bool keep(struct db *db, const struct head *head, const char *jws, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;

	return tx_begin(&tx, db, err) &&
		   db_run(db, err,
			   "INSERT INTO anchor (epoch, sequence, digest, time, jws) VALUES (?, ?, ?, ?, ?)",
			   "iibit", head->epoch, head->checkpoint_sequence,
			   (const void *)head->checkpoint_digest.bytes, sizeof head->checkpoint_digest.bytes,
			   head->time, jws) &&
		   db_run(db, err,
			   "DELETE FROM anchor WHERE epoch = ?1 AND sequence < ?2 AND EXISTS (SELECT 1 FROM"
			   " anchor b WHERE b.epoch = ?1 AND b.sequence < anchor.sequence AND"
			   " b.time / ?3 = anchor.time / ?3)",
			   "iii", head->epoch, head->checkpoint_sequence, (int64_t)SECONDS_A_DAY) &&
		   tx_commit(&tx, err);
}

bool anchors_take(
	struct db *db, const struct head *head, bool is_echo, const char *jws, struct err *err)
{
	int64_t sequence = head->has_checkpoint ? head->checkpoint_sequence : 0;
	int64_t newest, signed_at;

	if (!db_int(db, err, 0, &newest, "SELECT max(sequence) FROM anchor WHERE epoch = ?", "i",
			head->epoch) ||
		!db_int(db, err, 0, &signed_at, "SELECT time FROM anchor WHERE epoch = ? AND sequence = ?",
			"ii", head->epoch, newest))
		return false;
	if (sequence < newest && is_echo && head->time > signed_at)
		return err_code(err, REFUSAL_HEAD_CHECKPOINT,
			"CNCERT's audit has gone back to record %" PRId64 ", from %" PRId64, sequence, newest);
	if (sequence > newest)
		return keep(db, head, jws, err);
	return sequence == 0 || check_same(db, head, err);
}

bool anchors_export(struct db *db, struct buf *out, int64_t *ret_count, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	int64_t count = 0;
	bool row;

	if (!db_query(db, err, &stmt, "SELECT jws FROM anchor ORDER BY epoch, sequence", ""))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			break;
		if (!buf_append_str(out, db_text(stmt, 0), err) || !buf_append_str(out, "\n", err))
			return false;
		count++;
	}
	*ret_count = count;
	return true;
}
