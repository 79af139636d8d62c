/*
 * Puts a judged publication into the inbox, whole or not at all: written and fsynced aside in
 * inbox/.incoming/<id>, renamed to inbox/<channel>/<number>-<short id>, folders fsynced. A kill
 * between the rename and the state's transaction leaves a whole folder, which is then adopted.
 */
#ifndef CERTWIRE_SUBSCRIBER_STORE_H
#define CERTWIRE_SUBSCRIBER_STORE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"
#include "common/pub_id.h"
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

/*
 * `ret_folder` is relative to the inbox. 401 no room, 402 not written; else what verdict_files says,
 * `*ret_bad_part` as there.
 */
bool store_publication(const char *inbox, const struct store_work *work,
	char ret_folder[static STORE_FOLDER_SIZE], enum store_outcome *ret_outcome,
	uint32_t *ret_bad_part, struct err *err) MUST_USE NONNULL;

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
