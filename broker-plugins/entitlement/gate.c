#include "broker-plugins/entitlement/gate.h"

#include "common/refusal.h"

#include <string.h>

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
	sessions_release(&gate->sessions);
	replay_release(&gate->replay);
	budget_release(&gate->budget);
	gate->table = NULL;
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

/* When the clock alone changes what a dispatcher's key may, after `at_us`. */
static int64_t dispatcher_next_change(const struct table *table, const char *kid, int64_t at_us)
{
	int64_t at = at_us / US_PER_S;

	for (size_t i = 0; i < table->dispatchers.count; i++) {
		const struct keyset_key *key = &table->dispatchers.keys[i];

		if (strcmp(key->kid, kid) != 0)
			continue;
		if (key->status != KEY_ACTIVE && at < key->since && key->since < key->not_after)
			return key->since * US_PER_S;
		return key->not_after * US_PER_S;
	}
	return INT64_MAX;
}

static void note_next_change(struct gate *gate, const struct session *session)
{
	if (session->rights_until_us < gate->rights_until_us)
		gate->rights_until_us = session->rights_until_us;
}

void gate_note_rights(struct gate *gate, struct session *session, int64_t at_us)
{
	const struct unit *unit;

	session->readable[0] = '\0';
	session->rights_at_us = at_us;
	session->rights_until_us = INT64_MAX;
	if (session->is_dispatcher) {
		session->rights_until_us = dispatcher_next_change(gate->table, session->kid, at_us);
	} else {
		unit = table_find(gate->table, session->unit);
		if (unit)
			session->rights_until_us = unit_next_change(unit, session->device, at_us);
	}
	note_next_change(gate, session);
}

/* It came with a TLS certificate that is not, or no longer, the one registered for its device. */
static bool is_certificate_wrong(const struct session *session, const struct unit *unit)
{
	const struct unit_device *device = unit ? unit_device(unit, session->device) : NULL;

	return device && !tls_identity_is_none(&session->tls) &&
		   !tls_identity_matches(&device->tls, &session->tls);
}

static void cut_right(struct gate *gate, struct session *session)
{
	if (session->cut != CUT_RIGHT)
		session->lost_at_us = gate->committed_us;
	sessions_cut(&gate->sessions, session, CUT_RIGHT);
}

/* Nothing is new, and the clock has changed nothing since its rights were looked at. */
static bool is_as_it_was(const struct session *session, const struct unit *before,
	const struct unit *after, int64_t at_us)
{
	return before && after && session->rights_at_us <= at_us && at_us < session->rights_until_us &&
		   unit_equal(before, after);
}

/* Marks the session by what became of its rights from one state of its unit to another. */
static void judge_unit(struct gate *gate, struct session *session, const struct unit *before,
	const struct unit *after, int64_t at_us)
{
	enum rights_change change;

	if (is_as_it_was(session, before, after, at_us)) {
		note_next_change(gate, session);
		return;
	}
	change = unit_compare(before, session->rights_at_us, after, at_us, session->device);
	if (change == RIGHTS_LOST || is_certificate_wrong(session, after))
		cut_right(gate, session);
	else if (change == RIGHTS_GAINED)
		sessions_cut(&gate->sessions, session, CUT_REFRESH);
	gate_note_rights(gate, session, at_us);
}

static void judge_dispatcher(struct gate *gate, struct session *session, int64_t at_us)
{
	if (!table_dispatcher(gate->table, session->kid, at_us / US_PER_S))
		cut_right(gate, session);
	gate_note_rights(gate, session, at_us);
}

static void apply_units(struct gate *gate, struct delta *delta, int64_t at_us)
{
	for (size_t i = 0; i < delta->unit_count; i++) {
		const struct unit *after = delta->units[i];
		const char *name = after->name;
		struct unit *before = table_put(gate->table, delta->units[i]);
		struct session *session = sessions_first_of(&gate->sessions, name);

		for (; session; session = sessions_next_of(session))
			judge_unit(gate, session, before, after, at_us);
		delta->units[i] = before;
	}
}

static void judge_one(
	struct gate *gate, struct session *session, const struct table *before, int64_t at_us)
{
	if (session->is_dispatcher)
		judge_dispatcher(gate, session, at_us);
	else
		judge_unit(gate, session, before ? table_find(before, session->unit) : NULL,
			table_find(gate->table, session->unit), at_us);
}

/* Everybody, by what the units were in `before` and are now. */
static void judge_all(struct gate *gate, const struct table *before, int64_t at_us)
{
	struct session *session = TAILQ_FIRST(&gate->sessions.all);

	gate->rights_until_us = INT64_MAX;
	while (session) {
		const char *names[TABLE_PREFETCH_MAX];
		struct session *some = session;
		size_t count = 0;

		for (; session && count < TABLE_PREFETCH_MAX; session = TAILQ_NEXT(session, all))
			names[count++] = session->unit;
		if (before && before != gate->table)
			table_prefetch(before, count, names);
		table_prefetch(gate->table, count, names);
		for (; some != session; some = TAILQ_NEXT(some, all))
			judge_one(gate, some, before, at_us);
	}
}

static void apply_whole(struct gate *gate, struct delta *delta, int64_t at_us)
{
	struct table *before = gate->table;

	gate->table = delta->whole;
	delta->whole = before;
	judge_all(gate, before, at_us);
}

void gate_apply(struct gate *gate, struct delta *delta, const struct moment *now)
{
	int64_t at_us;

	gate->good_at_ms = delta->good_at_ms;
	gate->clock_ahead_us = delta->clock_ahead_us;
	gate->committed_us = delta->committed_us;
	at_us = gate_rights_time_us(gate, now);
	if (delta->whole)
		apply_whole(gate, delta, at_us);
	apply_units(gate, delta, at_us);
	gate->committed_us = 0;
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
	else if (at_us >= gate->rights_until_us)
		/* The clock alone: the same records then and now. Bounded by the number of clients, and rare. */
		judge_all(gate, gate->table, at_us);
}
