/*
 * The keysets this device accepted, kept for good: what every signature is checked against.
 */
#ifndef CERTWIRE_SUBSCRIBER_KEYSETS_H
#define CERTWIRE_SUBSCRIBER_KEYSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "subscriber/db.h"

/* Reads them all into an initialised ring, checking the chain from the pinned root again. */
bool keysets_load(struct db *db, struct keyring *ring, struct err *err) MUST_USE NONNULL;

/*
 * Judges one that arrived (511, 512, 513) and keeps it. `*ret_version` is 0 for one that is held
 * already, byte for byte: that is no fault.
 */
bool keysets_accept(struct db *db, struct keyring *ring, const void *jws, size_t len,
	int64_t *ret_version, struct err *err) MUST_USE NONNULL;

/* 514 when there is none, or the newest has expired at `now`. */
bool keysets_check_current(
	const struct keyring *ring, int64_t now, struct err *err) MUST_USE NONNULL;

/* Appends all of them, one JWS a line, oldest first: the file that lies beside each document. */
bool keysets_export(struct db *db, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Reads such a file into an initialised ring. */
bool keysets_import(
	const void *text, size_t len, struct keyring *ring, struct err *err) MUST_USE NONNULL;

enum { KEYSETS_FILE_MAX = 64 * 1024 * 1024 };

#endif
