/*
 * The topics that a device subscribes to, and what the broker said to each.
 */
#ifndef CERTWIRE_SUBSCRIBER_TOPICS_H
#define CERTWIRE_SUBSCRIBER_TOPICS_H

#include <stdbool.h>

#include "common/macros.h"
#include "common/topic.h"

#include <mosquitto.h>

enum { TOPICS_OWN = 4, TOPICS_CHANNELS = 4, TOPICS_MAX = TOPICS_OWN + TOPICS_CHANNELS };

/* The unit's own come first, the head first of all: without it there is no use in being connected. */
struct topics {
	struct {
		char topic[TOPIC_SIZE];
		int mid;
		bool refused;
		bool answered;
	} items[TOPICS_MAX];
};

void topics_init(struct topics *topics, const char *unit) NONNULL;

/* Subscribes to all. False when that could not be sent. */
bool topics_subscribe(struct topics *topics, struct mosquitto *mosq) MUST_USE NONNULL;

/* Once more to those that were refused. */
bool topics_subscribe_refused(struct topics *topics, struct mosquitto *mosq) MUST_USE NONNULL;

/* Notes the broker's answer; true when it was the answer about the head. */
bool topics_answered(struct topics *topics, int mid, bool granted) MUST_USE NONNULL;

bool topics_head_refused(const struct topics *topics) MUST_USE NONNULL;

/* How many of the unit's own are refused: in the lobby they are. */
int topics_own_refused(const struct topics *topics) MUST_USE NONNULL;

/* How many the broker has not answered for yet. */
int topics_pending(const struct topics *topics) MUST_USE NONNULL;

#endif
