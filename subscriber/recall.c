#include "subscriber/recall.h"

#include "common/fault.h"
#include "subscriber/db.h"
#include "subscriber/store.h"

#include <string.h>

static bool recall_one(struct unit *unit, const struct manifest *manifest, const struct pub_id *id,
	bool *ret_counts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	char hex[PUB_ID_SIZE];
	bool row;

	*ret_counts = true;
	if (!db_query(&unit->db, err, &stmt,
			"SELECT channel, folder FROM publication WHERE id = ? AND folder IS NOT NULL", "t",
			pub_id_format(id, hex)) ||
		!db_next(&unit->db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	*ret_counts = strcmp(db_text(stmt, 0), manifest->channel) == 0;
	if (*ret_counts) {
		fault_point("recall-before-move");
		if (!store_quarantine(unit->config->inbox, db_text(stmt, 1), "", err))
			return false;
		fault_point("recall-after-move");
		return true;
	}
	log_line(&unit->log, LOG_LEVEL_WARNING,
		"%s: taken back by channel %s, but is of %s: left alone", hex, manifest->channel,
		db_text(stmt, 0));
	return true;
}

bool recall_quarantine(struct unit *unit, const struct manifest *manifest,
	struct pub_id ret[static LIMIT_REFERENCES], size_t *ret_count, struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < manifest->reference_count; i++) {
		const struct manifest_reference *reference = &manifest->references[i];
		bool counts;

		if (manifest->kind != (reference->recalls ? KIND_RECALL : KIND_SUPERSEDE))
			continue;
		if (!recall_one(unit, manifest, &reference->publication, &counts, err))
			return false;
		if (counts)
			ret[count++] = reference->publication;
	}
	*ret_count = count;
	return true;
}
