/*
 * The connection to one broker after another: MQTT 5, nothing kept on the broker, a fresh token for
 * each connect, full jitter between attempts. All of it happens in link_step, on the caller's thread,
 * callbacks included.
 */
#ifndef CERTWIRE_SUBSCRIBER_LINK_H
#define CERTWIRE_SUBSCRIBER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/topic.h"
#include "subscriber/config.h"

struct link_handler {
	/* Connected, and what the head says will be heard. */
	void (*up)(void *context, const struct broker *broker);
	/* An attempt failed, or a connection was lost; the next attempt is in `wait_ms`. */
	void (*down)(void *context, const struct broker *broker, const char *why, int64_t wait_ms);
	void (*message)(void *context, const struct topic *topic, const void *payload, size_t len);
	void *context;
};

struct link;

/* `config`, `clock`, `key` and what `handler` points to are borrowed until link_free. */
bool link_new(const struct config *config, const struct clock *clock, const struct signing_key *key,
	const struct link_handler *handler, struct link **ret, struct err *err) MUST_USE NONNULL;

/* Disconnects; NULL is fine. */
void link_free(struct link *link);

/* Does what there is to do, and waits for more at most `timeout_ms`. A signal ends the wait. */
void link_step(struct link *link, int timeout_ms) NONNULL;

bool link_is_up(const struct link *link) MUST_USE NONNULL;

/* Publishes at QoS 1 on one of the unit's topics. False when not up or when it could not be queued. */
bool link_publish(
	struct link *link, enum topic_kind kind, const void *payload, size_t len) MUST_USE NONNULL;

/* Ends this connection with a reason of our own; the next broker is tried. */
void link_drop(struct link *link, const char *why) NONNULL;

/* This broker is good: the next failure waits briefly again. */
void link_is_good(struct link *link) NONNULL;

/* Asks again for the topics that the broker refused; it may have changed its mind. */
void link_resubscribe(struct link *link) NONNULL;

/* How many of the unit's own topics are refused: in the lobby they are. */
int link_refused_topics(const struct link *link) MUST_USE NONNULL;

/* How many topics the broker has not answered for yet. */
int link_pending_topics(const struct link *link) MUST_USE NONNULL;

/* Full jitter: a random wait of at most 1 s doubled for each failure in a row, never above 60 s. */
int64_t link_backoff_ms(unsigned int failures) MUST_USE;

#endif
