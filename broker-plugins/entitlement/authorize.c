#include "broker-plugins/entitlement/authorize.h"

#include "common/limits.h"
#include "common/part.h"
#include "common/topic.h"

#include <string.h>

/* Payloads from this size on count as something that a client has to read and answer. */
enum { ANSWERED_FROM_BYTES = 4096 };

/* The largest payload of each kind of topic (docs/protocol.md sections 1, 6 and 8). */
static uint32_t size_max(enum topic_kind kind)
{
	static const uint32_t max[] = {
		[TOPIC_CHANNEL] = PART_MESSAGE_BYTES,
		[TOPIC_PART] = PART_MESSAGE_BYTES,
		[TOPIC_OFFER] = LIMIT_OFFER,
		[TOPIC_HEAD] = LIMIT_HEAD_JWS,
		[TOPIC_KEYSET] = LIMIT_KEYSET_JWS,
		[TOPIC_SYNC] = LIMIT_SYNC_JWS,
		[TOPIC_RECEIPT] = LIMIT_RECEIPT_JWS,
		[TOPIC_REPLY] = LIMIT_REPLY_JWS,
	};

	return max[kind];
}

/* The unit as far as it may have more than the lobby; NULL when its device is only let in there. */
static const struct unit *full_unit(
	const struct gate *gate, const struct session *session, int64_t at_us)
{
	const struct unit *unit = table_find(gate->table, session->unit);
	const struct unit_device *device = unit ? unit_device(unit, session->device) : NULL;

	if (!device || !unit_device_is_live(device, at_us) || session->clock_is_off)
		return NULL;
	return unit_is_good(unit, at_us) ? unit : NULL;
}

/* Whether the device counts at all: certified still, by the key it signed in with. */
static bool device_is_live(const struct gate *gate, const struct session *session, int64_t at_us)
{
	const struct unit *unit = table_find(gate->table, session->unit);
	const struct unit_device *device = unit ? unit_device(unit, session->device) : NULL;

	return device && unit_device_is_live(device, at_us) && strcmp(device->kid, session->kid) == 0;
}

static bool unit_may_read(const struct gate *gate, const struct session *session,
	const struct topic *topic, int64_t at_us)
{
	const struct unit *unit = full_unit(gate, session, at_us);

	if (topic->kind == TOPIC_CHANNEL)
		return unit && unit_may_receive(unit, topic->channel, at_us);
	if (strcmp(topic->unit, session->unit) != 0)
		return false;
	switch (topic->kind) {
	case TOPIC_HEAD:
	case TOPIC_KEYSET: /* public keys; without them who is in the lobby could not verify its head */
		return true;
	case TOPIC_PART:
	case TOPIC_OFFER:
		return unit != NULL;
	default:
		return false;
	}
}

static bool unit_may_write(const struct gate *gate, const struct session *session,
	const struct topic *topic, int64_t at_us)
{
	if (strcmp(topic->unit, session->unit) != 0)
		return false;
	switch (topic->kind) {
	case TOPIC_SYNC:
		return true;
	case TOPIC_RECEIPT:
	case TOPIC_REPLY:
		return full_unit(gate, session, at_us) != NULL;
	default:
		return false;
	}
}

/* The channels of the protocol's first version (docs/protocol.md section 1). */
static const char *const channels[] = {"weekly", "monthly", "opportunity", "seminar"};

static bool is_known_channel(const char *channel)
{
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (strcmp(channels[i], channel) == 0)
			return true;
	return false;
}

/* `channel/+` is for who may receive every channel that anybody may. */
static bool may_receive_all(const struct unit *unit, int64_t at_us)
{
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (!unit_may_receive(unit, channels[i], at_us))
			return false;
	return true;
}

static bool unit_may_subscribe(const struct gate *gate, const struct session *session,
	const struct topic_filter *filter, int64_t at_us)
{
	const struct unit *unit = full_unit(gate, session, at_us);

	if (filter->all_units)
		return false;
	if (filter->all_channels)
		return unit && may_receive_all(unit, at_us);
	if (filter->all_leaves)
		return unit && strcmp(filter->topic.unit, session->unit) == 0;
	return unit_may_read(gate, session, &filter->topic, at_us);
}

/*
 * A client does not know its rights, so it asks for each channel and for all of its own topics: to be
 * told no is its normal case, and must not bury what is worth an administrator's look.
 */
static bool is_plain_wish(const struct session *session, const struct topic_filter *filter)
{
	if (filter->all_units || filter->all_channels)
		return false;
	if (filter->topic.kind == TOPIC_CHANNEL)
		return is_known_channel(filter->topic.channel);
	return strcmp(filter->topic.unit, session->unit) == 0;
}

static bool dispatcher_may_write(const struct topic *topic)
{
	switch (topic->kind) {
	case TOPIC_CHANNEL:
	case TOPIC_PART:
	case TOPIC_OFFER:
	case TOPIC_HEAD:
	case TOPIC_KEYSET:
		return true;
	default:
		return false;
	}
}

static bool dispatcher_may_subscribe(const struct topic_filter *filter)
{
	/* `unit/<unit>/+` would take in what only the unit may read. */
	return !filter->all_channels && !filter->all_leaves && filter->topic.kind == TOPIC_SYNC;
}

