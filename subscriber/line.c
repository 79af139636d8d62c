#include "subscriber/line.h"

#include "subscriber/db.h"

bool line_up(struct db *db, const char *broker, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO line (one, connected, broker, since, reason, echo_at, gap)"
		" VALUES (1, 1, ?1, ?2, '', 0, 0) ON CONFLICT (one) DO UPDATE SET connected = 1, "
		"refused_topics = 0,"
		" broker = ?1, since = ?2, reason = iif(gap, reason, '')",
		"ti", broker, now);
}

bool line_down(
	struct db *db, const char *broker, const char *why, bool gap, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO line (one, connected, broker, since, reason, echo_at, gap)"
		" VALUES (1, 0, ?1, ?2, ?3, 0, ?4) ON CONFLICT (one) DO UPDATE SET connected = 0,"
		" broker = ?1, since = iif(connected, ?2, since), reason = ?3, gap = max(gap, ?4)",
		"titi", broker, now, why, (int64_t)gap);
}

bool line_echo(struct db *db, int64_t now, int refused_topics, struct err *err)
{
	return db_run(db, err, "UPDATE line SET echo_at = ?, gap = 0, refused_topics = ?", "ii", now,
		(int64_t)refused_topics);
}
