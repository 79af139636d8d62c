/*
 * One file of the spool: a page that says which parts are there, then a place for each part.
 */
#ifndef CERTWIRE_SUBSCRIBER_SPOOL_FILE_H
#define CERTWIRE_SUBSCRIBER_SPOOL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/part.h"
#include "common/pub_id.h"

/* A bit for each part. */
struct part_map {
	uint8_t bits[LIMIT_PARTS / 8];
};

bool part_map_has(const struct part_map *map, uint32_t index) MUST_USE NONNULL;
void part_map_set(struct part_map *map, uint32_t index, bool has) NONNULL;

/* True for "<id>.parts". */
bool spool_file_is(const char *name, struct pub_id *ret) MUST_USE NONNULL;

/* Reads the page; `*ret_sound` is false, and nothing else set, when it is torn or none of ours. */
bool spool_file_load(int dir, const struct pub_id *id, uint32_t *ret_count,
	struct part_map *ret_map, bool *ret_sound, struct err *err) MUST_USE NONNULL;

/*
 * Writes a part and then marks it, in the file and in `map`; with `bytes` NULL it takes the mark
 * away. Makes the file when it is not there. 401 or 402.
 */
bool spool_file_write(int dir, const struct pub_id *id, uint32_t count, struct part_map *map,
	uint32_t index, const uint8_t *bytes, struct err *err) MUST_USE;

/* 302 when it cannot be read back. */
bool spool_file_read(int dir, const struct pub_id *id, uint32_t index,
	uint8_t part[static PART_BYTES], struct err *err) MUST_USE NONNULL;

/* What is not there is fine. */
bool spool_file_remove(int dir, const struct pub_id *id, struct err *err) MUST_USE NONNULL;

#endif
