#include "publisher/dispatch/anchor.h"

#include "db/ledger_head.h"
#include "publisher/dispatch/dispatch.h"

enum { ANCHOR_EVERY_MS = 60 * 1000 };

bool anchor_keep(
	struct dispatch *dispatch, const struct head *head, const char *jws, struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();

	if (!head->has_checkpoint || head->checkpoint_sequence == dispatch->anchored ||
		now_ms < dispatch->anchor_at_ms)
		return true;
	dispatch->anchor_at_ms = now_ms + ANCHOR_EVERY_MS;
	if (ledger_put_anchor(&dispatch->ledger, head, jws, err)) {
		dispatch->anchored = head->checkpoint_sequence;
		return true;
	}
	if (err->kind == ERR_SYSTEM || pg_err_is_lease_lost(dispatch->pg))
		return false;
	/* Whoever broke the audit must not stop the heads by it: units hold them as anchors as well. */
	log_line(&dispatch->log, LOG_LEVEL_ERROR,
		"audit: %s: no anchor is kept, trying again in a minute", err->text);
	return true;
}

void anchor_forget(struct dispatch *dispatch)
{
	dispatch->anchored = -1;
	dispatch->anchor_at_ms = 0;
}
