/*
 * One line for each document that comes, for as long as somebody watches.
 */
#include "common/clock.h"
#include "common/json.h"
#include "subscriber/day.h"
#include "subscriber/inbox.h"
#include "subscriber/inbox_text.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <poll.h>
#include <stdio.h>

enum { WATCH_LOOK_MS = 500 };

struct watching {
	json_t *seen; /* a set of ids */
	bool silent; /* what was there before we came */
	bool json;
};

static bool watch_print(bool json, const struct document *document, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(64 * 1024);
	auto_json json_t *item = NULL;
	char at[DAY_TEXT_SIZE];

	if (!json) {
		(void)printf("%s  %s %s  %.8s  %s\n", day_format(document->stored_at, at),
			document->channel, document->label, document->id, document->title);
		return true;
	}
	item = document_json(document);
	if (!item)
		return err_set(err, ERR_SYSTEM, "out of memory, or a text in the state is not UTF-8");
	if (!json_write(item, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

static bool watch_one(void *context, const struct document *document, struct err *err)
{
	struct watching *watching = context;

	if (json_object_get(watching->seen, document->id))
		return true;
	if (json_object_set_new(watching->seen, document->id, json_true()) != 0)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return watching->silent || watch_print(watching->json, document, err);
}

/* Until the process is ended, or nobody reads what it prints. */
static bool watch_loop(struct db *db, struct watching *watching, struct err *err)
{
	struct pollfd out = {.fd = 1};
	int64_t before = -1;
	int64_t version;

	while (true) {
		if (!db_data_version(db, &version, err))
			return false;
		if (version != before && !inbox_list(db, NULL, watch_one, watching, err))
			return false;
		before = version;
		watching->silent = false;
		if (fflush(stdout) != 0)
			return err_errno(err, "cannot write");
		if (poll(&out, 1, WATCH_LOOK_MS) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)))
			return true;
	}
}

bool verb_inbox_watch(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	auto_json json_t *seen = json_object();
	struct watching watching = {seen, true, cli_has(call, "json")};

	if (!seen)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return verb_config(call, &config, err) && state_open_readonly(config.state, &db, err) &&
		   watch_loop(&db, &watching, err);
}
