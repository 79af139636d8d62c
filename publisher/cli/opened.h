/*
 * A publication opened with an editor's own key, or recovery's, and verified: what is read here is what units will
 * get, or it is refused.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_OPENED_H
#define CERTWIRE_PUBLISHER_CLI_OPENED_H

#include <stdbool.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "publisher/cli/approvals.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/spool.h"

struct opened {
	struct lookup found;
	struct keyring ring;
	const struct keyset *keyset; /* borrowed from the ring */
	struct signer editor; /* unlocked; recovery's where opened_look was given that */
	struct secret *content_key;
	struct spool spool; /* the body as PostgreSQL has it */
	struct buf manifest_bytes;
	struct manifest manifest;
	struct buf rule;
	struct approvals approvals;
};

/* clang-format off */
#define OPENED_INIT {.editor = SIGNER_INIT, .spool = SPOOL_INIT}
/* clang-format on */

#define auto_opened CLEANUP(opened_release)

/*
 * Finds, fetches, opens and verifies: digest of the body, digest and content of the manifest against
 * what PostgreSQL says of it, audience rule, and each signature as of the issue, or of now when it is
 * not issued. A wrong signature is counted, not refused. `ret` is OPENED_INIT and must not move until
 * opened_release, whatever this returns.
 */
bool opened_read(
	struct session *session, const char *id, struct opened *ret, struct err *err) MUST_USE NONNULL;

/* The same for a verb that only reads, where recovery's key will do as well. */
bool opened_look(
	struct session *session, const char *id, struct opened *ret, struct err *err) MUST_USE NONNULL;
void opened_release(struct opened *opened) NONNULL;

/*
 * Verifies every file against the manifest; with `folder`, which must not exist, writes them there.
 */
bool opened_files(struct opened *opened, const char *folder, struct err *err) MUST_USE
	__attribute__((nonnull(1, 3)));

/* Appends manifest, audience rule and signatures for a person. */
bool opened_view(const struct opened *opened, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
