/*
 * When to send a sync, and when silence means that something is withheld (docs/protocol.md section
 * 10). Pure: it is told what happened and when, in milliseconds of a clock that never jumps.
 */
#ifndef CERTWIRE_SUBSCRIBER_PACE_H
#define CERTWIRE_SUBSCRIBER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/macros.h"

enum {
	PACE_BACKOFF_FIRST_MS = 1000,
	/* Parts that come without being asked for are waited for so long before they are asked for. */
	PACE_QUIET_MS = 1000,
	/* However short the interval: a dispatcher may take over from another, or be busy. */
	PACE_GAP_LEAST_MS = 20 * 1000,
};

struct pace {
	int64_t interval_ms;
	bool connected;
	bool sent; /* on this connection */
	bool answered; /* the last sync was */
	bool progressed; /* since the last sync was sent */
	int64_t progress_at; /* when, last */
	int64_t sent_at;
	bool nudged; /* something says that asking is worth while */
	int64_t backoff_ms; /* after an answered sync that brought nothing */
	int64_t pushed_at; /* when something came unasked */
	unsigned int turns; /* answered syncs that brought nothing, but the last */
	int64_t echo_at; /* start of the silence that a gap is measured from */
};

void pace_init(struct pace *pace, int64_t interval_ms) NONNULL;

void pace_connected(struct pace *pace, int64_t now) NONNULL;
void pace_disconnected(struct pace *pace) NONNULL;

/* A sync was sent. */
void pace_sent(struct pace *pace, int64_t now) NONNULL;

/*
 * How many answered syncs brought nothing. What they asked for first may not come for long: it has
 * expired, or a right is lost; the next one starts with something else.
 */
unsigned int pace_turn(const struct pace *pace) MUST_USE NONNULL;

/* The echo of an earlier sync came: the dispatcher is there, but what was asked last is still due. */
void pace_heard(struct pace *pace, int64_t now) NONNULL;

/* The echo of the last one came. */
void pace_answered(struct pace *pace, int64_t now) NONNULL;

/* Something that was missing came. */
void pace_progress(struct pace *pace, int64_t now) NONNULL;

/*
 * An unasked head tells of a change: ask soon, but never more often than once in
 * PACE_BACKOFF_FIRST_MS, because an old head can be played again.
 */
void pace_nudge(struct pace *pace) NONNULL;

/* Milliseconds until the next sync: 0 is now, INT64_MAX while not connected. */
int64_t pace_wait(const struct pace *pace, bool lacking, int64_t now) MUST_USE NONNULL;

/*
 * No echo for two intervals, and PACE_GAP_LEAST_MS. A part that was missing puts this off, because the window that an
 * answer fills may take longer than that on a slow line; there are only so many of those.
 */
bool pace_gap(const struct pace *pace, int64_t now) MUST_USE NONNULL;

#endif
