/*
 * The title of a publication, for lists: opened from as few parts as hold the manifest.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_TITLE_H
#define CERTWIRE_PUBLISHER_CLI_TITLE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "db/editor_publication.h"
#include "db/pg.h"
#include "publisher/cli/signer.h"

enum { TITLE_SIZE = LIMIT_TITLE + 1 };

/*
 * Opens the manifest with the unlocked key and checks its digest; the files are not looked at. One
 * that is not sealed to this key has an empty title.
 */
bool title_read(struct pg *pg, const struct editor_publication *publication,
	const struct signer *editor, char out[static TITLE_SIZE], struct err *err) MUST_USE NONNULL;

#endif
