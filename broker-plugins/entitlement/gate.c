#include "broker-plugins/entitlement/gate.h"

#include "broker-plugins/entitlement/review.h"
#include "common/refusal.h"

#include <assert.h>

bool gate_init(struct gate *gate, const struct gate_limits *limits, struct err *err)
{
	*gate = (struct gate){.limits = limits, .rights_until_us = INT64_MAX};
	if (!sessions_init(&gate->sessions, err))
		return false;
	if (!replay_init(&gate->replay, err) || !budget_init(&gate->budget, err)) {
		gate_release(gate);
		return false;
	}
	return true;
}

void gate_release(struct gate *gate)
{
	table_free(gate->table);
	delta_free(gate->replaced);
	sessions_release(&gate->sessions);
	replay_release(&gate->replay);
	budget_release(&gate->budget);
	gate->table = NULL;
	gate->replaced = NULL;
}

int gate_doubt(const struct gate *gate, const struct moment *now)
{
	if (!gate->table || now->mono_ms - gate->good_at_ms > gate->limits->max_staleness_ms)
		return REFUSAL_STALE_ENTITLEMENT;
	if (gate_rights_time_us(gate, now) / US_PER_S >= gate->table->dispatchers.expires_at)
		return REFUSAL_KEYSET_EXPIRED;
	return 0;
}

int64_t gate_rights_time_us(const struct gate *gate, const struct moment *now)
{
	return gate->clock_ahead_us > 0 ? now->wall_us + gate->clock_ahead_us : now->wall_us;
}

static void apply_units(struct gate *gate, struct delta *delta, int64_t at_us)
{
	gate->committed_us = delta->committed_us;
	for (size_t i = 0; i < delta->unit_count; i++) {
		struct unit *after = delta->units[i];
		struct unit *before = table_put(gate->table, after);

		review_unit(gate, before, after, at_us);
		delta->units[i] = before;
	}
	gate->committed_us = 0;
}

static void apply_whole(struct gate *gate, struct delta *delta)
{
	struct table *before = gate->table;

	assert(!gate->replaced);
	gate->table = delta->whole;
	delta->whole = before;
	gate->replaced = delta;
	review_begin(gate);
}

bool gate_apply(struct gate *gate, struct delta *delta, const struct moment *now)
{
	bool is_whole = delta->whole != NULL;

	gate->good_at_ms = delta->good_at_ms;
	gate->clock_ahead_us = delta->clock_ahead_us;
	if (is_whole)
		apply_whole(gate, delta);
	apply_units(gate, delta, gate_rights_time_us(gate, now));
	return !is_whole;
}

bool gate_is_busy(const struct gate *gate)
{
	return review_is_on(gate);
}

bool gate_takes_whole(const struct gate *gate)
{
	return !gate->replaced;
}

struct delta *gate_spent(struct gate *gate)
{
	struct delta *spent = gate->replaced;

	if (review_is_on(gate))
		return NULL;
	gate->replaced = NULL;
	return spent;
}

static void cut_all(struct gate *gate)
{
	struct session *session;

	TAILQ_FOREACH(session, &gate->sessions.all, all)
	sessions_cut(&gate->sessions, session, CUT_STALE);
}

static void cut_slow(struct gate *gate, int64_t now_ms)
{
	struct session *session;

	while ((session = TAILQ_FIRST(&gate->sessions.deadlines)) && session->deadline_ms <= now_ms) {
		TAILQ_REMOVE(&gate->sessions.deadlines, session, deadlines);
		session->has_deadline = false;
		sessions_cut(&gate->sessions, session, CUT_SLOW);
	}
}

void gate_tick(struct gate *gate, const struct moment *now)
{
	int64_t at_us = gate_rights_time_us(gate, now);

	replay_sweep(&gate->replay, moment_wall(now));
	cut_slow(gate, now->mono_ms);
	if (gate_doubt(gate, now) != 0)
		cut_all(gate);
	else if (!review_is_on(gate) && at_us >= gate->rights_until_us)
		/* The clock alone: the same records then and now. */
		review_begin(gate);
	review_some(gate, at_us);
}
