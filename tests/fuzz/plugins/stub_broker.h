/*
 * As much of Mosquitto 2.0 as a plugin sees: clients, the order in which callbacks are asked, what their
 * answers lead to, and what it does that a plugin has to live with: sessions that outlive their
 * connection, everybody asked about again after SIGHUP, the second of two with one client id.
 * An answer that would make the real one misbehave ends the process.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_STUB_BROKER_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_STUB_BROKER_H

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/x509.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/plugins/people.h"

enum client_state { CLIENT_KNOCKS, CLIENT_IS_HERE, CLIENT_IS_AWAY };

/* Strings are owned, and NULL where the client said nothing. */
struct mosquitto {
	enum client_state state;
	char *id;
	char *user_name;
	char *password;
	char *address;
	int protocol_version;
	bool clean_start;
	X509 *certificate; /* owned */

	/* What the script knows of it. */
	struct member who;
	bool has_other_key; /* signed in with it */
	bool has_record; /* it was let in by a decision, not because the broker was reloading */
	bool is_in_lobby; /* for its clock */
	unsigned had; /* its rights when it was let in */
};

enum { BROKER_CLIENTS_MAX = 16 };

/* The clients that are here or away; those that are free are NULL. */
extern struct mosquitto *broker_clients[BROKER_CLIENTS_MAX];

/* New, with an id and nothing else. */
struct mosquitto *broker_client_new(void);

/* Takes `client` and asks whether it may come in; it is gone when not. Evicts who has its id. */
bool broker_connect(struct mosquitto *client);

/* Its connection ends; `stays` keeps its session, as a client may ask for. */
void broker_disconnect(struct mosquitto *client, bool stays);

/* ACL_CHECK; `access` is one of MOSQ_ACL_. */
struct broker_message {
	const char *topic;
	void *payload;
	uint32_t size;
	uint8_t qos;
	bool retain;
};
bool broker_may(struct mosquitto *client, int access, const struct broker_message *message);

/* MESSAGE, once ACL_CHECK said yes. */
bool broker_message(struct mosquitto *client, const struct broker_message *message);

void broker_tick(void);

/* SIGHUP, and that everybody is asked about again. */
void broker_reload(void);

/* All clients go; nobody may have left a callback behind. */
void broker_end(void);

/* The text may be in no line of the log; borrowed; NULL: nothing. */
void broker_keep_secret(const char *text);

#endif
