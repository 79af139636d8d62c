#include "broker-plugins/entitlement/cut.h"

#include "common/refusal.h"

void cutter_begin(struct cutter *cutter, int64_t now_us)
{
	cutter->left = CUTS_PER_TURN;
	cutter->until_us = now_us + CUTTING_US;
}

static bool has_done_enough(const struct cutter *cutter, int64_t now_us)
{
	return cutter->left == 0 || (cutter->left < CUTS_PER_TURN && now_us >= cutter->until_us);
}

struct session *cutter_next(struct cutter *cutter, struct sessions *sessions, int64_t now_us)
{
	struct session *session = TAILQ_FIRST(&sessions->cuts);

	if (has_done_enough(cutter, now_us))
		return NULL;
	if (!session && now_us - cutter->refreshed_at_us >= REFRESH_EVERY_MS * 1000) {
		session = TAILQ_FIRST(&sessions->refreshes);
		cutter->refreshed_at_us = now_us;
	}
	if (session)
		cutter->left--;
	return session;
}

int cutter_wants_ms(const struct sessions *sessions)
{
	if (!TAILQ_EMPTY(&sessions->cuts))
		return 0;
	return TAILQ_EMPTY(&sessions->refreshes) ? -1 : REFRESH_EVERY_MS;
}

int cut_code(enum cut reason)
{
	switch (reason) {
	case CUT_RIGHT:
		return REFUSAL_CUT_RIGHT;
	case CUT_SLOW:
		return REFUSAL_CUT_SLOW;
	case CUT_STALE:
		return REFUSAL_STALE_ENTITLEMENT;
	default:
		return 0;
	}
}
