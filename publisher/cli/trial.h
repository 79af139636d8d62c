/*
 * A test: a publication to CNCERT's own test units alone, marked as one in everything that they see.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_TRIAL_H
#define CERTWIRE_PUBLISHER_CLI_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "publisher/cli/session.h"

/* How the number of a test begins. */
#define TRIAL_NUMBER "test-"

/*
 * Makes of an issued or drafted manifest a copy that is a publication of its own, under a number that
 * nothing else has: to go out from now on, and taking nothing back. Title and fields stay.
 */
void trial_copy(int64_t now, struct manifest *manifest) NONNULL;

/*
 * Marks title and fields, and replaces the audience rule by one of the test units that PostgreSQL names.
 * ERR_DENIED when there are none. Connects.
 */
bool trial_make(struct session *session, struct manifest *manifest, struct buf *rule,
	struct err *err) MUST_USE NONNULL;

#endif
