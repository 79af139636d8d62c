/*
 * Asking for everything again: documents whose folders are not whole any more are wanted again, and
 * each entry of the mailbox is asked for and compared. The daemon, running or started later, does the
 * asking; CNCERT gives what the unit may have at that moment.
 */
#include "common/cleanup.h"
#include "subscriber/day.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/mailbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"
#include "subscriber/wanted.h"

#include <stdio.h>
#include <string.h>

enum { RESYNC_IDS_MAX = 16 * 1024 * 1024 };

struct resync {
	const struct config *config;
	struct buf ids; /* of what is to be asked for again, one after the other */
	int64_t since;
	size_t whole;
	size_t again;
};

static bool resync_is_whole(const struct resync *resync, const struct document *document)
{
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	auto_fd int dir = -1;
	struct err why;

	return inbox_open_folder(resync->config, document, &path, &dir, &why) &&
		   folder_load(dir, &resync->config->root, &folder, &why) &&
		   digest_equal(&folder.entry.manifest, &document->manifest);
}

static bool resync_one(void *context, const struct document *document, struct err *err)
{
	struct resync *resync = context;

	if (strcmp(document->state, "stored") != 0 || document->stored_at < resync->since)
		return true;
	if (resync_is_whole(resync, document)) {
		resync->whole++;
		return true;
	}
	(void)printf("%s  %s\n", document->folder, document->title);
	resync->again++;
	return buf_append(&resync->ids, document->id, PUB_ID_SIZE, err);
}

/* In a transaction of its own, so that the daemon is not kept from writing while folders are read. */
static bool resync_ask(struct db *db, const struct buf *ids, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;

	if (!tx_begin(&tx, db, err))
		return false;
	for (size_t at = 0; at < ids->len; at += PUB_ID_SIZE)
		if (!wanted_again(db, (const char *)ids->data + at, err))
			return false;
	return mailbox_doubt_all(db, err) && tx_commit(&tx, err);
}

bool verb_resync(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct resync resync = {.config = &config};
	bool done;

	if (!day_parse(cli_value(call, "since"), "--since", &resync.since, err) ||
		!verb_config_as_owner(call, &config, err) || !state_open_readonly(config.state, &db, err))
		return false;
	db_close(&db);
	buf_init(&resync.ids, RESYNC_IDS_MAX);
	done = state_open(config.state, &db, err) && inbox_list(&db, NULL, resync_one, &resync, err) &&
		   resync_ask(&db, &resync.ids, err);
	buf_release(&resync.ids);
	if (!done)
		return false;
	(void)printf("%zu whole, %zu asked for again (完好 %zu 件，重新索取 %zu 件)\n", resync.whole,
		resync.again, resync.whole, resync.again);
	return true;
}
