#include "broker-plugins/entitlement/turn.h"

#include "broker-plugins/entitlement/sockets.h"
#include "broker-plugins/kit/broker_log.h"
#include "common/refusal.h"

#include <string.h>

/*
 * Makes the broker disconnect the client, upon which on_disconnect drops the session. By client id
 * only when the broker surely lists this client under it: were an offline session found instead, the
 * broker would go on with freed memory. By user name it looks at connected clients alone.
 */
static void kick(struct plugin *plugin, const struct session *session)
{
	const void *client = session->client;
	int64_t lost_at_us = session->cut == CUT_RIGHT ? session->lost_at_us : 0;
	char client_id[CLIENT_ID_SIZE];
	char unit[UNIT_SIZE];

	memcpy(client_id, session->client_id, sizeof(client_id));
	memcpy(unit, session->unit, sizeof(unit));
	if (cut_code(session->cut))
		denials_add_cut(&plugin->denials, cut_code(session->cut), unit, client_id);
	if (session->is_listed)
		mosquitto_kick_client_by_clientid(client_id, false);
	if (sessions_find(&plugin->gate.sessions, client))
		mosquitto_kick_client_by_username(unit, false);
	/* Not connected after all. Without a record it has no right in any case. */
	sessions_drop(&plugin->gate.sessions, client);
	if (lost_at_us > 0)
		histogram_add(
			&plugin->pulse.cuts, clock_wall_us() + plugin->gate.clock_ahead_us - lost_at_us);
}

static void kick_some(struct plugin *plugin)
{
	struct sessions *sessions = &plugin->gate.sessions;
	struct session *session;

	cutter_begin(&plugin->cutter, clock_monotonic_us());
	while ((session = cutter_next(&plugin->cutter, sessions, clock_monotonic_us())))
		kick(plugin, session);
}

/* What is left for another turn does not wait until the broker has something else to do. */
static void ask_for_turn(struct plugin *plugin)
{
	bool is_behind = gate_is_busy(&plugin->gate) || loader_has_news(&plugin->loader);
	int wanted_ms = is_behind ? 0 : cutter_wants_ms(&plugin->gate.sessions);

	if (wanted_ms >= 0)
		waker_ask(&plugin->waker, wanted_ms);
}

static void write_note(enum log_level level, const char *text)
{
	broker_log(level, "certwire_entitlement: %s", text);
}

void turn_write_notes(struct plugin *plugin)
{
	notes_drain(&plugin->loader.notes, write_note);
}

/* Tells the log when the copy becomes too old, and when it is good again. */
static void tell_doubt(struct plugin *plugin, const struct moment *now)
{
	int doubt = gate_doubt(&plugin->gate, now);

	if ((doubt != 0) == plugin->is_in_doubt)
		return;
	plugin->is_in_doubt = doubt != 0;
	if (doubt)
		broker_log(LOG_LEVEL_ERROR,
			"certwire_entitlement: %s (%d); everybody is refused until it is good again",
			refusal_text(doubt), doubt);
	else
		broker_log(LOG_LEVEL_INFO, "certwire_entitlement: the copy of entitlements is good again");
}

/* NULL: none can be taken now, because there is none or the last whole copy is still at work. */
static struct delta *next_news(struct plugin *plugin)
{
	struct delta *spent = gate_spent(&plugin->gate);

	if (spent)
		loader_give_back(&plugin->loader, spent);
	return loader_take(&plugin->loader, gate_takes_whole(&plugin->gate));
}

void turn_take_news(struct plugin *plugin, const struct moment *now)
{
	struct delta *delta;

	while ((delta = next_news(plugin)))
		if (gate_apply(&plugin->gate, delta, now))
			loader_give_back(&plugin->loader, delta);
}

/* The tick of the turn in which the broker asked about everybody again. */
static void end_reload(struct plugin *plugin)
{
	if (!plugin->gate.is_reloading)
		return;
	plugin->gate.is_reloading = false;
	broker_log(LOG_LEVEL_INFO,
		"certwire_entitlement: reloaded; %zu clients stay, settings of plugins need a restart",
		plugin->gate.sessions.count);
}

/* For the loader's thread, which puts it into the metrics. */
static void tell_pulse(struct plugin *plugin)
{
	atomic_store_explicit(
		&plugin->pulse.sessions, (int64_t)plugin->gate.sessions.count, memory_order_relaxed);
	atomic_store_explicit(&plugin->pulse.good_at_ms, plugin->gate.good_at_ms, memory_order_relaxed);
	pulse_end(&plugin->pulse);
}

void turn(struct plugin *plugin)
{
	struct moment now = moment_now();

	pulse_begin(&plugin->pulse);
	waker_turned(&plugin->waker);
	if (!plugin->has_ticked) {
		plugin->has_ticked = true;
		sockets_tune(plugin->limits.read_deadline_ms);
	}
	end_reload(plugin);
	turn_take_news(plugin, &now);
	gate_tick(&plugin->gate, &now);
	kick_some(plugin);
	ask_for_turn(plugin);
	tell_doubt(plugin, &now);
	denials_flush(&plugin->denials, now.mono_ms);
	turn_write_notes(plugin);
	tell_pulse(plugin);
}
