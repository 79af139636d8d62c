#include "publisher/dispatch/tally.h"

#include "publisher/dispatch/dispatch.h"

void tally_refused(struct tally *tally, int code)
{
	if (code < TALLY_CODE_MIN || code > TALLY_CODE_MAX)
		code = TALLY_CODE_MIN;
	tally_add(&tally->refused[code - TALLY_CODE_MIN]);
}

void tally_turn(struct dispatch *dispatch)
{
	const struct keyset *keyset = dispatch_keyset(dispatch);
	struct tally *tally = &dispatch->tally;

	atomic_store_explicit(&tally->leads, dispatch->working, memory_order_relaxed);
	atomic_store_explicit(&tally->has_postgresql, dispatch->pg && pg_is_connected(dispatch->pg),
		memory_order_relaxed);
	for (size_t i = 0; i < dispatch->broker_count; i++)
		atomic_store_explicit(
			&tally->has_broker[i], broker_is_ready(&dispatch->brokers[i]), memory_order_relaxed);
	atomic_store_explicit(&tally->turned_at, clock_now(dispatch->clock), memory_order_relaxed);
	atomic_store_explicit(
		&tally->keyset_expires_at, keyset ? keyset->expires_at : 0, memory_order_relaxed);
}
