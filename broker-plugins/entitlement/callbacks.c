#include "broker-plugins/entitlement/callbacks.h"

#include "broker-plugins/entitlement/authenticate.h"
#include "broker-plugins/entitlement/authorize.h"
#include "broker-plugins/entitlement/turn.h"
#include "broker-plugins/kit/broker_entry.h"

#include <openssl/x509.h>

#include <stdio.h>
#include <string.h>

/* A user name that nothing proved is not to fill the record with inventions of strangers. */
static void record_connect(struct plugin *plugin, const struct connect *connect,
	const struct connect_verdict *verdict, const char *address)
{
	char who[DENIAL_WHO_SIZE];
	/* The TLS certificate is judged after the token, which proved who it is. */
	bool is_proven = verdict->let_in || verdict->code == REFUSAL_TLS_MISSING ||
					 verdict->code == REFUSAL_TLS_CERTIFICATE;
	bool is_known = is_proven || (connect->user_name && plugin->gate.table &&
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

/* What TLS says of the client; one whose certificate cannot be read has one that fits nothing. */
static void read_certificate(const struct mosquitto *client, struct connect *connect)
{
	X509 *certificate = mosquitto_client_certificate(client);

	if (!certificate)
		return;
	connect->has_certificate = true;
	if (!tls_identity_read(certificate, &connect->tls))
		connect->tls = TLS_IDENTITY_NONE;
	X509_free(certificate);
}

static bool is_loopback(const char *address)
{
	return address && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
						  strncmp(address, "::ffff:127.", 11) == 0);
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
	const char *address = mosquitto_client_address(asked->client);

	(void)event;
	pulse_begin(&plugin->pulse);
	/*
	 * After SIGHUP the broker asks again about everybody, with the token of then, which is used.
	 * No refusal now: it would cut all clients, and for sessions that are offline the broker would
	 * go on with freed memory. Rights are in the copy, and who lost one is cut on the tick.
	 */
	if (plugin->gate.is_reloading)
		return MOSQ_ERR_SUCCESS;
	connect.is_local = is_loopback(address);
	/* Who is on this machine can do worse than have signatures verified. */
	connect.address = connect.is_local ? NULL : address ? address : "";
	read_certificate(asked->client, &connect);
	verdict = authenticate(&plugin->gate, &connect, &now);
	record_connect(plugin, &connect, &verdict, address);
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
	pulse_begin(&plugin->pulse);
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
	pulse_begin(&plugin->pulse);
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

static int on_tick(int event, void *event_data, void *userdata)
{
	(void)event;
	(void)event_data;
	turn(userdata);
	return MOSQ_ERR_SUCCESS;
}

static const struct broker_callback callbacks[] = {
	{MOSQ_EVT_BASIC_AUTH, on_basic_auth},
	{MOSQ_EVT_ACL_CHECK, on_acl_check},
	{MOSQ_EVT_DISCONNECT, on_disconnect},
	{MOSQ_EVT_RELOAD, on_reload},
	{MOSQ_EVT_TICK, on_tick},
};

bool callbacks_register(struct plugin *plugin, struct err *err)
{
	return broker_callbacks_register(plugin->id, callbacks, ARRAY_LEN(callbacks), plugin, err);
}

void callbacks_unregister(struct plugin *plugin)
{
	broker_callbacks_unregister(plugin->id, callbacks, ARRAY_LEN(callbacks));
}
