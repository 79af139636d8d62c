/*
 * What is kept long enough is removed from the inbox: read documents alone, by age and by number. What
 * the state knows of them, and every receipt, stays.
 */
#ifndef CERTWIRE_SUBSCRIBER_RETENTION_H
#define CERTWIRE_SUBSCRIBER_RETENTION_H

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/unit.h"

/* Removes what config's keep_days and keep_number no longer keep; neither set: nothing. */
bool retention_apply(struct unit *unit, struct err *err) MUST_USE NONNULL;

#endif
