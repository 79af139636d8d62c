/*
 * Puts judged publications into the inbox, each whole or not at all: written aside in
 * inbox/.incoming/<id> and fsynced there with its folders, renamed to
 * inbox/<channel>/<number>-<short id>, the channel's folder fsynced. A kill between the rename and the
 * state's transaction leaves a whole folder, which is then adopted.
 *
 * Several are written first and then made durable together: the disk is told of all of them before
 * the first is waited for, and what they share, a channel's folder, is fsynced once.
 */
#ifndef CERTWIRE_SUBSCRIBER_STORE_H
#define CERTWIRE_SUBSCRIBER_STORE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "subscriber/staging.h"
#include "subscriber/verdict.h"

enum { STORE_FOLDER_SIZE = CHANNEL_SIZE + NUMBER_SIZE + PUB_ID_SHORT_SIZE };

#define STORE_QUARANTINE ".quarantine"

enum store_outcome {
	STORE_WRITTEN,
	STORE_ADOPTED, /* it was there, whole and right */
	STORE_REPLACED, /* something was in its place, and is in quarantine now */
};

/*
 * Before the first is stored in a run: what an earlier run was killed in is removed, and the folders
 * that it made are durable.
 */
bool store_begin(const char *inbox, struct err *err) MUST_USE NONNULL;

/* What was judged good, all borrowed; entry and keysets are kept beside the files. */
struct store_work {
	const struct verdict_input *input;
	const struct opened *opened;
	const struct buf *entry_jws;
	const struct buf *keysets;
};

/* One on its way into the inbox. */
struct store_staged {
	char folder[STORE_FOLDER_SIZE]; /* relative to the inbox: where it goes, or lies already */
	enum store_outcome outcome;
	char id[PUB_ID_SIZE]; /* its name in .incoming */
	int incoming; /* owned */
	int channel; /* owned */
	int dir; /* owned: what was written aside; -1 when it was adopted */
	int proof; /* owned */
	struct staging staging;
	bool failed; /* store_finish could not, because of `why` */
	struct err why;
};

/* clang-format off */
#define STORE_STAGED_INIT {.incoming = -1, .channel = -1, .dir = -1, .proof = -1}
/* clang-format on */

#define auto_store_staged CLEANUP(store_staged_release)

/* Closes what is open. */
void store_staged_release(struct store_staged *staged) NONNULL;

/*
 * Writes it aside; nothing is durable yet, and `work` is needed no more. `*ret` is new. 401 no room, 402
 * not written; else what verdict_files says, `*ret_bad_part` as there.
 */
bool store_write(const char *inbox, const struct store_work *work, struct store_staged *ret,
	uint32_t *ret_bad_part, struct err *err) MUST_USE NONNULL;

/*
 * Makes them all durable in their places, those too that were adopted. What could not be is `failed`, 401 or
 * 402: it is removed from .incoming, or lies in its place and will be adopted.
 */
void store_finish(struct store_staged *staged, size_t count) NONNULL;

/* "<channel>/<number>-<short id>" */
char *store_folder(const struct manifest *manifest, char out[static STORE_FOLDER_SIZE]) NONNULL;

/*
 * Looks for the publication's folder by its name, whatever its number: "<channel>/<number>-<short id>"
 * in `ret_folder`, and open in `*ret_dir` (new). `*ret_found` false, and nothing else done, when there is none.
 */
bool store_find(const char *inbox, const char *channel, const struct pub_id *id,
	char ret_folder[static STORE_FOLDER_SIZE], int *ret_dir, bool *ret_found,
	struct err *err) MUST_USE NONNULL;

/*
 * Moves a folder of the inbox into its quarantine, as "<channel>-<number>-<short id>" with `suffix`.
 * One that is gone already is fine.
 */
bool store_quarantine(
	const char *inbox, const char *folder, const char *suffix, struct err *err) MUST_USE NONNULL;

#endif
