/*
 * certwire_entitlement.so: what Mosquitto asks, translated into questions to the gate. Everything
 * here runs on the loop's thread; the loader has a thread of its own.
 */
#include "broker-plugins/entitlement/authenticate.h"
#include "broker-plugins/entitlement/authorize.h"
#include "broker-plugins/entitlement/cut.h"
#include "broker-plugins/entitlement/gate.h"
#include "broker-plugins/entitlement/loader.h"
#include "broker-plugins/entitlement/options.h"
#include "broker-plugins/entitlement/sockets.h"
#include "broker-plugins/kit/broker_log.h"
#include "broker-plugins/kit/broker_options.h"
#include "broker-plugins/kit/denials.h"
#include "common/clock.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <sodium.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

struct plugin {
	mosquitto_plugin_id_t *id;
	struct entitlement_options options;
	struct conf conf;
	struct gate_limits limits;
	struct gate gate;
	struct denials denials;
	struct loader loader;
	struct cutter cutter;
	bool has_thread;
	bool has_ticked;
	bool is_in_doubt; /* as the log was last told */
};

static struct moment moment_now(void)
{
	return (struct moment){.wall = clock_now(clock_system()), .mono_ms = clock_monotonic_ms()};
}

/* A user name that nothing proved is not to fill the record with inventions of strangers. */
static void record_connect(struct plugin *plugin, const struct connect *connect,
	const struct connect_verdict *verdict, const char *address)
{
	char who[DENIAL_WHO_SIZE];
	bool is_known = verdict->let_in || (connect->user_name && plugin->gate.table &&
										   table_find(plugin->gate.table, connect->user_name));

	if (verdict->code == 0)
		return;
	if (is_known) {
		denials_add(&plugin->denials, verdict->code, connect->user_name, connect->client_id, NULL);
		return;
	}
	snprintf(who, sizeof(who), "@%s", address ? address : "");
	denials_add(&plugin->denials, verdict->code, who, NULL, NULL);
}

static int on_basic_auth(int event, void *event_data, void *userdata)
{
	const struct mosquitto_evt_basic_auth *asked = event_data;
	struct plugin *plugin = userdata;
	struct moment now = moment_now();
	struct connect connect = {
		.client = asked->client,
		.client_id = mosquitto_client_id(asked->client),
		.user_name = asked->username,
		.password = asked->password,
		.protocol_version = mosquitto_client_protocol_version(asked->client),
		.clean_start = mosquitto_client_clean_session(asked->client),
	};
	struct connect_verdict verdict;

	(void)event;
	/*
	 * After SIGHUP the broker asks again about everybody, with the token of then, which is used.
	 * No refusal now: it would cut all clients, and for sessions that are offline the broker would
	 * go on with freed memory. Rights are in the copy, and who lost one is cut on the tick.
	 */
	if (plugin->gate.is_reloading)
		return MOSQ_ERR_SUCCESS;
	verdict = authenticate(&plugin->gate, &connect, &now);
	record_connect(plugin, &connect, &verdict, mosquitto_client_address(asked->client));
	return verdict.let_in ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
}

static void record_acl(struct plugin *plugin, const struct mosquitto_evt_acl_check *asked,
	const struct session *session, int code)
{
	if (code <= 0)
		return;
	if (session)
		denials_add(&plugin->denials, code, session->unit, session->client_id, asked->topic);
	else
		denials_add(&plugin->denials, code, mosquitto_client_username(asked->client),
			mosquitto_client_id(asked->client), asked->topic);
}

static int on_acl_check(int event, void *event_data, void *userdata)
{
	const struct mosquitto_evt_acl_check *asked = event_data;
	struct plugin *plugin = userdata;
	struct moment now = moment_now();
	struct session *session = sessions_find(&plugin->gate.sessions, asked->client);
	struct request request = {
		.topic = asked->topic,
		.size_bytes = asked->payloadlen,
		.qos = asked->qos,
		.retain = asked->retain,
	};
	int code;

	(void)event;
	switch (asked->access) {
	case MOSQ_ACL_READ:
		request.access = ACCESS_READ;
		break;
	case MOSQ_ACL_WRITE:
		request.access = ACCESS_WRITE;
		break;
	case MOSQ_ACL_SUBSCRIBE:
		request.access = ACCESS_SUBSCRIBE;
		break;
	case MOSQ_ACL_UNSUBSCRIBE:
		return session ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED;
	default:
		return MOSQ_ERR_ACL_DENIED;
	}
	code = authorize(&plugin->gate, session, &request, &now);
	record_acl(plugin, asked, session, code);
	return code == AUTHORIZE_YES ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED;
}

static int on_disconnect(int event, void *event_data, void *userdata)
{
	const struct mosquitto_evt_disconnect *gone = event_data;
	struct plugin *plugin = userdata;

	(void)event;
	sessions_drop(&plugin->gate.sessions, gone->client);
	return MOSQ_ERR_SUCCESS;
}

static int on_reload(int event, void *event_data, void *userdata)
{
	struct plugin *plugin = userdata;

	(void)event;
	(void)event_data;
	plugin->gate.is_reloading = true;
	/* Anything else would end the chain for the plugins after us. */
	return MOSQ_ERR_PLUGIN_DEFER;
}

/*
 * Makes the broker disconnect the client, upon which on_disconnect drops the session. By client id
 * only when the broker surely lists this client under it: were an offline session found instead, the
 * broker would go on with freed memory. By user name it looks at connected clients alone.
 */
