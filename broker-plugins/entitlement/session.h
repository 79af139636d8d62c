/*
 * One record for each connected client, made when it is let in and dropped when it disconnects. Who
 * has no record has no right at all: that covers sessions which outlive their connection, wills, and
 * everything else that the broker lets act without asking us first.
 */
#ifndef CERTWIRE_ENTITLEMENT_SESSION_H
#define CERTWIRE_ENTITLEMENT_SESSION_H

#include "broker-plugins/entitlement/tls_identity.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* Why a client is to be cut off. The larger is the graver. */
enum cut {
	CUT_NONE,
	CUT_REFRESH, /* it has gained a right: it comes back and asks for what it may have now */
	CUT_STALE, /* the copy is too old to let anybody stay */
	CUT_SLOW, /* does not read what is sent to it */
	CUT_RIGHT, /* has lost a right */
};

struct session {
	const void *client; /* the broker's struct mosquitto; never looked into */
	char client_id[CLIENT_ID_SIZE];
	char unit[UNIT_SIZE]; /* also the user name; IDENT_DISPATCHER for a dispatcher */
	char device[DEVICE_SIZE];
	char kid[KID_SIZE]; /* of the key it signed in with */
	bool is_dispatcher;
	bool clock_is_off; /* kept in the lobby whatever its standing */
	/* It has published or subscribed, so that the broker lists it under its client id. */
	bool is_listed;
	struct tls_identity tls; /* of the certificate it presented; none when it presented none */
	uint64_t generation; /* the gate's when its rights were last looked at */
	int64_t rights_at_us; /* when that was, UTC microseconds */
	int64_t rights_until_us; /* when the clock alone changes them next */
	/*
	 * The topic that it was last found to may read; "" when none, or its rights may have changed. Good in
	 * that generation, from rights_at_us until rights_until_us: one fan-out asks for the same topic over and over.
	 */
	char readable[TOPIC_SIZE];
	enum cut cut;
	/* With CUT_RIGHT: when what took the right away was committed (UTC us, the database's clock); 0: by
	 * the clock, or not known. */
	int64_t lost_at_us;
	uint64_t unanswered_bytes; /* sent to it since it last published something */
	int64_t deadline_ms; /* monotonic; while it stands in the list of deadlines */
	bool has_deadline;
	LIST_ENTRY(session) by_client;
	LIST_ENTRY(session) by_unit;
	TAILQ_ENTRY(session) all;
	TAILQ_ENTRY(session) cuts;
	TAILQ_ENTRY(session) deadlines;
};

LIST_HEAD(session_bucket, session);
TAILQ_HEAD(session_queue, session);

enum { SESSION_BUCKETS = 4096 };

struct sessions {
	struct session_bucket *by_client; /* owned; SESSION_BUCKETS each */
	struct session_bucket *by_unit;
	struct session_queue all; /* whose rights were not looked at for longest first */
	struct session_queue cuts; /* lost rights first */
	struct session_queue refreshes; /* CUT_REFRESH alone: those can wait */
	struct session_queue deadlines; /* the earliest first */
	size_t count;
};

bool sessions_init(struct sessions *sessions, struct err *err) MUST_USE NONNULL;
void sessions_release(struct sessions *sessions) NONNULL;

/*
 * New: `unit`, `device` and `client` are copied, the rest is zero; owned by the set. A record that
 * the pointer had before is dropped. NULL when memory is short.
 */
struct session *sessions_add(struct sessions *sessions, const void *client, const char *unit,
	const char *device) MUST_USE NONNULL;

/* Borrowed; NULL when it is not known. */
struct session *sessions_find(const struct sessions *sessions, const void *client) NONNULL;

/* Whether a client of that id is connected. */
bool sessions_have(const struct sessions *sessions, const char *unit, const char *device) NONNULL;

/* Of that unit: the first, and the one after; NULL when there is none. Borrowed. */
struct session *sessions_first_of(const struct sessions *sessions, const char *unit) NONNULL;
struct session *sessions_next_of(const struct session *session) NONNULL;

/* Forgets the client, if it is known. */
void sessions_drop(struct sessions *sessions, const void *client) NONNULL;

/* Its rights were looked at last of all. */
void sessions_to_end(struct sessions *sessions, struct session *session) NONNULL;

/*
 * Marks it to be cut; a graver reason replaces a lesser one. It stays marked, and in its queue,
 * until it is dropped.
 */
void sessions_cut(struct sessions *sessions, struct session *session, enum cut reason) NONNULL;

#endif
