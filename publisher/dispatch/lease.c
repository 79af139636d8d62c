#include "publisher/dispatch/lease.h"

#include "common/clock.h"

void lease_init(struct lease *lease, const char *holder, int64_t ttl_s)
{
	*lease = (struct lease){.holder = holder, .ttl_s = ttl_s};
}

bool lease_is_ours(const struct lease *lease, int64_t now_ms)
{
	return lease->held && now_ms < lease->until_ms;
}

void lease_drop(struct lease *lease)
{
	lease->held = false;
	lease->act_at_ms = 0;
}

static bool lease_take(
	struct lease *lease, struct ledger *ledger, const struct log *log, struct err *err)
{
	if (!ledger_take(ledger, lease->holder, lease->ttl_s, &lease->held, err))
		return false;
	if (lease->held)
		log_line(log, LOG_LEVEL_INFO, "lease taken as '%s', fence %lld", lease->holder,
			(long long)ledger->fence);
	else if (!lease->waiting)
		log_line(log, LOG_LEVEL_INFO, "another dispatcher holds the lease, standing by");
	lease->waiting = !lease->held;
	return true;
}

static bool lease_renew(
	struct lease *lease, struct ledger *ledger, const struct log *log, struct err *err)
{
	bool held;

	if (!ledger_renew(ledger, lease->ttl_s, &held, err))
		return false;
	if (!held)
		log_line(log, LOG_LEVEL_WARNING, "lease lost");
	lease->held = held;
	return true;
}

bool lease_tick(struct lease *lease, struct ledger *ledger, const struct log *log, struct err *err)
{
	/* Counted from before the question, so that we believe less than PostgreSQL does. */
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms < lease->act_at_ms)
		return true;
	if (lease->held ? !lease_renew(lease, ledger, log, err) : !lease_take(lease, ledger, log, err))
		return false;
	if (lease->held)
		lease->until_ms = now_ms + lease->ttl_s * 1000;
	lease->act_at_ms = now_ms + lease->ttl_s * 1000 / 3;
	return true;
}

void lease_give_up(struct lease *lease, struct ledger *ledger)
{
	struct err err;

	if (lease->held && !ledger_release(ledger, &err))
		lease->held = false;
	lease_drop(lease);
}
