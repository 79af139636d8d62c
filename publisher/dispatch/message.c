#include "publisher/dispatch/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct message *message_new(const char *topic, const void *payload, size_t len, struct err *err)
{
	size_t topic_len = strlen(topic);
	struct message *message;

	if (topic_len >= MESSAGE_TOPIC_SIZE) {
		(void)err_set(err, ERR_DATA, "topic is longer than %d bytes", MESSAGE_TOPIC_SIZE - 1);
		return NULL;
	}
	message = malloc(sizeof *message + len);
	if (!message) {
		(void)err_set(err, ERR_SYSTEM, "out of memory for a message");
		return NULL;
	}
	message->references = 1;
	memcpy(message->topic, topic, topic_len + 1);
	message->len = len;
	memcpy(message->payload, payload, len);
	return message;
}

struct message *message_ref(struct message *message)
{
	assert(message->references > 0);
	message->references++;
	return message;
}

void message_unref(struct message *message)
{
	if (message && --message->references == 0)
		free(message);
}
