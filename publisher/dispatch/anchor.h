/*
 * Anchors of the audit: now and then a head that was signed anyway is kept in PostgreSQL, so that the
 * chain can be held against it later (certwire audit verify).
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_ANCHOR_H
#define CERTWIRE_PUBLISHER_DISPATCH_ANCHOR_H

#include <stdbool.h>

#include "common/err.h"
#include "common/head.h"
#include "common/macros.h"

struct dispatch;

/* Keeps the head if the audit has grown since the last one, at most one a minute. */
bool anchor_keep(struct dispatch *dispatch, const struct head *head, const char *jws,
	struct err *err) MUST_USE NONNULL;

/* Another dispatcher may keep some now: the next head of ours is kept at once. */
void anchor_forget(struct dispatch *dispatch) NONNULL;

#endif
