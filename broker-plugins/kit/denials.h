/*
 * Who was refused what, counted on the loop's thread and handed to the thread that writes it into
 * PostgreSQL. Bounded: a flood of refusals becomes a few rows a second with large counts.
 */
#ifndef CERTWIRE_KIT_DENIALS_H
#define CERTWIRE_KIT_DENIALS_H

#include "broker-plugins/kit/ring.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DENIAL_WHO_SIZE = 64,
	DENIAL_TOPIC_SIZE = 128,
	DENIALS_MAX = 64, /* different ones counted between two flushes */
	DENIALS_SLOTS = 1024, /* on their way to the other thread */
	DENIAL_CODE_MIN = 100, /* of the protocol's refusals */
	DENIAL_CODE_MAX = 999,
};

/* One row: foreign text is quoted (common/err.h) and cut. */
struct denial {
	char who[DENIAL_WHO_SIZE]; /* the user name; "@address" of one who proved none */
	char client_id[DENIAL_WHO_SIZE];
	char topic[DENIAL_TOPIC_SIZE];
	int code;
	int64_t count;
};

struct denials {
	struct denial counted[DENIALS_MAX];
	size_t count;
	int64_t flushed_at_ms;
	struct ring ring; /* of struct denial */
	/* How often each code was counted since the start: added to by the loop, read by any thread. */
	atomic_int_fast64_t totals[DENIAL_CODE_MAX - DENIAL_CODE_MIN + 1];
};

bool denials_init(struct denials *denials, struct err *err) MUST_USE NONNULL;
void denials_release(struct denials *denials) NONNULL;

/*
 * The loop's side. `code` is a refusal's (asserted), strings may be NULL. When DENIALS_MAX different ones are counted already, it is
 * counted under its code alone, with who '*'.
 */
void denials_add(struct denials *denials, int code, const char *who, const char *client_id,
	const char *topic) __attribute__((nonnull(1)));

/*
 * The same for a client that we cut off ourselves, which no stranger can make happen at will: each has
 * a row of its own, unless DENIALS_SLOTS are on their way.
 */
void denials_add_cut(
	struct denials *denials, int code, const char *unit, const char *client_id) NONNULL;

/* The loop's side, on each tick: hands over what was counted, at most once a second. */
void denials_flush(struct denials *denials, int64_t now_ms) NONNULL;

/* From any thread: how often that code (asserted) was counted since the start. */
int64_t denials_total(const struct denials *denials, int code) NONNULL;

/* The other thread's side: the next one; false when there is none. */
bool denials_take(struct denials *denials, struct denial *ret) MUST_USE NONNULL;

#endif
