#include "tests/fuzz/plugins/stub_broker.h"

#include "common/macros.h"
#include "tests/fuzz/plugins/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLBACKS_MAX = 16 };

struct registered {
	int event;
	MOSQ_FUNC_generic_callback function;
	void *userdata;
};

static struct registered registered[CALLBACKS_MAX];
static size_t registered_count;
static const char *secret_text;

struct mosquitto *broker_clients[BROKER_CLIENTS_MAX];

struct mosquitto *broker_client_new(void)
{
	struct mosquitto *client = calloc(1, sizeof(*client));

	demand(client != NULL, "there is memory");
	return client;
}

/* The place of the client; of NULL a free one; NULL when there is none. */
static struct mosquitto **place_of(const struct mosquitto *client)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++)
		if (broker_clients[i] == client)
			return &broker_clients[i];
	return NULL;
}

static void client_free(struct mosquitto *client)
{
	struct mosquitto **place = place_of(client);

	if (place)
		*place = NULL;
	X509_free(client->certificate);
	free(client->id);
	free(client->user_name);
	free(client->password);
	free(client->address);
	free(client);
}

/* Asks one plugin after the other, until one does not answer `go_on`. */
static int ask(int event, void *data, int go_on)
{
	int rc = go_on;

	for (size_t i = 0; i < registered_count && rc == go_on; i++)
		if (registered[i].event == event)
			rc = registered[i].function(event, data, registered[i].userdata);
	return rc;
}

static bool answered(int rc, int no, const char *what)
{
	demand(rc == MOSQ_ERR_SUCCESS || rc == no, what);
	return rc == MOSQ_ERR_SUCCESS;
}

static int ask_who(struct mosquitto *client)
{
	struct mosquitto_evt_basic_auth asked = {
		.client = client, .username = client->user_name, .password = client->password};

	return ask(MOSQ_EVT_BASIC_AUTH, &asked, MOSQ_ERR_PLUGIN_DEFER);
}

static struct mosquitto *find_id(const char *id, const struct mosquitto *but)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		struct mosquitto *client = broker_clients[i];

		if (client && client != but && client->id && id && strcmp(client->id, id) == 0)
			return client;
	}
	return NULL;
}

void broker_disconnect(struct mosquitto *client, bool stays)
{
	struct mosquitto_evt_disconnect gone = {.client = client, .reason = -1};

	ask(MOSQ_EVT_DISCONNECT, &gone, MOSQ_ERR_SUCCESS);
	if (stays && client->state == CLIENT_IS_HERE)
		client->state = CLIENT_IS_AWAY;
	else
		client_free(client);
}

bool broker_connect(struct mosquitto *client)
{
	struct mosquitto **place = place_of(NULL);
	bool yes = place && answered(ask_who(client), MOSQ_ERR_AUTH, "BASIC_AUTH answers yes or AUTH");
	struct mosquitto *before;

	if (!yes) {
		free(client->id);
		client->id = NULL;
		broker_disconnect(client, false);
		return false;
	}
	client->state = CLIENT_IS_HERE;
	*place = client;
	before = find_id(client->id, client);
	if (before && before->state == CLIENT_IS_HERE)
		broker_disconnect(before, false);
	else if (before)
		client_free(before);
	return true;
}

bool broker_may(struct mosquitto *client, int access, const struct broker_message *message)
{
	struct mosquitto_evt_acl_check asked = {.client = client,
		.topic = message->topic,
		.payload = message->payload,
		.access = access,
		.payloadlen = message->size,
		.qos = message->qos,
		.retain = message->retain};

	return answered(ask(MOSQ_EVT_ACL_CHECK, &asked, MOSQ_ERR_PLUGIN_DEFER), MOSQ_ERR_ACL_DENIED,
		"ACL_CHECK answers yes or ACL_DENIED");
}

bool broker_message(struct mosquitto *client, const struct broker_message *message)
{
	char *topic = strdup(message->topic);
	struct mosquitto_evt_message asked = {.client = client,
		.topic = topic,
		.payload = message->payload,
		.payloadlen = message->size,
		.qos = message->qos,
		.retain = message->retain};
	bool yes = answered(ask(MOSQ_EVT_MESSAGE, &asked, MOSQ_ERR_SUCCESS), MOSQ_ERR_ACL_DENIED,
		"MESSAGE answers yes or ACL_DENIED");

	demand(asked.topic == topic && asked.payload == message->payload, "a message stays as it is");
	free(topic);
	return yes;
}

