#include "subscriber/hooks.h"

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/fault.h"
#include "subscriber/db.h"
#include "subscriber/hook_runner.h"
#include "subscriber/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
	HOOKS_ATTEMPTS = 8,
	HOOKS_RETRY_FIRST_S = 60,
	HOOKS_RETRY_LAST_S = 3600,
	HOOKS_SKIPS = 64, /* at a turn */
};

bool hooks_owe_stored(struct db *db, const struct manifest *manifest, int64_t now, struct err *err)
{
	char id[PUB_ID_SIZE];

	(void)pub_id_format(&manifest->id, id);
	return (manifest->kind == KIND_RECALL ||
			   db_run(db, err,
				   "INSERT OR IGNORE INTO hook (publication, event, at)"
				   " VALUES (?, 'publication', ?)",
				   "ti", id, now)) &&
		   db_run(db, err,
			   "INSERT OR IGNORE INTO hook (publication, event, at)"
			   " SELECT publication, 'reply-by', reply_by FROM catalog"
			   "  WHERE publication = ?1 AND reply_by > ?2 UNION ALL"
			   " SELECT publication, 'deadline', deadline FROM catalog"
			   "  WHERE publication = ?1 AND deadline > ?2 UNION ALL"
			   " SELECT publication, 'starts', starts FROM catalog"
			   "  WHERE publication = ?1 AND starts > ?2",
			   "ti", id, now);
}

bool hooks_owe_recall(struct db *db, const char *id, int64_t now, struct err *err)
{
	return db_run(db, err,
		"INSERT OR IGNORE INTO hook (publication, event, at) VALUES (?, 'recall', ?)", "ti", id,
		now);
}

/* One that is due, with what its program is told. */
struct due {
	char event[16];
	int64_t at;
	int64_t attempts;
	struct document document;
};

static bool is_countdown(const struct due *due)
{
	return strcmp(due->event, "publication") != 0 && strcmp(due->event, "recall") != 0;
}

static void copy(char *out, size_t size, sqlite3_stmt *stmt, int column)
{
	(void)snprintf(out, size, "%s", db_text(stmt, column));
}

static bool due_find(struct unit *unit, struct due *ret, bool *ret_found, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;

	*ret = (struct due){.event = ""};
	if (!db_query(&unit->db, err, &stmt,
			"SELECT event, at, attempts, id, publication.state, channel, label, title, folder, kind"
			" FROM hook JOIN publication ON publication.id = hook.publication"
			" LEFT JOIN catalog ON catalog.publication = hook.publication"
			" WHERE hook.state = 'owed' AND hook.retry_at <= ?1 AND at <="
			"  iif(event IN ('publication', 'recall'), ?1, ?1 + ?2) ORDER BY at, epoch, number "
			"LIMIT 1",
			"ii", unit_now(unit), unit->config->deadline_notice_s) ||
		!db_next(&unit->db, stmt, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	copy(ret->event, sizeof ret->event, stmt, 0);
	ret->at = sqlite3_column_int64(stmt, 1);
	ret->attempts = sqlite3_column_int64(stmt, 2);
	copy(ret->document.id, sizeof ret->document.id, stmt, 3);
	copy(ret->document.state, sizeof ret->document.state, stmt, 4);
	copy(ret->document.channel, sizeof ret->document.channel, stmt, 5);
	copy(ret->document.label, sizeof ret->document.label, stmt, 6);
	copy(ret->document.title, sizeof ret->document.title, stmt, 7);
	copy(ret->document.folder, sizeof ret->document.folder, stmt, 8);
	copy(ret->document.kind, sizeof ret->document.kind, stmt, 9);
	return true;
}

static const char *due_program(const struct config *config, const struct due *due)
{
	if (strcmp(due->event, "publication") == 0)
		return config->on_publication;
	if (strcmp(due->event, "recall") == 0)
		return config->on_recall;
	return config->on_deadline;
}

static bool list_has(const struct conf_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], item) == 0)
			return true;
	}
	return list->count == 0;
}

/* Nobody wants it, or it has come to nothing meanwhile. */
static bool due_is_idle(const struct unit *unit, const struct due *due)
{
	bool recall = strcmp(due->event, "recall") == 0;
	const char *kind = recall ? "recall" : due->document.kind;

	return !due_program(unit->config, due) ||
		   !list_has(&unit->config->hook_channels, due->document.channel) ||
		   !list_has(&unit->config->hook_kinds, kind) ||
		   strcmp(due->document.state, recall ? "recalled" : "stored") != 0 ||
		   (is_countdown(due) && due->at < unit_now(unit));
}

