/*
 * Columns of the ledger as the types that the protocol's objects have. All fail with ERR_DATA, naming
 * the column: the database then holds what no program of ours wrote.
 */
#ifndef CERTWIRE_DB_LEDGER_VALUE_H
#define CERTWIRE_DB_LEDGER_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/err.h"
#include "common/kind.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "db/pg.h"

/* A text that fits into `size` bytes, NUL included; SQL NULL becomes "". */
bool ledger_text(const struct pg_rows *rows, int row, int column, const char *what, char *out,
	size_t size, struct err *err) MUST_USE NONNULL;

/* Exactly `size` bytes. */
bool ledger_bytes(const struct pg_rows *rows, int row, int column, const char *what, void *out,
	size_t size, struct err *err) MUST_USE NONNULL;

bool ledger_digest(const struct pg_rows *rows, int row, int column, const char *what,
	struct digest *ret, struct err *err) MUST_USE NONNULL;

bool ledger_pub_id(const struct pg_rows *rows, int row, int column, struct pub_id *ret,
	struct err *err) MUST_USE NONNULL;

bool ledger_kind(const struct pg_rows *rows, int row, int column, enum kind *ret,
	struct err *err) MUST_USE NONNULL;

/* UTC seconds; SQL NULL is TIME_NONE. */
int64_t ledger_time(const struct pg_rows *rows, int row, int column) NONNULL;

#endif
