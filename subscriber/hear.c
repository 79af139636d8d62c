/* What the line tells: the part of the daemon that takes in messages. */
#include "subscriber/daemon_part.h"

#include "common/fault.h"
#include "subscriber/heads.h"
#include "subscriber/line.h"
#include "subscriber/receive.h"

#include <string.h>

enum { ECHO_KEPT_EVERY_S = 5 };

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
	if (!line_echo(&daemon->unit->db, now, link_refused_topics(daemon->link), &err))
		unit_trouble(daemon->unit, "keep the time of an echo", &err);
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

static void daemon_echo(struct daemon *daemon, bool is_last)
{
	int64_t now = clock_monotonic_ms();

	if (is_last)
		pace_answered(&daemon->pace, now);
	else
		pace_heard(&daemon->pace, now);
	link_is_good(daemon->link);
	keep_echo(daemon);
	outgrow_lobby(daemon);
	daemon->resent_to = 0;
	daemon_resend_receipts(daemon);
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
			unit_trouble(daemon->unit, "take in a head", &err);
		return;
	}
	if (news.echo)
		tell_standing(daemon, news.standing);
	else if (daemon->told_standing && daemon->good != (news.standing == STANDING_GOOD))
		pace_nudge(&daemon->pace);
	if (news.ledger_known && !daemon->ledger_known) {
		daemon->ledger_known = true;
		daemon->owes = true;
	}
	if (news.settled) {
		daemon->owes = true;
		if (!news.echo)
			daemon_resend_receipts(daemon);
	}
	if (news.echo)
		daemon_echo(daemon, news.last_echo);
}

void daemon_up(void *context, const struct broker *broker)
{
	struct daemon *daemon = context;
	struct err err;

	log_line(&daemon->unit->log, LOG_LEVEL_INFO, "connected to %s", broker->name);
	notify_status("connected");
	asked_clear(&daemon->asked);
	pace_connected(&daemon->pace, clock_monotonic_ms());
	if (!line_up(&daemon->unit->db, broker->name, unit_now(daemon->unit), &err))
		unit_trouble(daemon->unit, "keep the state of the line", &err);
}

void daemon_down(void *context, const struct broker *broker, const char *why, int64_t wait_ms)
{
	struct daemon *daemon = context;
	struct err err;

	notify_status("not connected; see: certwire-unit status");
	log_line(&daemon->unit->log, LOG_LEVEL_WARNING, "%s: %s, trying again in %lld.%03lld s",
		broker->name, why, (long long)(wait_ms / 1000), (long long)(wait_ms % 1000));
	pace_disconnected(&daemon->pace);
	daemon->refused_echoes = 0;
	if (!line_down(&daemon->unit->db, broker->name, why, daemon->leaving_gap,
			unit_now(daemon->unit), &err))
		unit_trouble(daemon->unit, "keep the state of the line", &err);
}

static void daemon_progress(struct daemon *daemon)
{
	daemon->arrived = true;
	pace_progress(&daemon->pace, clock_monotonic_ms());
}

/*
 * Offers that come together are kept together. Until then nothing is said of them: whoever is killed
 * before asks for them again, as if they had not come.
 */
void daemon_keep_heard(struct daemon *daemon)
{
	struct err err;

	if (!daemon->heard.db)
		return;
	if (!tx_commit(&daemon->heard, &err)) {
		unit_trouble(daemon->unit, "keep what was offered", &err);
		tx_rollback(&daemon->heard);
		daemon->heard_progress = false;
		return;
	}
	fault_point("unit-after-entry");
	if (daemon->heard_progress)
		daemon_progress(daemon);
	daemon->heard_progress = false;
}

static void daemon_offer(struct daemon *daemon, const void *payload, size_t len)
{
	enum receive_news news;
	struct pub_id id;
	struct err err;

	if (!daemon->heard.db && !tx_begin(&daemon->heard, &daemon->unit->db, &err)) {
		unit_trouble(daemon->unit, "take in an offer", &err);
		return;
	}
	news = receive_offer(daemon->unit, payload, len, &id);
	if (news == RECEIVE_STORED_AGAIN)
		daemon_resend_stored(daemon, &id);
	if (news == RECEIVE_PROGRESS)
		daemon->heard_progress = true;
}

void daemon_message(void *context, const struct topic *topic, const void *payload, size_t len)
{
	struct daemon *daemon = context;
	enum receive_news news = RECEIVE_NOTHING;

	if (topic->kind != TOPIC_CHANNEL && strcmp(topic->unit, daemon->unit->config->unit) != 0)
		return;
	if (topic->kind == TOPIC_HEAD || topic->kind == TOPIC_KEYSET)
		daemon_keep_heard(daemon);
	switch (topic->kind) {
	case TOPIC_HEAD:
		daemon_head(daemon, payload, len);
		break;
	case TOPIC_OFFER:
		daemon_offer(daemon, payload, len);
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
	if (news == RECEIVE_PROGRESS)
		daemon_progress(daemon);
}
