#include "subscriber/retention.h"

#include "common/fault.h"
#include "common/file.h"
#include "subscriber/db.h"
#include "subscriber/inbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { RETENTION_IDS_MAX = 16 * 1024 * 1024 };

/*
 * By age since it was stored, and, in each channel, by number from the newest; whether it is read or
 * was recalled counts for the number all the same. A date to come keeps a document.
 */
#define RETENTION_QUERY \
	"SELECT id, state, folder FROM (" \
	" SELECT id, state, folder, stored_at, opened_at, row_number() OVER" \
	"  (PARTITION BY channel ORDER BY stored_at DESC, epoch DESC, number DESC) AS nth," \
	"  max(coalesce(reply_by, 0), coalesce(deadline, 0), coalesce(starts, 0)) AS latest" \
	" FROM publication LEFT JOIN catalog ON catalog.publication = publication.id" \
	" WHERE state IN ('stored', 'recalled') AND removed_at IS NULL)" \
	" WHERE (opened_at IS NOT NULL OR state = 'recalled') AND latest < ?1" \
	" AND ((?2 > 0 AND stored_at < ?1 - ?2) OR (?3 > 0 AND nth > ?3))"

/* The folder first: killed in between, it is gone already at the next attempt, which is fine. */
static bool retention_remove(
	struct unit *unit, const char *id, const char *state, const char *folder, struct err *err)
{
	struct document document = {.id = ""};
	auto_buf struct buf path = BUF_INIT(8192);

	(void)snprintf(document.state, sizeof document.state, "%s", state);
	(void)snprintf(document.folder, sizeof document.folder, "%s", folder);
	if (!inbox_folder_path(unit->config, &document, &path, err))
		return false;
	fault_point("keep-before-removal");
	if (!file_remove_tree_at(AT_FDCWD, buf_str(&path), err))
		return false;
	fault_point("keep-after-removal");
	if (!db_run(&unit->db, err, "UPDATE publication SET removed_at = ? WHERE id = ?", "it",
			unit_now(unit), id))
		return false;
	fault_point("keep-after-noted");
	log_line(
		&unit->log, LOG_LEVEL_INFO, "%s: '%s' was kept long enough and is removed", id, folder);
	return true;
}

static bool retention_list(struct unit *unit, struct buf *list, struct err *err)
{
	const struct config *config = unit->config;
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(&unit->db, err, &stmt, RETENTION_QUERY, "iii", unit_now(unit), config->keep_age_s,
			config->keep_number))
		return false;
	while (true) {
		if (!db_next(&unit->db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		for (int i = 0; i < 3; i++) {
			const char *text = db_text(stmt, i);

			if (!buf_append(list, text, strlen(text) + 1, err))
				return false;
		}
	}
}

bool retention_apply(struct unit *unit, struct err *err)
{
	auto_buf struct buf list = BUF_INIT(RETENTION_IDS_MAX);
	const char *at;

	if (unit->config->keep_age_s == 0 && unit->config->keep_number == 0)
		return true;
	if (!retention_list(unit, &list, err))
		return false;
	at = (const char *)list.data;
	while (at && at < (const char *)list.data + list.len) {
		const char *id = at;
		const char *state = id + strlen(id) + 1;
		const char *folder = state + strlen(state) + 1;

		if (!retention_remove(unit, id, state, folder, err))
			return false;
		at = folder + strlen(folder) + 1;
	}
	return true;
}
