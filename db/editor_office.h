/*
 * Who this session is, and whether what must run is running.
 */
#ifndef CERTWIRE_DB_EDITOR_OFFICE_H
#define CERTWIRE_DB_EDITOR_OFFICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Texts are borrowed from the rows. */
struct editor_login {
	const char *login;
	const char *roles; /* NULL: none */
	const char *kid; /* NULL: no key is bound */
	const char *key_role;
	int64_t at; /* the database's clock */
};

bool editor_login(struct pg *pg, struct pg_rows **ret_rows, struct editor_login *ret,
	struct err *err) MUST_USE NONNULL;

/* Rows of what ("dispatcher", "certwire_entitlement", "certwire_receipts", "schema"), fine, detail. */
enum { EDITOR_HEALTH_WHAT, EDITOR_HEALTH_FINE, EDITOR_HEALTH_DETAIL };
bool editor_health(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

/* Rows of the publications, their ids beginning with `digits`, that a restore of the database has lost. */
enum { EDITOR_LOST_PUBLICATION, EDITOR_LOST_UNITS };
bool editor_lost(
	struct pg *pg, const char *digits, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

#endif
