/*
 * What is to be published: a topic and a payload, shared by the brokers that get the same one.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_MESSAGE_H
#define CERTWIRE_PUBLISHER_DISPATCH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

enum { MESSAGE_TOPIC_SIZE = 96 };

struct message {
	size_t references;
	char topic[MESSAGE_TOPIC_SIZE];
	size_t len;
	uint8_t payload[];
};

/* New, one reference, both copied. NULL with err when memory is short or the topic too long. */
struct message *message_new(
	const char *topic, const void *payload, size_t len, struct err *err) MUST_USE NONNULL;

/* One reference more; returns it. */
struct message *message_ref(struct message *message) NONNULL;

/* One reference less; the last frees. NULL is fine. */
void message_unref(struct message *message);

static inline void cleanup_message(struct message **message)
{
	message_unref(*message);
}

#define auto_message CLEANUP(cleanup_message)

#endif
