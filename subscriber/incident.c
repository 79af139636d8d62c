#include "subscriber/incident.h"

#include "subscriber/db.h"

bool incident_add(struct db *db, int code, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO incident (code, total, unreported, last_at) VALUES (?1, 1, 1, ?2)"
		" ON CONFLICT (code) DO UPDATE SET total = total + 1, unreported = unreported + 1,"
		" last_at = ?2",
		"ii", (int64_t)code, now);
}

bool incident_unreported(struct db *db, struct sync_incident ret[static LIMIT_SYNC_INCIDENTS],
	size_t *ret_count, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	size_t count = 0;
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT code, unreported FROM incident WHERE unreported > 0 ORDER BY code LIMIT ?", "i",
			(int64_t)LIMIT_SYNC_INCIDENTS))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			break;
		ret[count].code = sqlite3_column_int(stmt, 0);
		ret[count++].count = sqlite3_column_int64(stmt, 1);
	}
	*ret_count = count;
	return true;
}

bool incident_reported(
	struct db *db, const struct sync_incident *incidents, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!db_run(db, err,
				"UPDATE incident SET unreported = max(unreported - ?2, 0) WHERE code = ?1", "ii",
				(int64_t)incidents[i].code, incidents[i].count))
			return false;
	}
	return true;
}
