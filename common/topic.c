#include "common/topic.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const leaves[] = {
	[TOPIC_PART] = "part",
	[TOPIC_OFFER] = "offer",
	[TOPIC_HEAD] = "head",
	[TOPIC_KEYSET] = "keyset",
	[TOPIC_SYNC] = "sync",
	[TOPIC_RECEIPT] = "receipt",
	[TOPIC_REPLY] = "reply",
};

#define CHANNEL_LEVEL TOPIC_PREFIX "channel/"
#define UNIT_LEVEL TOPIC_PREFIX "unit/"

/* What follows `prefix`, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_plus(const char *text, size_t len)
{
	return len == 1 && text[0] == '+';
}

static bool parse_leaf(const char *text, enum topic_kind *ret)
{
	for (size_t kind = TOPIC_PART; kind < ARRAY_LEN(leaves); kind++) {
		if (strcmp(leaves[kind], text) == 0) {
			*ret = (enum topic_kind)kind;
			return true;
		}
	}
	return false;
}

static bool parse_channel(const char *name, bool wildcards, struct topic_filter *ret)
{
	size_t len = strlen(name);

	if (wildcards && is_plus(name, len)) {
		ret->all_channels = true;
		return true;
	}
	if (!ident_is_channel(name, len))
		return false;
	memcpy(ret->topic.channel, name, len + 1);
	return true;
}

static bool parse_unit(const char *text, bool wildcards, struct topic_filter *ret)
{
	const char *slash = strchr(text, '/');

	if (!slash)
		return false;

	size_t len = (size_t)(slash - text);
	const char *leaf = slash + 1;

	if (wildcards && is_plus(text, len)) {
		ret->all_units = true;
		return parse_leaf(leaf, &ret->topic.kind);
	}
	if (!ident_is_unit(text, len))
		return false;
	memcpy(ret->topic.unit, text, len);
	ret->topic.kind = TOPIC_PART;
	if (wildcards && is_plus(leaf, strlen(leaf))) {
		ret->all_leaves = true;
		return true;
	}
	return parse_leaf(leaf, &ret->topic.kind);
}

static bool parse(const char *text, bool wildcards, struct topic_filter *ret)
{
	struct topic_filter filter = {.topic = {.kind = TOPIC_CHANNEL}};
	const char *rest = after(text, CHANNEL_LEVEL);
	bool ours;

	if (rest)
		ours = parse_channel(rest, wildcards, &filter);
	else
		ours = (rest = after(text, UNIT_LEVEL)) && parse_unit(rest, wildcards, &filter);
	if (ours)
		*ret = filter;
	return ours;
}

bool topic_parse(const char *text, struct topic *ret)
{
	struct topic_filter filter;

	if (!parse(text, false, &filter))
		return false;
	*ret = filter.topic;
	return true;
}

bool topic_filter_parse(const char *text, struct topic_filter *ret)
{
	return parse(text, true, ret);
}

char *topic_format(const struct topic *topic, char out[static TOPIC_SIZE])
{
	return topic->kind == TOPIC_CHANNEL ? topic_channel(topic->channel, out)
										: topic_unit(topic->kind, topic->unit, out);
}

char *topic_unit(enum topic_kind kind, const char *unit, char out[static TOPIC_SIZE])
{
	assert(kind >= TOPIC_PART && (size_t)kind < ARRAY_LEN(leaves));

	int len = snprintf(out, TOPIC_SIZE, UNIT_LEVEL "%s/%s", unit, leaves[kind]);

	assert(len > 0 && len < TOPIC_SIZE);
	(void)len;
	return out;
}

char *topic_channel(const char *channel, char out[static TOPIC_SIZE])
{
	int len = snprintf(out, TOPIC_SIZE, CHANNEL_LEVEL "%s", channel);

	assert(len > 0 && len < TOPIC_SIZE);
	(void)len;
	return out;
}

bool topic_filter_matches(const struct topic_filter *filter, const struct topic *topic)
{
	const struct topic *wanted = &filter->topic;

	if (wanted->kind == TOPIC_CHANNEL)
		return topic->kind == TOPIC_CHANNEL &&
			   (filter->all_channels || strcmp(wanted->channel, topic->channel) == 0);
	if (topic->kind == TOPIC_CHANNEL)
		return false;
	return (filter->all_units || strcmp(wanted->unit, topic->unit) == 0) &&
		   (filter->all_leaves || wanted->kind == topic->kind);
}
