/*
 * Offers as messages.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_OFFER_H
#define CERTWIRE_PUBLISHER_DISPATCH_OFFER_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/offer.h"
#include "publisher/dispatch/message.h"

/* A new message for the unit's offer topic. */
bool offer_message(const char *unit, const struct offer *offer, struct message **ret,
	struct err *err) MUST_USE NONNULL;

#endif
