#include "subscriber/daemon.h"

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/limits.h"
#include "subscriber/catalog.h"
#include "subscriber/daemon_part.h"
#include "subscriber/line.h"
#include "subscriber/plan.h"
#include "subscriber/receive.h"
#include "subscriber/retention.h"
#include "subscriber/store.h"
#include "subscriber/wanted.h"

#include <stdlib.h>

enum { STEP_MS = 500, RETRY_LOOK_S = 60, RETAIN_EVERY_S = 60 };

static bool publish_sync(struct daemon *daemon, struct sync *sync, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_SYNC_JWS);
	bool idle = !daemon->pace.sent || daemon->pace.answered;

	if (!plan_sync(daemon->unit, idle, pace_turn(&daemon->pace), sync, err) ||
		!sync_sign(sync, &daemon->unit->key, &jws, err))
		return false;
	asked_add(&daemon->asked, sync);
	daemon->newest_asked = sync->receipts;
	return link_publish(daemon->link, TOPIC_SYNC, jws.data, jws.len) ||
		   err_set(err, ERR_SYSTEM, "it could not be queued");
}

static void daemon_ask(struct daemon *daemon)
{
	auto_free struct sync *sync = calloc(1, sizeof *sync);
	struct err err = {.text = "out of memory"};

	/* Sent or not, it counts for the pace: a failing one must not spin. */
	if (!sync || !publish_sync(daemon, sync, &err))
		unit_trouble(daemon->unit, "send a sync", &err);
	pace_sent(&daemon->pace, clock_monotonic_ms());
}

static int64_t daemon_wait(struct daemon *daemon)
{
	bool lacking = false;
	struct err err;

	if (daemon->pace.answered && !plan_lacking(daemon->unit, &lacking, &err))
		unit_trouble(daemon->unit, "see what is missing", &err);
	return pace_wait(&daemon->pace, lacking, clock_monotonic_ms());
}

/* Another process may owe an item: that a person opened a publication. */
static void daemon_look_around(struct daemon *daemon)
{
	struct err err;
	int64_t version;

	if (!db_data_version(&daemon->unit->db, &version, &err)) {
		unit_trouble(daemon->unit, "look at the state", &err);
		return;
	}
	if (version != daemon->data_version)
		daemon->owes = true;
	daemon->data_version = version;
}

static void daemon_store(struct daemon *daemon)
{
	int64_t now = unit_now(daemon->unit);
	struct err err;

	if (!daemon->arrived && now < daemon->retry_at)
		return;
	daemon->arrived = false;
	if (receive_ready(daemon->unit))
		daemon->owes = true;
	daemon->retry_at = now + RETRY_LOOK_S;
	if (!wanted_next_retry(&daemon->unit->db, now, &daemon->retry_at, &err))
		unit_trouble(daemon->unit, "see what is to be tried again", &err);
	/* Refusals are owed too. */
	daemon->owes = true;
}

static void daemon_retain(struct daemon *daemon)
{
	int64_t now = unit_now(daemon->unit);
	struct err err;

	if (now < daemon->retained_at + RETAIN_EVERY_S)
		return;
	daemon->retained_at = now;
	if (!retention_apply(daemon->unit, &err))
		unit_trouble(daemon->unit, "remove what was kept long enough", &err);
}

static void daemon_leave(struct daemon *daemon)
{
	if (!link_is_up(daemon->link))
		return;
	if (pace_gap(&daemon->pace, clock_monotonic_ms())) {
		daemon->leaving_gap = true;
		link_drop(daemon->link, "no head echoed our syncs for two intervals");
	} else if (daemon->refused_echoes > 2) {
		link_drop(daemon->link, "our standing is good, but topics are still refused");
	}
}

static void daemon_turn(struct daemon *daemon)
{
	int64_t wait = daemon_wait(daemon);

	link_step(daemon->link, (int)(wait < STEP_MS ? wait : STEP_MS));
	daemon_keep_heard(daemon);
	daemon_look_around(daemon);
	daemon_store(daemon);
	receive_settle(daemon->unit);
	daemon_retain(daemon);
	hooks_turn(&daemon->hooks, daemon->unit);
	if (daemon->owes && daemon->ledger_known)
		daemon_sign_receipts(daemon);
	daemon_leave(daemon);
	if (link_is_up(daemon->link) && daemon_wait(daemon) == 0)
		daemon_ask(daemon);
}

bool daemon_run(struct unit *unit, int hook_fd, const volatile sig_atomic_t *stop, struct err *err)
{
	struct daemon daemon = {.unit = unit, .arrived = true, .hooks = {.fd = hook_fd}};
	struct err trouble;
	struct link_handler handler = {daemon_up, daemon_down, daemon_message, &daemon};

	pace_init(&daemon.pace, unit->config->sync_interval_s * 1000);
	if (!link_new(unit->config, unit->clock, &unit->key, &handler, &daemon.link, err)) {
		hooks_release(&daemon.hooks);
		return false;
	}
	if (!line_down(&unit->db, "", "just started", false, unit_now(unit), err)) {
		link_free(daemon.link);
		hooks_release(&daemon.hooks);
		return false;
	}
	if (!store_begin(unit->config->inbox, &trouble))
		unit_trouble(unit, "tidy the inbox", &trouble);
	if (!catalog_fill(unit, &trouble))
		unit_trouble(unit, "complete the catalog", &trouble);
	notify_ready(&daemon.notify);
	while (!*stop) {
		daemon_turn(&daemon);
		notify_alive(&daemon.notify, clock_monotonic_ms());
	}
	notify_stopping();
	link_free(daemon.link);
	/* Who asks when we are just being started again is not told that we are connected. */
	if (!line_down(&unit->db, "", "stopped", false, unit_now(unit), &trouble))
		unit_trouble(unit, "keep the state of the line", &trouble);
	hooks_release(&daemon.hooks);
	log_line(&unit->log, LOG_LEVEL_INFO, "stopped");
	return true;
}