static void kick(struct plugin *plugin, const struct session *session)
{
	const void *client = session->client;
	char client_id[CLIENT_ID_SIZE];
	char unit[UNIT_SIZE];

	memcpy(client_id, session->client_id, sizeof(client_id));
	memcpy(unit, session->unit, sizeof(unit));
	denials_add(&plugin->denials, cut_code(session->cut), unit, client_id, NULL);
	if (session->is_listed)
		mosquitto_kick_client_by_clientid(client_id, false);
	if (sessions_find(&plugin->gate.sessions, client))
		mosquitto_kick_client_by_username(unit, false);
	/* Not connected after all. Without a record it has no right in any case. */
	sessions_drop(&plugin->gate.sessions, client);
}

static void kick_some(struct plugin *plugin, const struct moment *now)
{
	struct session *session;

	cutter_begin(&plugin->cutter);
	while ((session = cutter_next(&plugin->cutter, &plugin->gate.sessions, now->mono_ms)))
		kick(plugin, session);
}

static void write_note(enum log_level level, const char *text)
{
	broker_log(level, "certwire_entitlement: %s", text);
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

static void take_news(struct plugin *plugin, const struct moment *now)
{
	struct delta *delta;

	while ((delta = loader_take(&plugin->loader))) {
		gate_apply(&plugin->gate, delta, now);
		loader_give_back(&plugin->loader, delta);
	}
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

static int on_tick(int event, void *event_data, void *userdata)
{
	struct plugin *plugin = userdata;
	struct moment now = moment_now();

	(void)event;
	(void)event_data;
	if (!plugin->has_ticked) {
		plugin->has_ticked = true;
		sockets_tune(plugin->limits.read_deadline_ms);
	}
	end_reload(plugin);
	take_news(plugin, &now);
	gate_tick(&plugin->gate, &now);
	kick_some(plugin, &now);
	tell_doubt(plugin, &now);
	denials_flush(&plugin->denials, now.mono_ms);
	notes_drain(&plugin->loader.notes, write_note);
	return MOSQ_ERR_SUCCESS;
}

static bool register_callbacks(struct plugin *plugin, struct err *err)
{
	static const struct {
		int event;
		MOSQ_FUNC_generic_callback function;
	} callbacks[] = {
		{MOSQ_EVT_BASIC_AUTH, on_basic_auth},
		{MOSQ_EVT_ACL_CHECK, on_acl_check},
		{MOSQ_EVT_DISCONNECT, on_disconnect},
		{MOSQ_EVT_RELOAD, on_reload},
		{MOSQ_EVT_TICK, on_tick},
	};

	for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
		int rc = mosquitto_callback_register(
			plugin->id, callbacks[i].event, callbacks[i].function, NULL, plugin);

		if (rc != MOSQ_ERR_SUCCESS)
			return err_set(err, ERR_SYSTEM, "Mosquitto does not take the callback of event %d",
				callbacks[i].event);
	}
	return true;
}

static void set_limits(struct plugin *plugin)
{
	plugin->limits = (struct gate_limits){
		.audiences = plugin->options.broker_names,
		.max_staleness_ms = plugin->options.max_staleness_s * 1000,
		.read_deadline_ms = plugin->options.read_deadline_s * 1000,
	};
}

/* Waits for the first whole copy: before it nobody could be let in anyhow. */
static bool await_copy(struct plugin *plugin, struct err *err)
{
	bool has_come = loader_await_first(&plugin->loader, plugin->options.start_timeout_s);

	notes_drain(&plugin->loader.notes, write_note);
	if (!has_come)
		return err_set(err, ERR_SYSTEM, "no copy of the entitlements within %lld s",
			(long long)plugin->options.start_timeout_s);
	return true;
}

static bool start(struct plugin *plugin, struct mosquitto_opt *options, int count, struct err *err)
{
	struct moment now;

	if (sodium_init() < 0)
		return err_set(err, ERR_SYSTEM, "libsodium does not start");
	if (!broker_options_set(&plugin->conf, options, count, err) ||
		!entitlement_options_finish(&plugin->conf, &plugin->options, err))
		return false;
	set_limits(plugin);
	if (!loader_start(&plugin->loader, &plugin->options, &plugin->denials, err))
		return false;
	plugin->has_thread = true;
	if (!await_copy(plugin, err) || !register_callbacks(plugin, err))
		return false;
	now = moment_now();
	take_news(plugin, &now);
	return true;
}

/* The parts that need no options and cannot be left half made. */
static struct plugin *plugin_new(mosquitto_plugin_id_t *id, struct err *err)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (!plugin) {
		err_set(err, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	plugin->id = id;
	conf_init(&plugin->conf, entitlement_keys, &plugin->options);
	if (!denials_init(&plugin->denials, err)) {
		free(plugin);
		return NULL;
	}
	if (!gate_init(&plugin->gate, &plugin->limits, err)) {
		denials_release(&plugin->denials);
		free(plugin);
		return NULL;
	}
	return plugin;
}

static void plugin_free(struct plugin *plugin)
{
	/* A thread that does not end keeps its memory: the process is about to go. */
	if (plugin->has_thread && !loader_stop(&plugin->loader))
		return;
	gate_release(&plugin->gate);
	denials_release(&plugin->denials);
	conf_release(&plugin->conf);
	free(plugin);
}

EXPORT int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
	for (int i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
	struct mosquitto_opt *options, int option_count)
{
	struct err err;
	struct plugin *plugin = plugin_new(identifier, &err);

	if (plugin && start(plugin, options, option_count, &err)) {
		*userdata = plugin;
		return MOSQ_ERR_SUCCESS;
	}
	broker_log(LOG_LEVEL_ERROR, "certwire_entitlement: %s", err.text);
	if (plugin)
		plugin_free(plugin);
	return MOSQ_ERR_UNKNOWN;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	struct plugin *plugin = userdata;

	(void)options;
	(void)option_count;
	if (plugin)
		plugin_free(plugin);
	return MOSQ_ERR_SUCCESS;
}
