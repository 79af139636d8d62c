/*
 * Whether there is room for what is to come: by the quota, and by what the disk has left.
 */
#ifndef CERTWIRE_SUBSCRIBER_ROOM_H
#define CERTWIRE_SUBSCRIBER_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/unit.h"

/* Left free on the disk for everything else. */
enum { ROOM_RESERVE_BYTES = 16 * 1024 * 1024 };

/* 401 unless `bytes` more fit into inbox and spool. */
bool room_check(struct unit *unit, int64_t bytes, struct err *err) MUST_USE NONNULL;

/* What a publication still takes at the most: its missing parts, and then its files beside them. */
int64_t room_needed(const struct unit *unit, const struct pub_id *id, uint32_t parts) NONNULL;

#endif
