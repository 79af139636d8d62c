#include "subscriber/daemon.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/fault.h"
#include "common/limits.h"
#include "common/refusal.h"
#include "subscriber/asked.h"
#include "subscriber/heads.h"
#include "subscriber/line.h"
#include "subscriber/link.h"
#include "subscriber/outbox.h"
#include "subscriber/pace.h"
#include "subscriber/plan.h"
#include "subscriber/receive.h"
#include "subscriber/wanted.h"

enum {
	STEP_MS = 500,
	RESEND_MOST = 64, /* receipts sent again at a time */
	ECHO_KEPT_EVERY_S = 5,
};

struct daemon {
	struct unit *unit;
	struct link *link; /* owned */
	struct pace pace;
	struct asked asked;
	bool ledger_known; /* in this run; until then no receipt is given a number */
	bool good; /* the unit's standing, as last heard */
	bool told_standing;
	bool arrived; /* something came that may complete a publication */
	bool owes; /* an item may wait for its receipt */
	int64_t newest_asked; /* newest receipt when the last sync was sent */
	int64_t resent_to; /* receipts up to there were sent again since the last echo */
	int64_t retry_at; /* when something refused may be tried again */
	int64_t echo_kept_at;
	int64_t data_version;
	int refused_echoes; /* echoes in a row that said good while topics are refused */
	bool leaving_gap;
};

static void daemon_trouble(struct daemon *daemon, const char *what, const struct err *why)
{
	unit_trouble(daemon->unit, what, why);
}

/* Receipts. */

struct resending {
	struct daemon *daemon;
	int left;
};

static bool send_receipt(void *context, int64_t number, const char *jws)
{
	struct resending *resending = context;
	struct daemon *daemon = resending->daemon;

	if (number > daemon->newest_asked || resending->left-- == 0)
		return false;
	daemon->resent_to = number;
	return link_publish(daemon->link, TOPIC_RECEIPT, jws, strlen(jws));
}

static void resend_receipts(struct daemon *daemon)
{
	struct resending resending = {daemon, RESEND_MOST};
	struct err err;

	if (daemon->good &&
		!outbox_unsettled(&daemon->unit->db, daemon->resent_to, send_receipt, &resending, &err))
		daemon_trouble(daemon, "send receipts again", &err);
}

static bool send_once(void *context, int64_t number, const char *jws)
{
	struct daemon *daemon = context;

	(void)number;
	return link_publish(daemon->link, TOPIC_RECEIPT, jws, strlen(jws));
}

static bool send_signed(void *context, int64_t number, const char *jws)
{
	struct daemon *daemon = context;

	if (link_publish(daemon->link, TOPIC_RECEIPT, jws, strlen(jws))) {
		log_line(&daemon->unit->log, LOG_LEVEL_INFO, "receipt %lld sent", (long long)number);
		fault_point("unit-after-publish");
	}
	return true;
}

static void sign_receipts(struct daemon *daemon)
{
	const struct config *config = daemon->unit->config;
	struct unit *unit = daemon->unit;
	int64_t number = 1;
	struct err err;

	while (number) {
		if (!outbox_sign(&unit->db, config->unit, config->device, &unit->key, unit_now(unit),
				&number, &err) ||
			(number && daemon->good &&
				!outbox_unsettled(&unit->db, number - 1, send_signed, daemon, &err))) {
			daemon_trouble(daemon, "sign receipts", &err);
			return;
		}
	}
	daemon->owes = false;
}

/* Heads. */

static void tell_standing(struct daemon *daemon, enum standing standing)
{
	bool good = standing == STANDING_GOOD;

	if (!daemon->told_standing || good != daemon->good)
		log_line(&daemon->unit->log, good ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "standing: %s",
			standing_name(standing));
	daemon->told_standing = true;
	daemon->good = good;
}

static void keep_echo(struct daemon *daemon)
{
	int64_t now = unit_now(daemon->unit);
	struct err err;

	if (!daemon->leaving_gap && now - daemon->echo_kept_at < ECHO_KEPT_EVERY_S)
		return;
	if (!line_echo(&daemon->unit->db, now, &err))
		daemon_trouble(daemon, "keep the time of an echo", &err);
	daemon->echo_kept_at = now;
	daemon->leaving_gap = false;
}

/* A broker that still treats us as in the lobby although our standing is good is left. */
static void outgrow_lobby(struct daemon *daemon)
{
	if (!daemon->good || link_refused_topics(daemon->link) == 0) {
		daemon->refused_echoes = 0;
		return;
	}
	link_resubscribe(daemon->link);
	daemon->refused_echoes++;
}

static void daemon_echo(struct daemon *daemon)
{
	pace_answered(&daemon->pace, clock_monotonic_ms());
	link_is_good(daemon->link);
	keep_echo(daemon);
	outgrow_lobby(daemon);
	daemon->resent_to = 0;
	resend_receipts(daemon);
}

static void daemon_head(struct daemon *daemon, const void *payload, size_t len)
{
	struct unit *unit = daemon->unit;
	struct head_news news;
	struct err err;

	if (!heads_take(unit, &daemon->asked, payload, len, &news, &err)) {
		if (err.code)
			unit_incident(unit, "head", &err);
		else
			daemon_trouble(daemon, "take in a head", &err);
		return;
	}
	if (news.echo)
		tell_standing(daemon, news.standing);
	if (news.ledger_known && !daemon->ledger_known) {
		daemon->ledger_known = true;
		daemon->owes = true;
	}
	if (news.settled) {
		daemon->owes = true;
		if (!news.echo)
			resend_receipts(daemon);
	}
	if (news.echo)
		daemon_echo(daemon);
}

