#include "broker-plugins/entitlement/review.h"

#include <assert.h>
#include <string.h>

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

void review_done(struct gate *gate, struct session *session, int64_t at_us)
{
	const struct unit *unit;

	session->readable[0] = '\0';
	session->generation = gate->generation;
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
static void review(struct gate *gate, struct session *session, const struct unit *before,
	const struct unit *after, int64_t at_us)
{
	enum rights_change change;

	if (is_as_it_was(session, before, after, at_us)) {
		session->generation = gate->generation;
		note_next_change(gate, session);
		return;
	}
	change = unit_compare(before, session->rights_at_us, after, at_us, session->device);
	if (change == RIGHTS_LOST || is_certificate_wrong(session, after))
		cut_right(gate, session);
	else if (change == RIGHTS_GAINED)
		sessions_cut(&gate->sessions, session, CUT_REFRESH);
	review_done(gate, session, at_us);
}

static void review_dispatcher(struct gate *gate, struct session *session, int64_t at_us)
{
	if (!table_dispatcher(gate->table, session->kid, at_us / US_PER_S))
		cut_right(gate, session);
	review_done(gate, session, at_us);
}

static bool waits(const struct gate *gate, const struct session *session)
{
	return session && session->generation != gate->generation;
}

static const struct unit *find(const struct table *table, const char *name)
{
	return table ? table_find(table, name) : NULL;
}

/* The table with the records by which those who wait were looked at last. */
static const struct table *table_before(const struct gate *gate)
{
	return gate->replaced ? gate->replaced->whole : gate->table;
}

void review_unit(
	struct gate *gate, const struct unit *before, const struct unit *after, int64_t at_us)
{
	struct session *session = sessions_first_of(&gate->sessions, after->name);

	for (; session; session = sessions_next_of(session)) {
		/* What comes after the copy does not undo what the copy did. */
		if (waits(gate, session) && gate->replaced)
			review(gate, session, find(gate->replaced->whole, after->name), before, at_us);
		review(gate, session, before, after, at_us);
		sessions_to_end(&gate->sessions, session);
	}
}

void review_begin(struct gate *gate)
{
	gate->generation++;
	gate->rights_until_us = INT64_MAX;
}

bool review_is_on(const struct gate *gate)
{
	return waits(gate, TAILQ_FIRST(&gate->sessions.all));
}

static void review_one(
	struct gate *gate, struct session *session, const struct table *before, int64_t at_us)
{
	if (session->is_dispatcher)
		review_dispatcher(gate, session, at_us);
	else
		review(gate, session, find(before, session->unit), table_find(gate->table, session->unit),
			at_us);
	sessions_to_end(&gate->sessions, session);
}

/* As many as table_prefetch takes at once. */
static void review_batch(struct gate *gate, int64_t at_us)
{
	const struct table *before = table_before(gate);
	struct session *session = TAILQ_FIRST(&gate->sessions.all);
	const char *names[TABLE_PREFETCH_MAX];
	size_t count = 0;

	for (; waits(gate, session) && count < TABLE_PREFETCH_MAX; session = TAILQ_NEXT(session, all))
		names[count++] = session->unit;
	/* Who waits was let in by one. */
	assert(gate->table);
	if (before && before != gate->table)
		table_prefetch(before, count, names);
	table_prefetch(gate->table, count, names);
	for (size_t i = 0; i < count; i++)
		review_one(gate, TAILQ_FIRST(&gate->sessions.all), before, at_us);
}

void review_some(struct gate *gate, int64_t at_us)
{
	gate->committed_us = gate->replaced ? gate->replaced->committed_us : 0;
	for (int i = 0; i < REVIEWED_PER_TURN / TABLE_PREFETCH_MAX && review_is_on(gate); i++)
		review_batch(gate, at_us);
	gate->committed_us = 0;
}
