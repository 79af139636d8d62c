#include "broker-plugins/entitlement/session.h"

#include <stdlib.h>
#include <string.h>

static struct session_bucket *bucket_of_client(const struct sessions *sessions, const void *client)
{
	/* Allocations are 16 bytes apart at least; multiplying spreads what is left (Knuth). */
	uint64_t mixed = ((uint64_t)(uintptr_t)client >> 4) * UINT64_C(11400714819323198485);

	return &sessions->by_client[mixed >> 52];
}

static struct session_bucket *bucket_of_unit(const struct sessions *sessions, const char *unit)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *unit; unit++)
		hash = (hash ^ (uint8_t)*unit) * UINT64_C(1099511628211);
	return &sessions->by_unit[hash % SESSION_BUCKETS];
}

bool sessions_init(struct sessions *sessions, struct err *err)
{
	*sessions = (struct sessions){.count = 0};
	sessions->by_client = calloc(SESSION_BUCKETS, sizeof(struct session_bucket));
	sessions->by_unit = calloc(SESSION_BUCKETS, sizeof(struct session_bucket));
	TAILQ_INIT(&sessions->all);
	TAILQ_INIT(&sessions->cuts);
	TAILQ_INIT(&sessions->refreshes);
	TAILQ_INIT(&sessions->deadlines);
	if (sessions->by_client && sessions->by_unit)
		return true;
	sessions_release(sessions);
	return err_set(err, ERR_SYSTEM, "out of memory for the table of clients");
}

/* Where a session that is marked waits. */
static struct session_queue *queue_of(struct sessions *sessions, const struct session *session)
{
	return session->cut == CUT_REFRESH ? &sessions->refreshes : &sessions->cuts;
}

static void unlink_session(struct sessions *sessions, struct session *session)
{
	LIST_REMOVE(session, by_client);
	LIST_REMOVE(session, by_unit);
	TAILQ_REMOVE(&sessions->all, session, all);
	if (session->cut != CUT_NONE)
		TAILQ_REMOVE(queue_of(sessions, session), session, cuts);
	if (session->has_deadline)
		TAILQ_REMOVE(&sessions->deadlines, session, deadlines);
	sessions->count--;
}

void sessions_release(struct sessions *sessions)
{
	struct session *session;

	while ((session = TAILQ_FIRST(&sessions->all))) {
		unlink_session(sessions, session);
		free(session);
	}
	free(sessions->by_client);
	free(sessions->by_unit);
	sessions->by_client = NULL;
	sessions->by_unit = NULL;
}

struct session *sessions_add(
	struct sessions *sessions, const void *client, const char *unit, const char *device)
{
	struct session *session = calloc(1, sizeof(*session));

	sessions_drop(sessions, client);
	if (!session)
		return NULL;
	session->client = client;
	strncpy(session->unit, unit, sizeof(session->unit) - 1);
	strncpy(session->device, device, sizeof(session->device) - 1);
	ident_client_id(unit, device, session->client_id);
	session->rights_until_us = INT64_MAX;
	LIST_INSERT_HEAD(bucket_of_client(sessions, client), session, by_client);
	LIST_INSERT_HEAD(bucket_of_unit(sessions, unit), session, by_unit);
	TAILQ_INSERT_TAIL(&sessions->all, session, all);
	sessions->count++;
	return session;
}

struct session *sessions_find(const struct sessions *sessions, const void *client)
{
	struct session *session;

	LIST_FOREACH(session, bucket_of_client(sessions, client), by_client)
	if (session->client == client)
		return session;
	return NULL;
}

/* The session itself or the first after it in its bucket that is of the unit. */
static struct session *skip_others(struct session *session, const char *unit)
{
	while (session && strcmp(session->unit, unit) != 0)
		session = LIST_NEXT(session, by_unit);
	return session;
}

struct session *sessions_first_of(const struct sessions *sessions, const char *unit)
{
	return skip_others(LIST_FIRST(bucket_of_unit(sessions, unit)), unit);
}

struct session *sessions_next_of(const struct session *session)
{
	return skip_others(LIST_NEXT(session, by_unit), session->unit);
}

bool sessions_have(const struct sessions *sessions, const char *unit, const char *device)
{
	const struct session *session = sessions_first_of(sessions, unit);

	for (; session; session = sessions_next_of(session))
		if (strcmp(session->device, device) == 0)
			return true;
	return false;
}

void sessions_drop(struct sessions *sessions, const void *client)
{
	struct session *session = sessions_find(sessions, client);

	if (!session)
		return;
	unlink_session(sessions, session);
	free(session);
}

void sessions_to_end(struct sessions *sessions, struct session *session)
{
	TAILQ_REMOVE(&sessions->all, session, all);
	TAILQ_INSERT_TAIL(&sessions->all, session, all);
}

void sessions_cut(struct sessions *sessions, struct session *session, enum cut reason)
{
	if (reason <= session->cut)
		return;
	if (session->cut != CUT_NONE)
		TAILQ_REMOVE(queue_of(sessions, session), session, cuts);
	session->cut = reason;
	if (reason == CUT_RIGHT)
		TAILQ_INSERT_HEAD(&sessions->cuts, session, cuts);
	else
		TAILQ_INSERT_TAIL(queue_of(sessions, session), session, cuts);
}
