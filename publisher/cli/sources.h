/*
 * The files that an editor publishes. They are read twice, for the manifest's digests and to be
 * sealed; one that changes in between is refused, so that nobody signs half of an old file.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SOURCES_H
#define CERTWIRE_PUBLISHER_CLI_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/body.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/manifest.h"

struct source {
	const char *path; /* borrowed */
	const char *name; /* its last part, borrowed */
	int fd; /* of a file, or of memory */
};

struct sources {
	struct source items[LIMIT_FILES];
	size_t count;
};

#define auto_sources CLEANUP(sources_release)

/*
 * Opens them all. Refused: more than LIMIT_FILES, what is no regular file, a name that units
 * could not write (common/filename.h), each with what to do about it. `paths` is borrowed.
 */
bool sources_open(
	char *const *paths, size_t count, struct sources *ret, struct err *err) MUST_USE NONNULL;
void sources_release(struct sources *sources) NONNULL;

/* One more, that is no file but made here. `name` is borrowed, the bytes are copied. */
bool sources_add(struct sources *sources, const char *name, const void *data, size_t len,
	struct err *err) MUST_USE NONNULL;

/*
 * First pass: adds each with name, media type, size and digest, and appends a line to `warnings` for
 * each thing that an editor should know of it (publisher/cli/lint.h).
 */
bool sources_describe(const struct sources *sources, struct manifest *manifest,
	struct buf *warnings, struct err *err) MUST_USE NONNULL;

/* Second pass: pushes their bytes. ERR_DATA when one is not what the manifest says any more. */
bool sources_push(const struct sources *sources, const struct manifest *manifest,
	struct body_writer *writer, struct err *err) MUST_USE NONNULL;

#endif
