#include "publisher/dispatch/feed.h"

#include "common/cleanup.h"
#include "publisher/dispatch/answer.h"
#include "publisher/dispatch/dispatch.h"

void feed_init(struct feed *feed)
{
	*feed = (struct feed){.push_turn = false};
	lane_init(&feed->notices, FEED_NOTICES_MAX_BYTES);
}

void feed_clear(struct feed *feed)
{
	lane_clear(&feed->notices);
	talks_clear(&feed->talks);
	feed->pushes = (struct pushes){0};
	feed->notices_in_row = 0;
}

/* The first talk's next message; `*ret` NULL: it had none this turn. */
static bool feed_talk(
	struct dispatch *dispatch, struct talks *talks, struct message **ret, struct err *err)
{
	struct talk *talk = talks_first(talks);
	auto_buf struct buf sync = BUF_INIT(0);
	bool done = true;

	if (!talk->answer && talks_take_sync(talks, &sync))
		done = answer_begin(dispatch, talk->unit, sync.data, sync.len, &talk->answer, err);
	if (done && talk->answer)
		done = answer_next(dispatch, talk->answer, ret, err);
	if (!done || !*ret) {
		answer_free(talk->answer);
		talk->answer = NULL;
	}
	talks_turn(talks);
	return done;
}

/* Whether it is a notice's turn, of which one waits. */
static bool is_notices_turn(const struct feed *feed)
{
	bool others_wait = feed->talks.first || pushes_ready(&feed->pushes);

	return feed->notices.first && !(others_wait && feed->notices_in_row >= FEED_NOTICES_IN_ROW);
}

/* The next message of all; NULL when nothing may be sent now. */
static bool feed_next(struct dispatch *dispatch, struct feed *feed, struct message **ret,
	bool *ret_is_push, struct err *err)
{
	bool push = pushes_ready(&feed->pushes);

	*ret_is_push = false;
	if (is_notices_turn(feed)) {
		feed->notices_in_row++;
		*ret = lane_pop(&feed->notices);
		return true;
	}
	feed->notices_in_row = 0;
	if (push && (feed->push_turn || !talks_first(&feed->talks))) {
		feed->push_turn = false;
		*ret_is_push = true;
		return pushes_next(dispatch, &feed->pushes, ret, err);
	}
	feed->push_turn = true;
	if (talks_first(&feed->talks))
		return feed_talk(dispatch, &feed->talks, ret, err);
	return true;
}

static bool feed_is_idle(const struct feed *feed)
{
	return !feed->notices.first && !feed->talks.first && !pushes_ready(&feed->pushes);
}

bool feed_pump(struct dispatch *dispatch, struct feed *feed, struct broker *broker, int turns,
	bool *ret_more, struct err *err)
{
	while (turns > 0 && broker_has_room(broker) && !feed_is_idle(feed)) {
		auto_message struct message *message = NULL;
		bool is_push;

		/* What waits in the lane is made already; the others' turns ask PostgreSQL first. */
		turns -= !is_notices_turn(feed);

		if (!feed_next(dispatch, feed, &message, &is_push, err))
			return false;
		/* A publish that fails drops the connection, and with it this feed. */
		if (message && !broker_publish(broker, message, is_push ? &feed->pushes.underway : NULL))
			break;
	}
	*ret_more = broker_has_room(broker) && !feed_is_idle(feed);
	return true;
}
