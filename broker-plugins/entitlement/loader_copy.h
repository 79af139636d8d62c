/*
 * One round of the loader: what is new in PostgreSQL is made into a delta and handed to the loop.
 */
#ifndef CERTWIRE_ENTITLEMENT_LOADER_COPY_H
#define CERTWIRE_ENTITLEMENT_LOADER_COPY_H

#include "broker-plugins/entitlement/loader.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/* A failure that is told is told again only after so long. */
enum { LOADER_COMPLAIN_EVERY_MS = 30000 };

/*
 * Asks what changed and hands it over; when nothing did, hands over that the copy is good as of now.
 * On failure the loop goes on with what it has, which grows older. loader->pg is connected.
 */
bool loader_copy_news(struct loader *loader, struct err *err) MUST_USE NONNULL;

#endif
