#include "broker-plugins/entitlement/cut.h"

#include "common/refusal.h"

void cutter_begin(struct cutter *cutter)
{
	cutter->left = CUTS_PER_TURN;
}

struct session *cutter_next(struct cutter *cutter, struct sessions *sessions, int64_t now_ms)
{
	struct session *session = TAILQ_FIRST(&sessions->cuts);

	if (cutter->left <= 0)
		return NULL;
	if (!session && now_ms - cutter->refreshed_at_ms >= REFRESH_EVERY_MS) {
		session = TAILQ_FIRST(&sessions->refreshes);
		cutter->refreshed_at_ms = now_ms;
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
