/*
 * What people of this unit answer to seminars and opportunities. Any process may owe a reply; the daemon
 * alone numbers, seals and signs it, in the series of the receipts, which carry it from there.
 */
#ifndef CERTWIRE_SUBSCRIBER_REPLIES_H
#define CERTWIRE_SUBSCRIBER_REPLIES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/reply.h"
#include "subscriber/db.h"
#include "subscriber/unit.h"

/* Owes a reply; its unit, device and number are not looked at. The newest counts at CNCERT. */
bool replies_owe(
	struct db *db, const struct reply_content *content, struct err *err) MUST_USE NONNULL;

/* Signs the oldest that is owed, in one transaction; its number comes back, 0 when none was. */
bool replies_sign(struct unit *unit, int64_t *ret_number, struct err *err) MUST_USE NONNULL;

/* The newest reply to a publication, and how far it is. */
struct reply_said {
	bool found;
	char answer[16];
	int64_t seats;
	char note[LIMIT_REPLY_NOTE + 1];
	int64_t at;
	bool signed_; /* numbered and on its way */
	bool settled; /* CNCERT has it */
	int refused; /* code with which it was not believed; 0: none */
};

/* `id` is hex. */
bool replies_find(
	struct db *db, const char *id, struct reply_said *ret, struct err *err) MUST_USE NONNULL;

/* "CNCERT 已收到", "CNCERT has it", ... They live for ever. */
void reply_said_state(
	const struct reply_said *said, const char **ret_zh, const char **ret_en) NONNULL;

#endif
