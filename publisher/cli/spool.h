/*
 * The sealed parts of one body, in a temporary file that has no name: a body is sealed before a
 * transaction begins, and opened twice after it was fetched once. Only ciphertext lies in it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SPOOL_H
#define CERTWIRE_PUBLISHER_CLI_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/part.h"

struct spool {
	int fd;
};

/* clang-format off */
#define SPOOL_INIT {.fd = -1}
/* clang-format on */

#define auto_spool CLEANUP(spool_release)

/* In TMPDIR, else /tmp. */
bool spool_open(struct spool *ret, struct err *err) MUST_USE NONNULL;
void spool_release(struct spool *spool) NONNULL;

/* A body_part_sink and a body_part_source (common/body.h) whose context is the spool. */
bool spool_put(void *spool, uint32_t index, const uint8_t part[static PART_BYTES],
	struct err *err) MUST_USE NONNULL;
bool spool_get(
	void *spool, uint32_t index, uint8_t part[static PART_BYTES], struct err *err) MUST_USE NONNULL;

#endif
