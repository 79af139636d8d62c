#include "subscriber/pace.h"

void pace_init(struct pace *pace, int64_t interval_ms)
{
	*pace = (struct pace){.interval_ms = interval_ms, .backoff_ms = PACE_BACKOFF_FIRST_MS};
}

void pace_connected(struct pace *pace, int64_t now)
{
	pace_init(pace, pace->interval_ms);
	pace->connected = true;
	pace->echo_at = now;
}

void pace_disconnected(struct pace *pace)
{
	pace->connected = false;
}

static bool is_fruitless(const struct pace *pace)
{
	return pace->sent && pace->answered && !pace->progressed;
}

unsigned int pace_turn(const struct pace *pace)
{
	return pace->turns + is_fruitless(pace);
}

void pace_sent(struct pace *pace, int64_t now)
{
	pace->turns = pace_turn(pace);
	if (is_fruitless(pace) && pace->backoff_ms < pace->interval_ms)
		pace->backoff_ms *= 2;
	if (pace->progressed)
		pace->backoff_ms = PACE_BACKOFF_FIRST_MS;
	pace->sent = true;
	pace->answered = false;
	pace->progressed = false;
	pace->sent_at = now;
	pace->pushed_at = 0;
	pace->nudged = false;
}

void pace_heard(struct pace *pace, int64_t now)
{
	pace->echo_at = now;
}

void pace_answered(struct pace *pace, int64_t now)
{
	pace->answered = true;
	pace_heard(pace, now);
}

void pace_progress(struct pace *pace, int64_t now)
{
	pace->progressed = true;
	pace->progress_at = now;
	pace->echo_at = now;
	if (pace->answered)
		pace->pushed_at = now;
}

void pace_nudge(struct pace *pace)
{
	pace->nudged = true;
}

static int64_t left(int64_t until, int64_t now)
{
	return until > now ? until - now : 0;
}

int64_t pace_wait(const struct pace *pace, bool lacking, int64_t now)
{
	/* While the answer still pours in, another sync would only ask for it a second time. */
	bool pouring = !pace->answered && pace->progressed && pace->progress_at > pace->sent_at;
	int64_t since = pouring ? pace->progress_at : pace->sent_at;
	int64_t regular = left(since + pace->interval_ms, now);
	int64_t sooner;

	if (!pace->connected)
		return INT64_MAX;
	if (!pace->sent)
		return 0;
	if (pace->nudged)
		return left(pace->sent_at + PACE_BACKOFF_FIRST_MS, now);
	if (!lacking || !pace->answered)
		return regular;
	if (!pace->progressed)
		sooner = left(pace->sent_at + pace->backoff_ms, now);
	else if (pace->pushed_at)
		sooner = left(pace->pushed_at + PACE_QUIET_MS, now);
	else
		sooner = 0;
	return sooner < regular ? sooner : regular;
}

bool pace_gap(const struct pace *pace, int64_t now)
{
	int64_t most = 2 * pace->interval_ms;

	if (most < PACE_GAP_LEAST_MS)
		most = PACE_GAP_LEAST_MS;
	return pace->connected && now - pace->echo_at >= most;
}