void broker_tick(void)
{
	struct mosquitto_evt_tick tick = {.now_s = 0};

	ask(MOSQ_EVT_TICK, &tick, MOSQ_ERR_SUCCESS);
}

void broker_reload(void)
{
	struct mosquitto_evt_reload reload = {.option_count = 0};

	demand(ask(MOSQ_EVT_RELOAD, &reload, MOSQ_ERR_PLUGIN_DEFER) == MOSQ_ERR_PLUGIN_DEFER,
		"RELOAD leaves the chain to the plugins after it");
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++)
		demand(!broker_clients[i] || ask_who(broker_clients[i]) == MOSQ_ERR_SUCCESS,
			"nobody is refused when the broker reloads");
}

void broker_end(void)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++)
		if (broker_clients[i])
			client_free(broker_clients[i]);
	demand(registered_count == 0, "no callback is left behind");
}

void broker_keep_secret(const char *text)
{
	secret_text = text;
}

/* What plugins call, named and declared by Mosquitto's headers. */

int mosquitto_callback_register(mosquitto_plugin_id_t *identifier, int event,
	MOSQ_FUNC_generic_callback cb_func, const void *event_data, void *userdata)
{
	(void)identifier;
	(void)event_data;
	demand(registered_count < CALLBACKS_MAX, "there is room for callbacks");
	registered[registered_count++] = (struct registered){event, cb_func, userdata};
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_callback_unregister(mosquitto_plugin_id_t *identifier, int event,
	MOSQ_FUNC_generic_callback cb_func, const void *event_data)
{
	(void)identifier;
	(void)event_data;
	for (size_t i = 0; i < registered_count; i++)
		if (registered[i].event == event && registered[i].function == cb_func) {
			registered_count--;
			memmove(
				&registered[i], &registered[i + 1], (registered_count - i) * sizeof(registered[0]));
			return MOSQ_ERR_SUCCESS;
		}
	return MOSQ_ERR_NOT_FOUND;
}

const char *mosquitto_client_id(const struct mosquitto *client)
{
	return client->id;
}

const char *mosquitto_client_username(const struct mosquitto *client)
{
	return client->user_name;
}

const char *mosquitto_client_address(const struct mosquitto *client)
{
	return client->address;
}

int mosquitto_client_protocol_version(const struct mosquitto *client)
{
	return client->protocol_version;
}

bool mosquitto_client_clean_session(const struct mosquitto *client)
{
	return client->clean_start;
}

void *mosquitto_client_certificate(const struct mosquitto *client)
{
	if (client->certificate)
		X509_up_ref(client->certificate);
	return client->certificate;
}

int mosquitto_kick_client_by_clientid(const char *clientid, bool with_will)
{
	struct mosquitto *client = find_id(clientid, NULL);

	demand(!with_will, "who is cut leaves no will");
	if (!client)
		return MOSQ_ERR_NOT_FOUND;
	demand(client->state == CLIENT_IS_HERE,
		"a session that is away is never cut: the broker would go "
		"on with freed memory");
	broker_disconnect(client, false);
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_kick_client_by_username(const char *username, bool with_will)
{
	demand(!with_will, "who is cut leaves no will");
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		struct mosquitto *client = broker_clients[i];

		if (client && client->state == CLIENT_IS_HERE && client->user_name &&
			strcmp(client->user_name, username) == 0)
			broker_disconnect(client, false);
	}
	return MOSQ_ERR_SUCCESS;
}

PRINTF_LIKE(2, 3) void mosquitto_log_printf(int level, const char *fmt, ...)
{
	char line[2048];
	va_list args;

	(void)level;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	for (const char *at = line; *at; at++)
		demand((unsigned char)*at >= ' ' && *at != '\x7f', "the log has no control characters");
	if (secret_text && *secret_text && strstr(line, secret_text)) {
		(void)fprintf(stderr, "%s\n", line);
		demand(false, "no password is logged");
	}
}
