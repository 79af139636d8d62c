/*
 * What arrives for the inbox: offers and parts are taken in, and a publication of which everything is
 * there is judged and stored.
 */
#ifndef CERTWIRE_SUBSCRIBER_RECEIVE_H
#define CERTWIRE_SUBSCRIBER_RECEIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"
#include "common/pub_id.h"
#include "subscriber/unit.h"

/* What a message was good for. Refusals and failures are logged and recorded here. */
enum receive_news {
	RECEIVE_NOTHING,
	RECEIVE_PROGRESS, /* something that was missing is there */
	RECEIVE_STORED_AGAIN, /* an offer of what is stored: its receipt may have been lost */
};

/* `*ret_id` is set with RECEIVE_STORED_AGAIN alone. */
enum receive_news receive_offer(
	struct unit *unit, const void *data, size_t len, struct pub_id *ret_id) NONNULL;

enum receive_news receive_part(struct unit *unit, const void *data, size_t len) NONNULL;

/*
 * At the end of a step: parts that came in it and were not stored are put into the spool's files. What
 * the disk would not take is refused.
 */
void receive_settle(struct unit *unit) NONNULL;

/* 511 to 513 are recorded; a new keyset may make refused things acceptable. */
enum receive_news receive_keyset(struct unit *unit, const void *data, size_t len) NONNULL;

/*
 * Judges and stores what is complete, tidies the spool of what is not wanted any more, and refuses
 * what there is no room for. True when anything was stored.
 */
bool receive_ready(struct unit *unit) NONNULL;

#endif
