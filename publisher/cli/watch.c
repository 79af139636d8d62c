#include "publisher/cli/watch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "publisher/cli/output.h"
#include "publisher/cli/when.h"

/* Notifications make it fast; the poll makes it true. */
enum { POLL_MS = 2000, BAR_COLUMNS = 30, FIRST_EVENTS_MAX = 100 };

struct watch {
	struct pg *pg; /* its own connection, which Ctrl-C interrupts */
	const char *id; /* borrowed */
	int interrupt; /* signalfd */
	bool is_tty;
	int64_t issued_at; /* 0: not yet */
	struct replied *replied; /* borrowed */
	char **shown; /* owned: unit and state of the last look, for each unit */
	int shown_count;
};

static void watch_release(struct watch *watch)
{
	for (int i = 0; i < watch->shown_count; i++)
		free(watch->shown[i]);
	free(watch->shown);
	pg_free(watch->pg);
	if (watch->interrupt >= 0)
		(void)close(watch->interrupt);
}

static bool catch_interrupt(int *ret, struct err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret >= 0 || err_errno(err, "cannot watch for Ctrl-C");
}

static bool is_interrupted(const struct watch *watch)
{
	struct signalfd_siginfo info;

	return read(watch->interrupt, &info, sizeof info) == (ssize_t)sizeof info;
}

bool watch_bar(const struct board *board, int columns, struct buf *out, struct err *err)
{
	int full = board->total ? board_having(board) * columns / board->total : 0;

	if (!buf_append_str(out, "[", err))
		return false;
	for (int i = 0; i < columns; i++)
		if (!buf_append_str(out, i < full ? "█" : "░", err))
			return false;
	return buf_append_str(out, "] ", err) && board_summary(board, out, err);
}

static bool write_event(const struct editor_delivery *delivery, struct buf *out, struct err *err)
{
	enum board_state state = board_state(delivery);
	int64_t at = state == BOARD_OPENED ? delivery->opened_at : delivery->stored_at;
	char note[BOARD_NOTE_SIZE];

	return buf_printf(out, err, "%s  %s %s  %s%s\n", board_state_text(state), delivery->unit,
		ERR_QUOTED(delivery->name), WHEN_OR_EMPTY(at), board_note(delivery, note));
}

/* Remembers the state of row `i`; true in `*ret_changed` when it is news. The rows keep their order. */
static bool remember(struct watch *watch, int i, const struct editor_delivery *delivery,
	bool *ret_changed, struct err *err)
{
	char now[64];

	(void)snprintf(
		now, sizeof now, "%s %s", delivery->unit, board_state_name(board_state(delivery)));
	*ret_changed = i >= watch->shown_count || strcmp(watch->shown[i], now) != 0;
	if (!*ret_changed)
		return true;
	char *copy = strdup(now);

	if (!copy)
		return err_errno(err, "cannot watch");
	if (i < watch->shown_count) {
		free(watch->shown[i]);
	} else {
		char **grown = reallocarray(watch->shown, (size_t)i + 1, sizeof *grown);

		if (!grown) {
			free(copy);
			return err_errno(err, "cannot watch");
		}
		watch->shown = grown;
		watch->shown_count = i + 1;
	}
	watch->shown[i] = copy;
	return true;
}

static bool write_events(
	struct watch *watch, const struct board *board, struct buf *out, struct err *err)
{
	/* What was before the watch is told one by one only when that is few. */
	bool quiet = watch->shown_count == 0 && board->total > FIRST_EVENTS_MAX;

	for (int i = 0; i < board->total; i++) {
		struct editor_delivery delivery = editor_deliveries_at(board->rows, i);
		bool changed = false;

		if (!remember(watch, i, &delivery, &changed, err))
			return false;
		if (changed && !quiet && !write_event(&delivery, out, err))
			return false;
	}
	return !quiet || watch->is_tty ||
		   (board_summary(board, out, err) && buf_append_str(out, "\n", err));
}

static bool draw_bar(
	const struct watch *watch, const struct board *board, struct buf *out, struct err *err)
{
	/* A bar that wrapped could not be wiped: the terminal cuts it instead. */
	return buf_append_str(out, "\033[?7l", err) &&
		   (watch->issued_at
				   ? watch_bar(board, BAR_COLUMNS, out, err) &&
						 replied_summary(watch->replied, out, err) &&
						 board_overdue(board, watch->issued_at, clock_now(clock_system()), out, err)
				   : buf_append_str(out, "尚未发布 not issued yet …", err)) &&
		   buf_append_str(out, "\033[?7h", err);
}

static bool write_replied(struct watch *watch, struct buf *out, struct err *err)
{
	bool changed = false;

	if (!replied_look(watch->replied, &changed, err))
		return false;
	return !changed ||
		   buf_printf(out, err, "%d 个单位已答复 replied\n", replied_units(watch->replied));
}

/* The bar's line is wiped, news is written over it, and the bar drawn anew below. */
static bool draw(struct watch *watch, const struct board *board, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (watch->is_tty && !buf_append_str(&text, "\r\033[K", err))
		return false;
	if (!write_events(watch, board, &text, err) || !write_replied(watch, &text, err))
		return false;
	if (watch->is_tty && !draw_bar(watch, board, &text, err))
		return false;
	return output_text(&text, err) && (fflush(stdout) == 0 || output_failed(err));
}

static bool look(struct watch *watch, bool *ret_done, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	auto_board struct board board = {.rows = NULL};
	struct editor_publication publication;

	if (!editor_publications(watch->pg, watch->id, 1, &rows, err) || pg_row_count(rows) != 1 ||
		!editor_publications_at(rows, 0, &publication, err) ||
		!board_read(watch->pg, watch->id, &board, err))
		return false;
	watch->issued_at = publication.issued_at;
	if (!draw(watch, &board, err))
		return false;
	*ret_done =
		publication.issue_refused_code || strcmp(publication.state, "withdrawn") == 0 ||
		(watch->issued_at && board_is_settled(&board) &&
			(!watch->replied->counts || replied_units(watch->replied) >= board_having(&board)));
	return true;
}

/* Until something may have changed. */
static bool rest(struct watch *watch, struct err *err)
{
	struct pg_notification notification;
	bool found = false;

	if (!pg_notification(watch->pg, POLL_MS, &notification, &found, err))
		return false;
	while (found)
		if (!pg_notification(watch->pg, 0, &notification, &found, err))
			return false;
	return true;
}

static bool run(struct watch *watch, struct err *err)
{
	bool done = false;

	if (!editor_listen(watch->pg, err) || !look(watch, &done, err))
		return false;
	while (!done)
		if (!rest(watch, err) || !look(watch, &done, err))
			return false;
	return true;
}

bool watch_publication(
	struct session *session, const struct lookup *found, struct replied *replied, struct err *err)
{
	CLEANUP(watch_release)
	struct watch watch = {.id = found->publication.id,
		.interrupt = -1,
		.is_tty = isatty(STDOUT_FILENO) == 1,
		.replied = replied};
	const char *dsn = session->settings.dsn;

	if (!catch_interrupt(&watch.interrupt, err))
		return false;
	const struct pg_options options = {.interrupt_fd = watch.interrupt};
	bool ok = pg_connect(dsn ? dsn : "", "certwire", &options, &watch.pg, err) && run(&watch, err);

	if (watch.is_tty)
		(void)fputs("\n", stdout);
	return ok || is_interrupted(&watch);
}
