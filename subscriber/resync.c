/*
 * Asking for everything again: documents whose folders are not whole any more are wanted again, and
 * each entry of the mailbox is asked for and compared. The daemon, running or started later, does the
 * asking; CNCERT gives what the unit may have at that moment.
 */
#include "common/cleanup.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/mailbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"
#include "subscriber/wanted.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct resync {
	const struct config *config;
	struct db *db;
	int64_t since;
	size_t whole;
	size_t again;
};

/* Midnight of a day as people here write it, in the machine's own time zone. */
static bool resync_since(const char *text, int64_t *ret, struct err *err)
{
	struct tm day = {.tm_isdst = -1};
	const char *end;

	*ret = 0;
	if (!text)
		return true;
	end = strptime(text, "%Y-%m-%d", &day);
	if (!end || *end != '\0')
		return err_set(
			err, ERR_USAGE, "--since '%s' is not a day like 2026-11-01", ERR_QUOTED(text));
	*ret = (int64_t)mktime(&day);
	return true;
}

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
	return wanted_again(resync->db, document->id, err);
}

bool verb_resync(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct resync resync = {.config = &config, .db = &db};

	if (!resync_since(cli_value(call, "since"), &resync.since, err) ||
		!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err))
		return false;
	db_close(&db);
	if (!state_open(config.state, &db, err) || !inbox_list(&db, resync_one, &resync, err) ||
		!mailbox_doubt_all(&db, err))
		return false;
	(void)printf("%zu whole, %zu asked for again (完好 %zu 件，重新索取 %zu 件)\n", resync.whole,
		resync.again, resync.whole, resync.again);
	return true;
}
