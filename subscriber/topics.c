#include "subscriber/topics.h"

static const enum topic_kind own_topics[TOPICS_OWN] = {
	TOPIC_HEAD, TOPIC_OFFER, TOPIC_PART, TOPIC_KEYSET};
static const char *const channels[TOPICS_CHANNELS] = {
	"weekly", "monthly", "opportunity", "seminar"};

void topics_init(struct topics *topics, const char *unit)
{
	*topics = (struct topics){.items = {{.mid = 0}}};
	for (int i = 0; i < TOPICS_OWN; i++)
		(void)topic_unit(own_topics[i], unit, topics->items[i].topic);
	for (int i = 0; i < TOPICS_CHANNELS; i++)
		(void)topic_channel(channels[i], topics->items[TOPICS_OWN + i].topic);
}

static bool subscribe(struct topics *topics, int nth, struct mosquitto *mosq)
{
	return mosquitto_subscribe_v5(mosq, &topics->items[nth].mid, topics->items[nth].topic, 1, 0,
			   NULL) == MOSQ_ERR_SUCCESS;
}

bool topics_subscribe(struct topics *topics, struct mosquitto *mosq)
{
	for (int i = 0; i < TOPICS_MAX; i++) {
		topics->items[i].refused = false;
		if (!subscribe(topics, i, mosq))
			return false;
	}
	return true;
}

bool topics_subscribe_refused(struct topics *topics, struct mosquitto *mosq)
{
	for (int i = 0; i < TOPICS_MAX; i++) {
		if (topics->items[i].refused && !subscribe(topics, i, mosq))
			return false;
	}
	return true;
}

bool topics_answered(struct topics *topics, int mid, bool granted)
{
	for (int i = 0; i < TOPICS_MAX; i++) {
		if (topics->items[i].mid != mid)
			continue;
		topics->items[i].refused = !granted;
		topics->items[i].answered = true;
	}
	return topics->items[0].mid == mid;
}

bool topics_head_refused(const struct topics *topics)
{
	return topics->items[0].refused;
}

int topics_own_refused(const struct topics *topics)
{
	int refused = 0;

	for (int i = 0; i < TOPICS_OWN; i++)
		refused += topics->items[i].refused;
	return refused;
}

int topics_pending(const struct topics *topics)
{
	int pending = 0;

	for (int i = 0; i < TOPICS_MAX; i++)
		pending += !topics->items[i].answered;
	return pending;
}
