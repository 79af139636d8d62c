/*
 * A manifest judged against the entry it came under: the middle of the list in docs/protocol.md
 * section 8, between opening the body (body_read_manifest) and writing files (body_read_files).
 */
#ifndef CERTWIRE_COMMON_PUBLICATION_H
#define CERTWIRE_COMMON_PUBLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/entry.h"
#include "common/err.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/manifest.h"

/*
 * In this order: well-formed (305), within limits (310, `max_bytes` for all files together), the
 * entry's digest (306), agreeing with the entry in id, kind and number of parts (307), the editors'
 * signatures (212, 213, and 211 by the channel's rule in the keyset that the entry names, 208 when
 * that is not held), not past expires_at at `now` (311; TIME_NONE skips this, for what was stored
 * long ago), file names (308). `*ret` is new.
 */
bool publication_judge(const struct entry *entry, const void *manifest, size_t len,
	const struct keyring *ring, int64_t now, int64_t max_bytes, struct manifest *ret,
	struct err *err) MUST_USE NONNULL;

#endif
