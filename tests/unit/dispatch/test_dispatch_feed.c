/*
 * In which order a broker gets what waits for it. Linked with --wrap for the broker and for what would ask
 * PostgreSQL: a sync is answered by one message and a push has always another part.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "publisher/dispatch/answer.h"
#include "publisher/dispatch/broker.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/feed.h"
#include "publisher/dispatch/offer.h"
#include "publisher/dispatch/work.h"

enum { MANY = 3 * FEED_NOTICES_IN_ROW };

/* The first letter of each topic, in the order in which the broker got them. */
static char got[MANY + 100];
static size_t got_count;
static bool has_room;

bool __wrap_broker_has_room(const struct broker *broker);
bool __wrap_broker_publish(struct broker *broker, const struct message *message, int *ret_id);
bool __wrap_answer_begin(struct dispatch *dispatch, const char *unit, const void *sync, size_t len,
	struct answer **ret, struct err *err);
bool __wrap_answer_next(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err);
void __wrap_answer_free(struct answer *answer);
bool __wrap_pushes_next(
	struct dispatch *dispatch, struct pushes *pushes, struct message **ret, struct err *err);
bool __wrap_dispatch_has_broker(const struct dispatch *dispatch);
bool __wrap_dispatch_has_room(const struct dispatch *dispatch);

bool __wrap_broker_has_room(const struct broker *broker)
{
	(void)broker;
	return got_count < sizeof(got) - 1;
}

bool __wrap_broker_publish(struct broker *broker, const struct message *message, int *ret_id)
{
	(void)broker;
	(void)ret_id;
	got[got_count++] = message->topic[0];
	return true;
}

bool __wrap_answer_begin(struct dispatch *dispatch, const char *unit, const void *sync, size_t len,
	struct answer **ret, struct err *err)
{
	(void)dispatch;
	(void)unit;
	(void)sync;
	(void)len;
	(void)err;
	/* A place that says how often it was asked. */
	*ret = calloc(1, sizeof(int));
	return *ret != NULL;
}

bool __wrap_answer_next(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	int *asked = (int *)answer;

	(void)dispatch;
	*ret = NULL;
	return ++*asked > 1 || (*ret = message_new("talk", "x", 1, err));
}

void __wrap_answer_free(struct answer *answer)
{
	free(answer);
}

bool __wrap_pushes_next(
	struct dispatch *dispatch, struct pushes *pushes, struct message **ret, struct err *err)
{
	(void)dispatch;
	(void)pushes;
	*ret = message_new("push", "x", 1, err);
	return *ret != NULL;
}

bool __wrap_dispatch_has_broker(const struct dispatch *dispatch)
{
	(void)dispatch;
	return true;
}

bool __wrap_dispatch_has_room(const struct dispatch *dispatch)
{
	(void)dispatch;
	return has_room;
}

static void put_notices(struct feed *feed, int count)
{
	struct err err;
	struct message *message = message_new("notice", "x", 1, &err);

	assert_non_null(message);
	for (int i = 0; i < count; i++)
		assert_done(lane_push(&feed->notices, message, &err));
	message_unref(message);
}

/* All that the feed gives in one go of so many turns. */
static const char *pump(struct feed *feed, int turns)
{
	struct dispatch *dispatch = calloc(1, sizeof(*dispatch));
	struct broker *broker = calloc(1, sizeof(*broker));
	struct err err;
	bool more;

	memset(got, 0, sizeof(got));
	got_count = 0;
	assert_done(feed_pump(dispatch, feed, broker, turns, &more, &err));
	free(broker);
	free(dispatch);
	return got;
}

static void notices_alone_go_out_one_after_the_other(void **state)
{
	struct feed feed;

	(void)state;
	feed_init(&feed);
	put_notices(&feed, MANY);
	assert_int_equal(strspn(pump(&feed, 1), "n"), MANY);
	feed_clear(&feed);
}

static void the_others_have_a_turn_after_so_many_notices(void **state)
{
	struct feed feed;
	const char *order;

	(void)state;
	feed_init(&feed);
	put_notices(&feed, MANY);
	talks_put(&feed.talks, "acme", "sync", 4);
	order = pump(&feed, 3);
	assert_int_equal(strspn(order, "n"), FEED_NOTICES_IN_ROW);
	assert_int_equal(order[FEED_NOTICES_IN_ROW], 't');
	assert_int_equal(strspn(order + FEED_NOTICES_IN_ROW + 1, "n"), MANY - FEED_NOTICES_IN_ROW);
	feed_clear(&feed);
}

static void talks_and_pushes_share_what_the_notices_leave(void **state)
{
	struct feed feed;
	struct push push = {.count = 9, .end = 9};
	const char *order;

	(void)state;
	feed_init(&feed);
	put_notices(&feed, MANY);
	talks_put(&feed.talks, "acme", "sync", 4);
	pushes_add(&feed.pushes, &push);
	order = pump(&feed, 2);
	assert_int_equal(strspn(order, "n"), FEED_NOTICES_IN_ROW);
	assert_int_not_equal(order[FEED_NOTICES_IN_ROW], order[2 * FEED_NOTICES_IN_ROW + 1]);
	assert_int_equal(strspn(order + FEED_NOTICES_IN_ROW, "tp"), 1);
	assert_int_equal(strspn(order + 2 * FEED_NOTICES_IN_ROW + 1, "tp"), 1);
	feed_clear(&feed);
}

/* Else the rest would wait for the next look at the clock. */
static void offers_without_room_stay_due(void **state)
{
	struct dispatch *dispatch = calloc(1, sizeof(*dispatch));
	struct config *config = calloc(1, sizeof(*config));
	bool more = false;
	struct err err;

	(void)state;
	dispatch->config = config;
	has_room = false;
	assert_done(offer_step(dispatch, &more, &err));
	assert_true(dispatch->due & DUE_OFFER);
	/* It is to wait for the broker, not to ask again at once. */
	assert_false(more);
	free(config);
	free(dispatch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notices_alone_go_out_one_after_the_other),
		cmocka_unit_test(the_others_have_a_turn_after_so_many_notices),
		cmocka_unit_test(talks_and_pushes_share_what_the_notices_leave),
		cmocka_unit_test(offers_without_room_stay_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