static void arm(struct gate *gate, struct session *session, uint32_t size, int64_t now_ms)
{
	if (session->is_dispatcher || size < ANSWERED_FROM_BYTES)
		return;
	session->unanswered_bytes += size;
	if (session->has_deadline || session->unanswered_bytes <= UNANSWERED_BYTES_MAX)
		return;
	/* All deadlines are equally long, so the list stays in order. */
	session->deadline_ms = now_ms + gate->limits->read_deadline_ms;
	session->has_deadline = true;
	TAILQ_INSERT_TAIL(&gate->sessions.deadlines, session, deadlines);
}

static void disarm(struct gate *gate, struct session *session)
{
	session->unanswered_bytes = 0;
	if (!session->has_deadline)
		return;
	session->has_deadline = false;
	TAILQ_REMOVE(&gate->sessions.deadlines, session, deadlines);
}

static int judge_write(struct gate *gate, struct session *session, const struct request *request,
	const struct moment *now)
{
	int64_t at_us = gate_rights_time_us(gate, now);
	struct topic topic;
	bool may;

	session->is_listed = true;
	disarm(gate, session);
	if (request->retain || request->qos > 1 || !topic_parse(request->topic, &topic))
		return REFUSAL_PUBLISH;
	if (request->size_bytes > size_max(topic.kind))
		return REFUSAL_PUBLISH;
	if (session->is_dispatcher)
		may = table_dispatcher(gate->table, session->kid, at_us / US_PER_S) &&
			  dispatcher_may_write(&topic);
	else
		may = device_is_live(gate, session, at_us) && unit_may_write(gate, session, &topic, at_us);
	return may ? AUTHORIZE_YES : REFUSAL_PUBLISH;
}

static int judge_subscribe(struct gate *gate, struct session *session,
	const struct request *request, const struct moment *now)
{
	int64_t at_us = gate_rights_time_us(gate, now);
	struct topic_filter filter;
	bool may;

	session->is_listed = true;
	if (!topic_filter_parse(request->topic, &filter))
		return REFUSAL_SUBSCRIBE;
	if (session->is_dispatcher)
		may = table_dispatcher(gate->table, session->kid, at_us / US_PER_S) &&
			  dispatcher_may_subscribe(&filter);
	else
		may = device_is_live(gate, session, at_us) &&
			  unit_may_subscribe(gate, session, &filter, at_us);
	if (may)
		return AUTHORIZE_YES;
	return !session->is_dispatcher && is_plain_wish(session, &filter) ? AUTHORIZE_NO_QUIETLY
																	  : REFUSAL_SUBSCRIBE;
}

/* What a unit's devices publish: nobody but the dispatcher reads it. */
static bool is_own_word(const struct session *session, const struct topic *topic)
{
	bool is_word =
		topic->kind == TOPIC_SYNC || topic->kind == TOPIC_RECEIPT || topic->kind == TOPIC_REPLY;

	return is_word && strcmp(topic->unit, session->unit) == 0;
}

/* Whether it was found to may read that topic, and neither news nor the clock has touched its rights since. */
static bool is_known_readable(
	const struct gate *gate, const struct session *session, const char *topic, int64_t at_us)
{
	return session->readable[0] && session->generation == gate->generation &&
		   session->rights_at_us <= at_us && at_us < session->rights_until_us &&
		   strcmp(session->readable, topic) == 0;
}

static void remember_readable(struct session *session, const char *topic)
{
	size_t size = strlen(topic) + 1;

	if (size <= sizeof(session->readable))
		memcpy(session->readable, topic, size);
}

static int judge_unit_read(
	struct gate *gate, struct session *session, const char *text, int64_t at_us)
{
	struct topic topic;

	if (!topic_parse(text, &topic))
		return REFUSAL_DELIVERY;
	if (is_own_word(session, &topic))
		return AUTHORIZE_NO_QUIETLY;
	if (!device_is_live(gate, session, at_us) || !unit_may_read(gate, session, &topic, at_us))
		return REFUSAL_DELIVERY;
	remember_readable(session, text);
	return AUTHORIZE_YES;
}

static int judge_dispatcher_read(
	struct gate *gate, struct session *session, const char *text, int64_t at_us)
{
	struct topic topic;

	return topic_parse(text, &topic) && topic.kind == TOPIC_SYNC &&
				   table_dispatcher(gate->table, session->kid, at_us / US_PER_S)
			   ? AUTHORIZE_YES
			   : REFUSAL_DELIVERY;
}

static int judge_read(struct gate *gate, struct session *session, const struct request *request,
	const struct moment *now)
{
	int64_t at_us = gate_rights_time_us(gate, now);
	int verdict = AUTHORIZE_YES;

	if (session->is_dispatcher)
		verdict = judge_dispatcher_read(gate, session, request->topic, at_us);
	else if (!is_known_readable(gate, session, request->topic, at_us))
		verdict = judge_unit_read(gate, session, request->topic, at_us);
	if (verdict == AUTHORIZE_YES)
		arm(gate, session, request->size_bytes, now->mono_ms);
	return verdict;
}

int authorize(struct gate *gate, struct session *session, const struct request *request,
	const struct moment *now)
{
	int doubt = gate_doubt(gate, now);

	if (!session) {
		/* Publishing without a record is a will, which is sent after its client is gone. */
		return request->access == ACCESS_WRITE ? REFUSAL_MQTT_SESSION : AUTHORIZE_NO_QUIETLY;
	}
	if (doubt)
		return doubt;
	switch (request->access) {
	case ACCESS_WRITE:
		return judge_write(gate, session, request, now);
	case ACCESS_SUBSCRIBE:
		return judge_subscribe(gate, session, request, now);
	case ACCESS_READ:
		return judge_read(gate, session, request, now);
	}
	return AUTHORIZE_NO_QUIETLY;
}
