/*
 * The connection to PostgreSQL: made, kept, and what it tells by NOTIFY.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_LINK_H
#define CERTWIRE_PUBLISHER_DISPATCH_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"

struct dispatch;

/*
 * Connects and listens when there is no connection and it is time to try; true when there is one.
 * A failure is logged, once for each new reason, and tried again with backoff.
 */
bool link_keep(struct dispatch *dispatch, int64_t now_ms) NONNULL;

/* Closes; everything that was underway in PostgreSQL is undone. */
void link_drop(struct dispatch *dispatch) NONNULL;

/* Takes in what was notified as bits of dispatch->due: once a poll finds something to read. */
bool link_listen(struct dispatch *dispatch, struct err *err) MUST_USE NONNULL;

/* The same for what came with the answers to what we asked: no poll shows that any more. Reads nothing. */
void link_overhear(struct dispatch *dispatch) NONNULL;

#endif
