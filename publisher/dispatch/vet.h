/*
 * Whether a publication may be issued: the dispatcher opens it and judges it as the units will, so
 * that who can write to the database cannot make it issue what editors did not sign.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_VET_H
#define CERTWIRE_PUBLISHER_DISPATCH_VET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/body.h"
#include "common/err.h"
#include "common/key.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "db/ledger_issue.h"

/*
 * Opens the content key with `key`, the body from `source`, and judges: the body's digest; all that
 * publication_judge does, as of `now` and by the newest keyset, so enough editors who are valid now;
 * that channel, number and times of the row are the manifest's; that the audience rule is the one
 * that was signed; that what it takes back is what the row's references say and its kind allows. False: err says what is wrong, with a refusal code; or `source` failed, with whatever
 * err it set. `*ret` is new.
 */
bool vet_publication(const struct ledger_draft *draft, const struct signing_key *key,
	const struct keyring *ring, int64_t now, body_part_source *source, void *context,
	struct manifest *ret, struct err *err) MUST_USE __attribute__((nonnull(1, 2, 3, 5, 7, 8)));

#endif
