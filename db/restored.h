/*
 * After PostgreSQL was restored from a backup, or a standby was promoted (docs/database.md, "Epochs").
 */
#ifndef CERTWIRE_DB_RESTORED_H
#define CERTWIRE_DB_RESTORED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

struct restored {
	int64_t epoch; /* that begins now */
	int64_t entries; /* that were entered again */
	int64_t units; /* whose mailboxes they are in */
	char newest_act[64]; /* when the newest act of the audit was; what came after it is lost */
};

/* Begins a new epoch, in one transaction. Needs the role that owns the schema, or a superuser. */
bool restored_begin(
	struct pg *pg, const char *reason, struct restored *ret, struct err *err) MUST_USE NONNULL;

#endif
