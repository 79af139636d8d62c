/*
 * Brings a database's schema to the version that this program was built with.
 *
 * A migration is applied once, in order, in a transaction of its own that also records it. Its text
 * never changes afterwards: the recorded digest says so. ERR_DENIED, nothing done: the database has
 * migrations that this program does not know (use the newer program), one that differs from ours, or
 * a server older than 15.
 */
#ifndef CERTWIRE_DB_MIGRATE_H
#define CERTWIRE_DB_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* How many of ours are applied (the first ones) and how many there are. */
struct migrate_state {
	size_t applied;
	size_t known;
};

/* Reads and compares, changes nothing. */
bool migrate_check(struct pg *pg, struct migrate_state *ret, struct err *err) MUST_USE NONNULL;

/*
 * Applies what is pending, waiting first for any other program that does the same here. `applied` is
 * told each number (from 1) and name after its commit. The connection needs the rights of a
 * superuser, or CREATEROLE and CREATE on the database; roles that are missing are made.
 */
bool migrate_apply(struct pg *pg, void (*applied)(int version, const char *name, void *ctx),
	void *ctx, struct err *err) MUST_USE __attribute__((nonnull(1, 2, 4)));

#endif
