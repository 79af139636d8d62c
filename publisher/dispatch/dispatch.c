#include "publisher/dispatch/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "common/fingerprint.h"
#include "common/keyfile.h"
#include "common/topic.h"

enum { CONNECT_FIRST_MS = 500, CONNECT_MAX_MS = 10000 };

/* A broker delivered a message. Which broker may lie about it is judged when it is answered. */
static void dispatch_received(
	void *context, struct broker *broker, const char *topic, const void *payload, size_t len)
{
	struct dispatch *dispatch = context;
	struct topic parsed;

	if (topic_parse(topic, &parsed) && parsed.kind == TOPIC_SYNC)
		talks_put(&dispatch->feeds[broker->index].talks, parsed.unit, payload, len);
}

static void dispatch_acknowledged(void *context, struct broker *broker, int id)
{
	struct dispatch *dispatch = context;
	struct pushes *pushes = &dispatch->feeds[broker->index].pushes;

	if (pushes->underway == id)
		pushes->underway = 0;
}

static void dispatch_lost(void *context, struct broker *broker)
{
	struct dispatch *dispatch = context;

	feed_clear(&dispatch->feeds[broker->index]);
}

static void dispatch_init_brokers(struct dispatch *dispatch)
{
	const struct config *config = dispatch->config;

	dispatch->owner = (struct broker_owner){
		.client_id = dispatch->client_id,
		.ca_path = config->settings.broker_ca,
		.key = &dispatch->key,
		.clock = dispatch->clock,
		.log = &dispatch->log,
		.received = dispatch_received,
		.acknowledged = dispatch_acknowledged,
		.lost = dispatch_lost,
		.context = dispatch,
	};
	for (size_t i = 0; i < config->address_count; i++) {
		broker_init(&dispatch->brokers[i], &config->addresses[i], i, &dispatch->owner);
		feed_init(&dispatch->feeds[i]);
	}
	dispatch->broker_count = config->address_count;
}

bool dispatch_open(struct dispatch *dispatch, const struct config *config, int interrupt_fd,
	const struct clock *clock, struct err *err)
{
	const char *name = config->settings.name;
	struct fingerprint pinned;

	*dispatch = (struct dispatch){
		.config = config,
		.clock = clock,
		.interrupt_fd = interrupt_fd,
		.rights_version = -1,
		.anchored = -1,
		.connect_backoff = {.first_ms = CONNECT_FIRST_MS, .max_ms = CONNECT_MAX_MS},
	};
	log_init(&dispatch->log);
	dispatch->log.level = config->log_level;
	if (!ident_is_device(name, strlen(name)))
		return err_set(err, ERR_USAGE,
			"name '%s' is not 1 to 16 lower-case letters, digits and single hyphens",
			ERR_QUOTED(name));
	if (!fingerprint_parse(config->settings.root_fingerprint, &pinned, err)) {
		err->kind = ERR_USAGE;
		return err_context(err, "root_fingerprint");
	}
	if (!keyfile_load_unprotected(config->settings.key, ROLE_DISPATCHER, &dispatch->key, err))
		return false;
	dispatch->content_key = secret_new(GRANT_PLAIN_BYTES, err);
	if (!dispatch->content_key)
		return false;
	keyring_init(&dispatch->ring, &pinned);
	ident_client_id(IDENT_DISPATCHER, name, dispatch->client_id);
	lease_init(&dispatch->lease, name, config->settings.lease_s);
	dispatch_init_brokers(dispatch);
	return true;
}

void dispatch_close(struct dispatch *dispatch)
{
	if (dispatch->pg && pg_is_connected(dispatch->pg))
		lease_give_up(&dispatch->lease, &dispatch->ledger);
	for (size_t i = 0; i < dispatch->broker_count; i++) {
		feed_clear(&dispatch->feeds[i]);
		broker_close(&dispatch->brokers[i]);
	}
	name_set_clear(&dispatch->heads);
	name_set_clear(&dispatch->bad_devices);
	pg_free(dispatch->pg);
	vouched_release(&dispatch->vouched);
	seal_keys_release(&dispatch->seal_keys);
	parts_clear(&dispatch->parts);
	keyring_release(&dispatch->ring);
	secret_free(dispatch->content_key);
	signing_key_release(&dispatch->key);
}

const struct keyset *dispatch_keyset(const struct dispatch *dispatch)
{
	return keyring_newest(&dispatch->ring);
}

bool dispatch_has_broker(const struct dispatch *dispatch)
{
	for (size_t i = 0; i < dispatch->broker_count; i++)
		if (broker_is_ready(&dispatch->brokers[i]))
			return true;
	return false;
}

bool dispatch_has_room(const struct dispatch *dispatch)
{
	for (size_t i = 0; i < dispatch->broker_count; i++)
		if (broker_is_ready(&dispatch->brokers[i]) && !lane_has_room(&dispatch->feeds[i].notices))
			return false;
	return true;
}

bool dispatch_broadcast(struct dispatch *dispatch, struct message *message, struct err *err)
{
	for (size_t i = 0; i < dispatch->broker_count; i++)
		if (broker_is_ready(&dispatch->brokers[i]) &&
			!lane_push(&dispatch->feeds[i].notices, message, err))
			return false;
	return true;
}
