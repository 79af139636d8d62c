/*
 * Who sent a sync, and whether to believe it.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_VISITOR_H
#define CERTWIRE_PUBLISHER_DISPATCH_VISITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "common/sync.h"
#include "common/vouched.h"

struct dispatch;

/*
 * Judges a sync that came on the unit's topic (611, 612, 613). `*ret_welcome` false: it is refused
 * and recorded; else `*ret` is new, recorded as seen, and `*ret_good` tells whether its unit is in
 * good standing. Fails only when PostgreSQL does.
 */
bool visitor_judge(struct dispatch *dispatch, const char *unit, const void *jws, size_t len,
	struct sync *ret, bool *ret_welcome, bool *ret_good, struct err *err) MUST_USE NONNULL;

/*
 * The decision alone: the sync is well-formed, of this unit, and signed by this device's certified
 * key, whose certificate (NULL: none) holds at `now` by the keyset. `*ret` is new.
 */
bool visitor_verify(const struct sync *sync, const char *unit, const char *certificate,
	const struct keyset *keyset, struct vouched *vouched, int64_t now, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 4, 5, 7)));

#endif
