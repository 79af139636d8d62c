/* The half of health.h that reads; the other half judges. */
#include "subscriber/health.h"

#include "subscriber/db.h"
#include "subscriber/mailbox.h"
#include "subscriber/outbox.h"
#include "subscriber/room.h"
#include "subscriber/state.h"

#include <stdio.h>
#include <sys/statvfs.h>

static void copy(char *out, size_t size, sqlite3_stmt *stmt, int column)
{
	(void)snprintf(out, size, "%s", db_text(stmt, column));
}

static bool read_line(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT connected, gap, broker, reason, since, echo_at,"
			" refused_topics FROM line",
			"") ||
		!db_next(db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	facts->connected = sqlite3_column_int(stmt, 0) && facts->running;
	facts->gap = sqlite3_column_int(stmt, 1);
	copy(facts->broker, sizeof facts->broker, stmt, 2);
	copy(facts->line_reason, sizeof facts->line_reason, stmt, 3);
	facts->line_since = sqlite3_column_int64(stmt, 4);
	facts->echo_at = sqlite3_column_int64(stmt, 5);
	facts->refused_topics = sqlite3_column_int(stmt, 6);
	return true;
}

static bool read_head(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;

	if (!db_query(db, err, &stmt,
			"SELECT standing, since, reason, clock_offset, last, epoch FROM head", "") ||
		!db_next(db, stmt, &facts->head, err))
		return false;
	if (!facts->head)
		return true;
	copy(facts->standing, sizeof facts->standing, stmt, 0);
	facts->standing_since = sqlite3_column_int64(stmt, 1);
	copy(facts->reason, sizeof facts->reason, stmt, 2);
	facts->clock_offset_s = sqlite3_column_int64(stmt, 3);
	/* A head of an epoch that is over says nothing of this one's end. */
	facts->announced =
		sqlite3_column_int64(stmt, 5) == facts->epoch ? sqlite3_column_int64(stmt, 4) : 0;
	return true;
}

static bool read_guard(struct db *db, struct guard *guard, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt, "SELECT user, seccomp, landlock, hooks FROM guard", "") ||
		!db_next(db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	copy(guard->user, sizeof guard->user, stmt, 0);
	copy(guard->seccomp, sizeof guard->seccomp, stmt, 1);
	copy(guard->landlock, sizeof guard->landlock, stmt, 2);
	copy(guard->hooks, sizeof guard->hooks, stmt, 3);
	return true;
}

static bool read_channels(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(
			db, err, &stmt, "SELECT name, receives, since, reason FROM channel ORDER BY name", ""))
		return false;
	while (facts->channel_count < LIMIT_HEAD_CHANNELS) {
		struct head_channel *channel = &facts->channels[facts->channel_count];

		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			break;
		copy(channel->channel, sizeof channel->channel, stmt, 0);
		channel->receives = sqlite3_column_int(stmt, 1);
		channel->since = sqlite3_column_int64(stmt, 2);
		copy(channel->reason, sizeof channel->reason, stmt, 3);
		facts->channel_count++;
	}
	return true;
}

static bool read_counts(struct db *db, struct health_facts *facts, struct err *err)
{
	const struct {
		int64_t *ret;
		const char *sql;
	} counts[] = {
		{&facts->stored, "SELECT count(*) FROM publication WHERE state = 'stored'"},
		{&facts->unread,
			"SELECT count(*) FROM publication WHERE state = 'stored' AND opened_at IS NULL"},
		{&facts->wanted, "SELECT count(*) FROM publication WHERE state = 'wanted'"},
		{&facts->waiting, "SELECT count(*) FROM publication WHERE state = 'wanted' AND code = 0"
						  " AND (sealed IS NOT NULL OR retry_at = 0)"},
		{&facts->refused, "SELECT count(*) FROM publication WHERE state = 'wanted' AND code > 0"},
		{&facts->disk,
			"SELECT count(*) FROM publication WHERE state = 'wanted' AND code IN (401, 402)"},
		{&facts->receipts_refused,
			"SELECT count(*) FROM receipt WHERE refused > 0 AND signed_at >"
			" (SELECT coalesce(max(signed_at), 0) FROM receipt, self WHERE refused = 0 AND"
			"  number <= settled)"},
		{&facts->hooks_failed, "SELECT count(*) FROM hook WHERE state = 'failed'"},
		{&facts->incidents, "SELECT sum(total) FROM incident"},
		{&facts->keyset, "SELECT max(version) FROM keyset"},
		{&facts->audit, "SELECT max(sequence) FROM anchor WHERE epoch = (SELECT epoch FROM self)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (!db_int(db, err, 0, counts[i].ret, counts[i].sql, ""))
			return false;
	}
	return true;
}

static bool read_refusals(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	int64_t code;
	bool row;

	if (!db_int(db, err, 0, &code,
			"SELECT refused FROM receipt WHERE refused > 0 ORDER BY number DESC LIMIT 1", "") ||
		!db_query(db, err, &stmt,
			"SELECT code, reason FROM publication WHERE state = 'wanted' AND code > 0"
			" ORDER BY epoch DESC, number DESC LIMIT 1",
			"") ||
		!db_next(db, stmt, &row, err))
		return false;
	facts->receipts_refused_code = (int)code;
	if (row) {
		facts->refused_code = sqlite3_column_int(stmt, 0);
		copy(facts->refused_reason, sizeof facts->refused_reason, stmt, 1);
	}
	return true;
}

bool health_read(const char *dir, struct db *db, struct health_facts *ret, struct err *err)
{
	struct health_facts facts = {.running = false};
	struct statvfs fs;
	int64_t unsettled;

	if (!state_is_locked(dir, &facts.running, err) || !state_epoch(db, &facts.epoch, err) ||
		!mailbox_last(db, facts.epoch, &facts.last, err) || !read_line(db, &facts, err) ||
		!read_head(db, &facts, err) || !read_channels(db, &facts, err) ||
		!read_counts(db, &facts, err) || !read_refusals(db, &facts, err) ||
		!read_guard(db, &facts.guard, err) ||
		!outbox_numbers(db, &facts.receipts, &facts.settled, err) ||
		!outbox_pending(db, &facts.unsigned_items, &unsettled, err))
		return false;
	facts.disk_full =
		statvfs(dir, &fs) == 0 && (int64_t)(fs.f_bavail * fs.f_frsize) < ROOM_RESERVE_BYTES;
	*ret = facts;
	return true;
}
