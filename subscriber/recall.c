#include "subscriber/recall.h"

#include "common/cleanup.h"
#include "common/fault.h"
#include "common/file.h"
#include "subscriber/db.h"
#include "subscriber/folder.h"
#include "subscriber/store.h"
#include "subscriber/wanted.h"

#include <string.h>

/*
 * A state that was lost, or is older than the inbox, does not know what lies there: it is taken in like
 * one whose transaction was lost, so that *recalled* is said of it too. What is not whole is put away all the same.
 */
static bool recall_forgotten(
	struct unit *unit, const char *channel, const struct pub_id *id, struct err *err)
{
	auto_folder struct folder found = {.signers = ""};
	char folder[STORE_FOLDER_SIZE];
	auto_fd int dir = -1;
	struct wanted wanted;
	struct err why;
	bool is_wanted;
	bool exists;

	if (!store_find(unit->config->inbox, channel, id, folder, &dir, &exists, err))
		return false;
	if (!exists)
		return true;
	if (!wanted_find(&unit->db, id, &wanted, &is_wanted, err))
		return false;
	if (is_wanted && folder_load(dir, &unit->config->root, &found, &why) &&
		digest_equal(&found.entry.manifest, &wanted.manifest) &&
		!wanted_stored(&unit->db, &wanted, &found.manifest, folder, NULL, 0, unit_now(unit), err))
		return false;
	log_line(&unit->log, LOG_LEVEL_WARNING, "'%s': recalled, and was not known: put away", folder);
	return store_quarantine(unit->config->inbox, folder, "", err);
}

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
		return recall_forgotten(unit, manifest->channel, id, err);
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
