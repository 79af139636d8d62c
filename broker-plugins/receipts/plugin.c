/*
 * certwire_receipts.so: takes receipts and replies off Mosquitto's loop, and notes who is here.
 * Everything here runs on the loop's thread; the writer has a thread of its own.
 */
#include "broker-plugins/kit/broker_entry.h"
#include "broker-plugins/kit/broker_log.h"
#include "broker-plugins/kit/broker_options.h"
#include "broker-plugins/receipts/options.h"
#include "broker-plugins/receipts/presence.h"
#include "broker-plugins/receipts/tray.h"
#include "broker-plugins/receipts/writer.h"
#include "common/clock.h"
#include "common/topic.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <stdlib.h>

const char plugin_name[] = "certwire_receipts";

enum { TELL_FULL_EVERY_MS = 10000 };

struct plugin {
	mosquitto_plugin_id_t *id;
	struct receipts_options options;
	struct conf conf;
	struct tray tray;
	struct presence presence;
	struct writer writer;
	bool has_thread;
	uint64_t put_off; /* receipts for which there was no room, since the log was told */
	int64_t told_full_at_ms;
};

static void note_presence(struct plugin *plugin, const char *topic, const char *client_id)
{
	struct topic parsed;

	if (topic_parse(topic, &parsed) && parsed.kind == TOPIC_SYNC)
		presence_came(&plugin->presence, client_id);
}

/* May say yes or ACL_DENIED: anything else would disconnect the sender, or a third. */
static int on_message(int event, void *event_data, void *userdata)
{
	const struct mosquitto_evt_message *message = event_data;
	struct plugin *plugin = userdata;
	const char *client_id = mosquitto_client_id(message->client);

	(void)event;
	if (!client_id)
		return MOSQ_ERR_ACL_DENIED;
	switch (tray_put(&plugin->tray, message->topic, client_id,
		message->payload ? message->payload : "", message->payloadlen)) {
	case TRAY_FULL:
		plugin->put_off++;
		return MOSQ_ERR_ACL_DENIED;
	case TRAY_REFUSED:
		return MOSQ_ERR_ACL_DENIED;
	case TRAY_TAKEN:
		return MOSQ_ERR_SUCCESS;
	case TRAY_NOT_OURS:
		break;
	}
	note_presence(plugin, message->topic, client_id);
	return MOSQ_ERR_SUCCESS;
}

/* Of a client that was refused the broker has no client id any more. */
static int on_disconnect(int event, void *event_data, void *userdata)
{
	const struct mosquitto_evt_disconnect *gone = event_data;
	const char *client_id = mosquitto_client_id(gone->client);
	struct plugin *plugin = userdata;

	(void)event;
	if (client_id)
		presence_left(&plugin->presence, client_id);
	return MOSQ_ERR_SUCCESS;
}

static void write_note(enum log_level level, const char *text)
{
	broker_log(level, "certwire_receipts: %s", text);
}

static void tell_full(struct plugin *plugin)
{
	int64_t now_ms;

	if (plugin->put_off == 0)
		return;
	now_ms = clock_monotonic_ms();
	if (plugin->told_full_at_ms && now_ms - plugin->told_full_at_ms < TELL_FULL_EVERY_MS)
		return;
	broker_log(LOG_LEVEL_WARNING,
		"certwire_receipts: no room for %llu receipts: devices send them again later",
		(unsigned long long)plugin->put_off);
	plugin->told_full_at_ms = now_ms;
	plugin->put_off = 0;
}

static int on_tick(int event, void *event_data, void *userdata)
{
	struct plugin *plugin = userdata;

	(void)event;
	(void)event_data;
	if (writer_wants_presence(&plugin->writer))
		presence_repeat(&plugin->presence);
	tray_tidy(&plugin->tray);
	presence_tell(&plugin->presence);
	writer_nudge(&plugin->writer);
	tell_full(plugin);
	notes_drain(&plugin->writer.notes, write_note);
	return MOSQ_ERR_SUCCESS;
}

static const struct broker_callback callbacks[] = {
	{MOSQ_EVT_MESSAGE, on_message},
	{MOSQ_EVT_DISCONNECT, on_disconnect},
	{MOSQ_EVT_TICK, on_tick},
};

static bool start(struct plugin *plugin, struct err *err)
{
	if (!tray_init(&plugin->tray, (size_t)plugin->options.ring_size, err))
		return false;
	if (!presence_init(&plugin->presence, err)) {
		tray_release(&plugin->tray);
		return false;
	}
	if (!writer_start(&plugin->writer, &plugin->options, &plugin->tray, &plugin->presence, err)) {
		presence_release(&plugin->presence);
		tray_release(&plugin->tray);
		return false;
	}
	plugin->has_thread = true;
	return true;
}

static bool configure(
	struct plugin *plugin, const struct mosquitto_opt *options, int count, struct err *err)
{
	return broker_options_set(&plugin->conf, options, count, err) &&
		   receipts_options_finish(&plugin->conf, &plugin->options, err);
}

struct plugin *plugin_new(mosquitto_plugin_id_t *id, struct err *err)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (!plugin) {
		err_set(err, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	plugin->id = id;
	conf_init(&plugin->conf, receipts_keys, &plugin->options);
	return plugin;
}

bool plugin_start(
	struct plugin *plugin, const struct mosquitto_opt *options, int count, struct err *err)
{
	return configure(plugin, options, count, err) && start(plugin, err) &&
		   broker_callbacks_register(plugin->id, callbacks, ARRAY_LEN(callbacks), plugin, err);
}

void plugin_free(struct plugin *plugin)
{
	broker_callbacks_unregister(plugin->id, callbacks, ARRAY_LEN(callbacks));
	/* A thread that does not end keeps its memory: the process is about to go. */
	if (plugin->has_thread) {
		if (!writer_stop(&plugin->writer))
			return;
		presence_release(&plugin->presence);
		tray_release(&plugin->tray);
	}
	conf_release(&plugin->conf);
	free(plugin);
}
