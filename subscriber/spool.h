/*
 * Sealed parts while a publication is incomplete, before its offer came and after.
 *
 * One file each, <state>/spool/<id>.parts: a page that says which parts are there, then a place of
 * PART_BYTES for each. A part is written before it is marked, and neither is fsynced: after a kill
 * all is there; after a power failure a part may be marked and not there, which opening it finds
 * out, and it is dropped and asked for again.
 *
 * Something of a single part is complete as it comes, and is mostly stored at once: it lies in memory
 * until spool_settle, so that no file is made for it and removed a moment later. Who is killed before
 * asks for it again.
 *
 * Parts whose entry has not come are bounded (docs/protocol.md section 6): the oldest publication
 * goes first. Those of wanted publications are bounded by what the unit is owed.
 */
#ifndef CERTWIRE_SUBSCRIBER_SPOOL_H
#define CERTWIRE_SUBSCRIBER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/part.h"
#include "common/pub_id.h"
#include "common/ranges.h"
#include "subscriber/spool_file.h"

struct spooled {
	struct pub_id id;
	uint32_t count; /* of parts altogether */
	uint32_t held;
	bool wanted; /* its entry is held and it is wanted; else it is early */
	bool in_file; /* there may be a file of it */
	uint8_t *part; /* owned: the only part, not in a file yet; or NULL */
	uint64_t age; /* ascending: which came first */
	struct part_map map;
};

struct spool {
	int dir; /* owned */
	char *path; /* owned */
	struct spooled *items; /* owned */
	size_t count;
	size_t in_memory; /* of them have a part there */
	uint64_t next_age;
};

enum { SPOOL_MEMORY_PARTS = 64 };

/* Opens the folder, making it, and takes up what lies there; all of it counts as early. */
bool spool_open(const char *path, struct spool *ret, struct err *err) MUST_USE NONNULL;
void spool_close(struct spool *spool) NONNULL;

#define auto_spool CLEANUP(spool_close)

/*
 * Says that a publication is wanted and has so many parts, dropping what was kept of it when that
 * disagrees.
 */
bool spool_want(
	struct spool *spool, const struct pub_id *id, uint32_t count, struct err *err) MUST_USE NONNULL;

/*
 * Keeps a part; `*ret_new` is false when it is held already. 301 when its count disagrees with the
 * entry's, 401 or 402 when it could not be written. An early part with another count than the ones
 * before it replaces them all.
 */
bool spool_put(
	struct spool *spool, const struct part *part, bool *ret_new, struct err *err) MUST_USE NONNULL;

/*
 * Writes what lies in memory into files. False, and `*ret_id` set, when one could not be written (401,
 * 402): it is missing then, and the others are still to be done.
 */
bool spool_settle(struct spool *spool, struct pub_id *ret_id, struct err *err) MUST_USE NONNULL;

bool spool_has(const struct spool *spool, const struct pub_id *id, uint32_t index) MUST_USE NONNULL;

/* Whether every part of it is held. */
bool spool_complete(const struct spool *spool, const struct pub_id *id) MUST_USE NONNULL;

/* How many parts of it are held. */
uint32_t spool_held(const struct spool *spool, const struct pub_id *id) MUST_USE NONNULL;

/* Adds its first missing parts of `count` to `ret`, at most `most` of them; returns how many. */
uint32_t spool_missing(const struct spool *spool, const struct pub_id *id, uint32_t count,
	uint32_t most, struct ranges *ret) MUST_USE NONNULL;

/* Reads one that is held; what was lost below us is ERR_DATA with code 302. */
bool spool_read(const struct spool *spool, const struct pub_id *id, uint32_t index,
	uint8_t part[static PART_BYTES], struct err *err) MUST_USE NONNULL;

/* Forgets one part, or all of a publication. What is not held is fine. */
bool spool_drop_part(
	struct spool *spool, const struct pub_id *id, uint32_t index, struct err *err) MUST_USE NONNULL;
bool spool_drop(struct spool *spool, const struct pub_id *id, struct err *err) MUST_USE NONNULL;

/* Bytes of all parts held. */
int64_t spool_bytes(const struct spool *spool) MUST_USE NONNULL;

#endif
