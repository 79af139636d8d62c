/*
 * How a device is, from its state alone: what `status` prints.
 */
#ifndef CERTWIRE_SUBSCRIBER_HEALTH_H
#define CERTWIRE_SUBSCRIBER_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/head.h"
#include "common/limits.h"
#include "common/macros.h"
#include "subscriber/db.h"
#include "subscriber/guard.h"

/* What was read. Texts are empty when there is nothing to say. */
struct health_facts {
	bool running;
	bool connected;
	bool gap;
	bool head; /* one has come */
	char broker[300];
	char line_reason[300];
	int64_t line_since;
	int64_t echo_at;
	int refused_topics; /* of our own, at the newest echo */
	char standing[16];
	int64_t standing_since;
	char reason[LIMIT_HEAD_REASON + 1];
	struct head_channel channels[LIMIT_HEAD_CHANNELS]; /* as the head has them, by name */
	size_t channel_count;
	int64_t clock_offset_s;
	int64_t epoch;
	int64_t last; /* entries 1 to it are held */
	int64_t announced; /* the last one the head counts */
	int64_t stored;
	int64_t unread;
	int64_t wanted;
	int64_t waiting; /* wanted, and with nothing refused */
	int64_t refused; /* wanted, but refused so far */
	int refused_code; /* of the newest of them */
	char refused_reason[800];
	bool disk_full; /* no room is left where the state lies */
	int64_t disk; /* of those, for want of room */
	int64_t receipts;
	int64_t settled;
	int64_t unsigned_items;
	int64_t receipts_refused;
	int receipts_refused_code;
	int64_t incidents;
	int64_t keyset;
	int64_t hooks_failed; /* programs that were given up */
	struct guard guard; /* of the daemon as it was started last */
	int64_t audit; /* the record of CNCERT's audit that the newest anchor of this epoch names */
};

struct health {
	const char *word; /* ok idle late gap refused offline suspended disk clock stopped */
	char why[2048];
	const char *what_to_do; /* "" when nothing */
	bool well; /* ok or idle */
};

/* Reads the state in `dir`; takes no lock and writes nothing. */
bool health_read(
	const char *dir, struct db *db, struct health_facts *ret, struct err *err) MUST_USE NONNULL;

/*
 * Pure: of the nth channel that the unit may not receive though it is in good standing, one line
 * that says why. False: there are no more.
 */
bool health_channel(const struct health_facts *facts, size_t nth, bool english, char *out,
	size_t size) MUST_USE NONNULL;

/* Pure: the word that matters most, and why, in Chinese or English. */
void health_judge(const struct health_facts *facts, bool english, struct health *ret) NONNULL;

#endif
