/*
 * Sealing a draft: the content key, the sealed body in a spool, and the content key sealed to all who
 * must open it before or at issue.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SEALING_H
#define CERTWIRE_PUBLISHER_CLI_SEALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/seal.h"
#include "common/secret.h"
#include "publisher/cli/sources.h"
#include "publisher/cli/spool.h"

struct sealing_grant {
	const char *kid; /* borrowed from the keyset */
	uint8_t sealed[GRANT_BYTES];
};

struct sealing {
	struct spool spool; /* the parts */
	struct body body;
	struct sealing_grant grants[LIMIT_KEYSET_KEYS];
	size_t grant_count;
};

/* clang-format off */
#define SEALING_INIT {.spool = SPOOL_INIT}
/* clang-format on */

#define auto_sealing CLEANUP(sealing_release)

void sealing_release(struct sealing *sealing) NONNULL;

/*
 * Seals manifest and files under a new content key, and that to every dispatcher, editor and recovery
 * key that the keyset holds valid at `now`; the content key itself is then forgotten. ERR_DENIED when
 * there is no such dispatcher. `*ret` is new and outlives not the keyset.
 */
bool sealing_make(const struct manifest *manifest, const struct buf *manifest_bytes,
	const struct sources *sources, const struct keyset *keyset, int64_t now, struct sealing *ret,
	struct err *err) MUST_USE NONNULL;

#endif