static bool due_request(
	const struct unit *unit, const struct due *due, struct buf *out, struct err *err)
{
	const struct config *config = unit->config;
	bool recall = strcmp(due->event, "recall") == 0;
	auto_buf struct buf folder = BUF_INIT(8192);
	char at[CLOCK_TEXT_SIZE];
	const struct {
		const char *name;
		const char *value;
	} variables[] = {
		{"EVENT", is_countdown(due) ? "deadline" : due->event},
		{"DATE_KIND", is_countdown(due) ? due->event : ""},
		{"DATE", is_countdown(due) ? clock_format(due->at, at) : ""},
		{"UNIT", config->unit},
		{"ID", due->document.id},
		{"CHANNEL", due->document.channel},
		{"NUMBER", due->document.label},
		{"TITLE", due->document.title},
		{"KIND", due->document.kind},
	};

	if (!inbox_folder_path(config, &due->document, &folder, err) ||
		!buf_printf(
			out, err, "%s%c%s%c", due_program(config, due), 0, recall ? "" : buf_str(&folder), 0) ||
		!buf_printf(out, err, "CERTWIRE_FOLDER=%s%c", buf_str(&folder), 0))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		if (!buf_printf(out, err, "CERTWIRE_%s=%s%c", variables[i].name, variables[i].value, 0))
			return false;
	}
	return true;
}

static bool due_mark(struct unit *unit, const char *id, const char *event, const char *state,
	int64_t attempts, int64_t retry_at, struct err *err)
{
	return db_run(&unit->db, err,
		"UPDATE hook SET state = ?, attempts = ?, retry_at = ? WHERE publication = ? AND event = ?",
		"tiitt", state, attempts, retry_at, id, event);
}

static void hooks_lost(struct hooks *hooks, struct unit *unit)
{
	struct err err;

	(void)err_errno(&err, "the process that runs programs is gone");
	unit_trouble(unit, "hand documents on until the next start", &err);
	hooks_release(hooks);
}

static void hooks_answered(struct hooks *hooks, struct unit *unit, const struct hook_answer *answer)
{
	int64_t attempts = hooks->attempts + 1;
	bool done = answer->status == 0 && !answer->timed_out;
	bool last = attempts >= HOOKS_ATTEMPTS;
	int64_t wait = HOOKS_RETRY_FIRST_S << (attempts - 1);
	struct err err;

	if (wait > HOOKS_RETRY_LAST_S)
		wait = HOOKS_RETRY_LAST_S;
	if (done)
		log_line(&unit->log, LOG_LEVEL_INFO, "%s: program for %s done", hooks->id, hooks->event);
	else
		log_line(&unit->log, LOG_LEVEL_WARNING, "%s: program for %s failed with status %d%s, %s",
			hooks->id, hooks->event, (int)answer->status,
			answer->timed_out ? " (took too long)" : "", last ? "given up" : "will try again");
	fault_point("hook-before-kept");
	if (!due_mark(unit, hooks->id, hooks->event,
			done   ? "done"
			: last ? "failed"
				   : "owed",
			attempts, unit_now(unit) + wait, &err))
		unit_trouble(unit, "keep what a program said", &err);
	fault_point("hook-after-kept");
	hooks->busy = false;
	hooks->look_at = 0;
}

static bool hooks_send(
	struct hooks *hooks, struct unit *unit, const struct due *due, struct err *err)
{
	auto_buf struct buf request = BUF_INIT(HOOK_REQUEST_MAX);

	if (!due_request(unit, due, &request, err))
		return false;
	fault_point("hook-before-run");
	if (send(hooks->fd, request.data, request.len, MSG_NOSIGNAL) < 0) {
		hooks_lost(hooks, unit);
		return true;
	}
	(void)snprintf(hooks->id, sizeof hooks->id, "%s", due->document.id);
	(void)snprintf(hooks->event, sizeof hooks->event, "%s", due->event);
	hooks->attempts = due->attempts;
	hooks->busy = true;
	fault_point("hook-after-asked");
	return true;
}

static bool hooks_next(struct hooks *hooks, struct unit *unit, struct err *err)
{
	auto_tx struct tx skipped = TX_INIT;
	struct due due;
	bool found = true;

	for (int i = 0; i < HOOKS_SKIPS && found; i++) {
		if (!due_find(unit, &due, &found, err))
			return false;
		if (!found || !due_is_idle(unit, &due))
			break;
		if (!skipped.db && !tx_begin(&skipped, &unit->db, err))
			return false;
		if (!due_mark(unit, due.document.id, due.event, "skipped", 0, 0, err))
			return false;
	}
	if (skipped.db && !tx_commit(&skipped, err))
		return false;
	return !found || due_is_idle(unit, &due) || hooks_send(hooks, unit, &due, err);
}

void hooks_turn(struct hooks *hooks, struct unit *unit)
{
	struct hook_answer answer;
	struct err err;
	ssize_t got;

	if (hooks->fd < 0)
		return;
	if (hooks->busy) {
		got = recv(hooks->fd, &answer, sizeof answer, MSG_DONTWAIT);
		if (got == (ssize_t)sizeof answer)
			hooks_answered(hooks, unit, &answer);
		else if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			hooks_lost(hooks, unit);
	}
	if (hooks->busy || hooks->fd < 0 || unit_now(unit) == hooks->look_at)
		return;
	hooks->look_at = unit_now(unit);
	if (!hooks_next(hooks, unit, &err))
		unit_trouble(unit, "hand documents on", &err);
}

void hooks_release(struct hooks *hooks)
{
	cleanup_fd(&hooks->fd);
	hooks->fd = -1;
	hooks->busy = false;
}
