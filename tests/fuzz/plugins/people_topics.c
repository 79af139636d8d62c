#include "tests/fuzz/plugins/people.h"

#include "common/limits.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "certwire/v1/"

/* Whether it is one of the unit's own topics with that leaf. */
static bool is_own(struct member who, const char *topic, const char *leaf)
{
	char own[128];

	(void)snprintf(own, sizeof(own), PREFIX "unit/%s/%s", people_units[who.unit], leaf);
	return strcmp(topic, own) == 0;
}

static bool is_readable_channel(unsigned rights, const char *topic)
{
	char own[128];

	for (int i = 0; i < CHANNELS; i++) {
		(void)snprintf(own, sizeof(own), PREFIX "channel/%s", people_channels[i]);
		if (strcmp(topic, own) == 0)
			return rights & 1U << i;
	}
	return false;
}

static bool ends_in(const char *topic, const char *end)
{
	size_t len = strlen(topic), end_len = strlen(end);

	return len > end_len && strcmp(topic + len - end_len, end) == 0;
}

/* A topic of a unit or a channel, of the right number of levels. */
static bool is_shaped(const char *topic, const char *level, int slashes)
{
	int count = 0;

	for (const char *at = topic; *at; at++)
		count += *at == '/';
	return strncmp(topic, level, strlen(level)) == 0 && count == slashes && !strpbrk(topic, "+#$");
}

bool people_may_read(unsigned rights, struct member who, const char *topic)
{
	if (who.unit == DISPATCHER)
		return is_shaped(topic, PREFIX "unit/", 4) && ends_in(topic, "/sync");
	if (rights & RIGHT_LOBBY && (is_own(who, topic, "head") || is_own(who, topic, "keyset")))
		return true;
	if (!(rights & RIGHT_FULL))
		return false;
	return is_own(who, topic, "offer") || is_own(who, topic, "part") ||
		   is_readable_channel(rights, topic);
}

bool people_may_write(unsigned rights, struct member who, const char *topic, uint32_t size)
{
	if (who.unit == DISPATCHER)
		return is_shaped(topic, PREFIX "channel/", 3) ||
			   (is_shaped(topic, PREFIX "unit/", 4) &&
				   (ends_in(topic, "/part") || ends_in(topic, "/offer") ||
					   ends_in(topic, "/head") || ends_in(topic, "/keyset")));
	if (rights & RIGHT_LOBBY && is_own(who, topic, "sync"))
		return size <= LIMIT_SYNC_JWS;
	if (!(rights & RIGHT_FULL))
		return false;
	return (is_own(who, topic, "receipt") && size <= LIMIT_RECEIPT_JWS) ||
		   (is_own(who, topic, "reply") && size <= LIMIT_REPLY_JWS);
}

bool people_may_subscribe(unsigned rights, struct member who, const char *filter)
{
	const unsigned all = (1U << CHANNELS) - 1;

	if (who.unit == DISPATCHER)
		return strcmp(filter, PREFIX "unit/+/sync") == 0 || people_may_read(rights, who, filter);
	if (is_own(who, filter, "+"))
		return rights & RIGHT_FULL;
	if (strcmp(filter, PREFIX "channel/+") == 0)
		return (rights & all) == all;
	return people_may_read(rights, who, filter);
}
