/*
 * How the audience of now differs from what the approvers saw, and what explains it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_CHANGES_H
#define CERTWIRE_PUBLISHER_CLI_CHANGES_H

#include <stdbool.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"
#include "publisher/cli/lookup.h"

/* Appends a line for each unit, with the act that explains it; nothing when none differs. */
bool changes_view(struct pg *pg, const char *id, struct buf *out, struct err *err) MUST_USE NONNULL;
bool changes_json(struct pg *pg, const char *id, json_t **ret, struct err *err) MUST_USE NONNULL;

/* ERR_DENIED, naming the units, when a difference has nothing that explains it. */
bool changes_check(struct pg *pg, const struct lookup *found, struct err *err) MUST_USE NONNULL;

#endif
