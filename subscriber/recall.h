/*
 * What an editors' manifest of kind `recall` or `supersede` takes back goes into the inbox's quarantine.
 */
#ifndef CERTWIRE_SUBSCRIBER_RECALL_H
#define CERTWIRE_SUBSCRIBER_RECALL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/pub_id.h"
#include "subscriber/unit.h"

/*
 * Moves the folders of what a judged manifest takes back into quarantine, and lists those publications:
 * the state marks them in the transaction that stores it. A publication of another channel is
 * left alone, since that channel's editors have not spoken. Doing it twice is fine. A manifest of
 * kind `publish` takes nothing back.
 */
bool recall_quarantine(struct unit *unit, const struct manifest *manifest,
	struct pub_id ret[static LIMIT_REFERENCES], size_t *ret_count,
	struct err *err) MUST_USE NONNULL;

#endif
