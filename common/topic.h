/*
 * The topics of docs/protocol.md section 5, taken apart and put together. Which principal may use
 * which is not decided here.
 */
#ifndef CERTWIRE_COMMON_TOPIC_H
#define CERTWIRE_COMMON_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "common/ident.h"
#include "common/macros.h"

#define TOPIC_PREFIX "certwire/v1/"

enum topic_kind {
	TOPIC_CHANNEL, /* channel/<channel> */
	TOPIC_PART, /* unit/<unit>/part, and so on */
	TOPIC_OFFER,
	TOPIC_HEAD,
	TOPIC_KEYSET,
	TOPIC_SYNC,
	TOPIC_RECEIPT,
	TOPIC_REPLY,
};

enum { TOPIC_SIZE = 96 };

struct topic {
	enum topic_kind kind;
	char unit[UNIT_SIZE]; /* "" for TOPIC_CHANNEL */
	char channel[CHANNEL_SIZE]; /* "" for the others */
};

/* True when it is a topic of ours, with a valid unit or channel; else `*ret` is untouched. */
bool topic_parse(const char *text, struct topic *ret) MUST_USE NONNULL;

/* Returns `out`. The unit or channel is used as it is. */
char *topic_format(const struct topic *topic, char out[static TOPIC_SIZE]) NONNULL;
char *topic_unit(enum topic_kind kind, const char *unit, char out[static TOPIC_SIZE]) NONNULL;
char *topic_channel(const char *channel, char out[static TOPIC_SIZE]) NONNULL;

/*
 * A subscription. Of these forms only; whatever else a client asks for is no filter of ours:
 *	channel/<channel>	channel/+
 *	unit/<unit>/<leaf>	unit/<unit>/+	unit/+/<leaf>
 */
struct topic_filter {
	bool all_channels; /* channel/+ */
	bool all_leaves; /* unit/<unit>/+; topic.kind says nothing then */
	bool all_units; /* unit/+/<leaf>; topic.unit is "" then */
	struct topic topic; /* kind TOPIC_CHANNEL tells the first two forms from the others */
};

/* False for everything else ($share, $SYS, #, ...); `*ret` is untouched then. */
bool topic_filter_parse(const char *text, struct topic_filter *ret) MUST_USE NONNULL;

/* Whether a message on `topic` goes to who subscribed to `filter`. */
bool topic_filter_matches(
	const struct topic_filter *filter, const struct topic *topic) MUST_USE NONNULL;

#endif
