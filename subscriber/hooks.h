/*
 * Handing documents on: which programs are to be run, until each of them said that it is done. What is
 * to be run is owed in the state, in the transaction that stores or recalls, so a program may be run
 * twice after a kill, but is never forgotten.
 */
#ifndef CERTWIRE_SUBSCRIBER_HOOKS_H
#define CERTWIRE_SUBSCRIBER_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/pub_id.h"
#include "subscriber/db.h"
#include "subscriber/unit.h"

/* Owes what storing a publication is to set off, after it was put into the catalog. */
bool hooks_owe_stored(
	struct db *db, const struct manifest *manifest, int64_t now, struct err *err) MUST_USE NONNULL;

/* Owes what the recall of a document that was in the inbox is to set off. `id` is hex. */
bool hooks_owe_recall(struct db *db, const char *id, int64_t now, struct err *err) MUST_USE NONNULL;

struct hooks {
	int fd; /* of hook_runner_start, owned; -1: none */
	bool busy;
	char id[PUB_ID_SIZE]; /* what is being run */
	char event[16];
	int64_t attempts; /* of it before */
	int64_t look_at; /* when to look again */
};

/* Takes in what was answered, and has the next one run. Never waits. */
void hooks_turn(struct hooks *hooks, struct unit *unit) NONNULL;

void hooks_release(struct hooks *hooks) NONNULL;

#endif
