/*
 * The files of one publication while they are written aside: all are written, then all are made
 * durable. The disk is told of each at once, so that the first that is waited for takes the others
 * along; to write and wait for one after the other costs several times as much.
 */
#ifndef CERTWIRE_SUBSCRIBER_STAGING_H
#define CERTWIRE_SUBSCRIBER_STAGING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/manifest.h"

enum { STAGING_PROOFS = 3 };

struct staging {
	int dir; /* borrowed: where the publication's files go */
	const struct manifest *manifest; /* borrowed */
	int fds[LIMIT_FILES + STAGING_PROOFS]; /* owned */
	size_t count;
};

#define auto_staging CLEANUP(staging_release)

/* Closes what is open. */
void staging_release(struct staging *staging) NONNULL;

/* Takes the files of the body; `staging` is borrowed. */
struct body_file_sink staging_sink(struct staging *staging) MUST_USE NONNULL;

/* One more file, in folder `dir`. 401 or 402. */
bool staging_write(struct staging *staging, int dir, const char *name, const struct buf *content,
	struct err *err) MUST_USE NONNULL;

/* Makes the content of all files durable; their folders are the caller's. 401 or 402. */
bool staging_sync(struct staging *staging, struct err *err) MUST_USE NONNULL;

/* Gives a failure of the disk its code; one that has a code already keeps it. Returns false. */
bool staging_refused(struct err *err) NONNULL;

#endif