/* What the line tells. */

static void daemon_up(void *context, const struct broker *broker)
{
	struct daemon *daemon = context;
	struct err err;

	log_line(&daemon->unit->log, LOG_LEVEL_INFO, "connected to %s", broker->name);
	asked_clear(&daemon->asked);
	pace_connected(&daemon->pace, clock_monotonic_ms());
	if (!line_up(&daemon->unit->db, broker->name, unit_now(daemon->unit), &err))
		daemon_trouble(daemon, "keep the state of the line", &err);
}

static void daemon_down(
	void *context, const struct broker *broker, const char *why, int64_t wait_ms)
{
	struct daemon *daemon = context;
	struct err err;

	log_line(&daemon->unit->log, LOG_LEVEL_WARNING, "%s: %s, trying again in %lld.%03lld s",
		broker->name, why, (long long)(wait_ms / 1000), (long long)(wait_ms % 1000));
	pace_disconnected(&daemon->pace);
	daemon->refused_echoes = 0;
	if (!line_down(&daemon->unit->db, broker->name, why, daemon->leaving_gap,
			unit_now(daemon->unit), &err))
		daemon_trouble(daemon, "keep the state of the line", &err);
}

static void daemon_offer(
	struct daemon *daemon, const void *payload, size_t len, enum receive_news *ret)
{
	struct pub_id id;
	struct err err;
	bool found;

	*ret = receive_offer(daemon->unit, payload, len, &id);
	if (*ret != RECEIVE_STORED_AGAIN)
		return;
	if (!outbox_find_stored(&daemon->unit->db, &id, send_once, daemon, &found, &err))
		daemon_trouble(daemon, "send a receipt again", &err);
}

static void daemon_message(
	void *context, const struct topic *topic, const void *payload, size_t len)
{
	struct daemon *daemon = context;
	enum receive_news news = RECEIVE_NOTHING;

	if (topic->kind != TOPIC_CHANNEL && strcmp(topic->unit, daemon->unit->config->unit) != 0)
		return;
	switch (topic->kind) {
	case TOPIC_HEAD:
		daemon_head(daemon, payload, len);
		break;
	case TOPIC_OFFER:
		daemon_offer(daemon, payload, len, &news);
		break;
	case TOPIC_KEYSET:
		news = receive_keyset(daemon->unit, payload, len);
		break;
	case TOPIC_CHANNEL:
	case TOPIC_PART:
		news = receive_part(daemon->unit, payload, len);
		break;
	default:
		break;
	}
	if (news == RECEIVE_PROGRESS) {
		daemon->arrived = true;
		pace_progress(&daemon->pace, clock_monotonic_ms());
	}
}

/* The turns of the loop. */

static bool publish_sync(struct daemon *daemon, struct sync *sync, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_SYNC_JWS);

	if (!plan_sync(daemon->unit, sync, err) || !sync_sign(sync, &daemon->unit->key, &jws, err))
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
		daemon_trouble(daemon, "send a sync", &err);
	pace_sent(&daemon->pace, clock_monotonic_ms());
}

static int64_t daemon_wait(struct daemon *daemon)
{
	bool lacking = false;
	struct err err;

	if (daemon->pace.answered && !plan_lacking(daemon->unit, &lacking, &err))
		daemon_trouble(daemon, "see what is missing", &err);
	return pace_wait(&daemon->pace, lacking, clock_monotonic_ms());
}

/* Another process may owe an item: that a person opened a publication. */
static void daemon_look_around(struct daemon *daemon)
{
	struct err err;
	int64_t version;

	if (!db_data_version(&daemon->unit->db, &version, &err)) {
		daemon_trouble(daemon, "look at the state", &err);
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
	daemon->retry_at = now + 60;
	if (!wanted_next_retry(&daemon->unit->db, now, &daemon->retry_at, &err))
		daemon_trouble(daemon, "see what is to be tried again", &err);
	/* Refusals are owed too. */
	daemon->owes = true;
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
	daemon_look_around(daemon);
	daemon_store(daemon);
	if (daemon->owes && daemon->ledger_known)
		sign_receipts(daemon);
	daemon_leave(daemon);
	if (link_is_up(daemon->link) && daemon_wait(daemon) == 0)
		daemon_ask(daemon);
}

bool daemon_run(struct unit *unit, const volatile sig_atomic_t *stop, struct err *err)
{
	struct daemon daemon = {.unit = unit, .arrived = true};
	struct link_handler handler = {daemon_up, daemon_down, daemon_message, &daemon};

	pace_init(&daemon.pace, unit->config->sync_interval_s * 1000);
	if (!link_new(unit->config, unit->clock, &unit->key, &handler, &daemon.link, err))
		return false;
	if (!line_down(&unit->db, "", "just started", false, unit_now(unit), err)) {
		link_free(daemon.link);
		return false;
	}
	while (!*stop)
		daemon_turn(&daemon);
	link_free(daemon.link);
	log_line(&unit->log, LOG_LEVEL_INFO, "stopped");
	return true;
}
