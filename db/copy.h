/*
 * What a broker keeps a copy of: units, their rights and their devices (docs/database.md, Broker).
 *
 * What returns rows is read with the _at function beside it; strings that it hands out are borrowed
 * from the rows. ERR_DATA from an _at function: the database holds what no program of ours wrote.
 */
#ifndef CERTWIRE_DB_COPY_H
#define CERTWIRE_DB_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/standing.h"
#include "db/pg.h"

/* The beginning of a right that holds already, and the end of one that has none. */
#define COPY_ALREADY INT64_MIN
#define COPY_FOREVER INT64_MAX

/* The newest version of the entitlements, and the database's clock (UTC microseconds). */
bool copy_version(
	struct pg *pg, int64_t *ret_version, int64_t *ret_now_us, struct err *err) MUST_USE NONNULL;

/* The keysets after a version, oldest first. */
bool copy_keysets(
	struct pg *pg, int64_t after, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* The signed keyset, as bytes. */
struct pg_bytes copy_keyset_at(const struct pg_rows *rows, int row) NONNULL;

/*
 * The units that changed after version `since`, each once. ERR_DATA when the
 * database does not know that far back any more, or has never been at that version: copy all anew.
 */
bool copy_changes(
	struct pg *pg, int64_t since, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* NULL: all units may have changed. */
const char *copy_change_at(const struct pg_rows *rows, int row) NONNULL;
/*
 * When the first of these changes was committed, UTC microseconds by the database's clock; 0: not known.
 * For metrics alone.
 */
int64_t copy_committed_us(const struct pg_rows *rows) NONNULL;

/* Every unit's id in column 0, sorted. */
bool copy_names(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

/*
 * The next units' ids in column 0, at most `most`, after `after` ("": from the first one) in the database's own
 * order.
 */
bool copy_names_after(struct pg *pg, const char *after, size_t most, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;

/*
 * The named units (NULL: all), sorted by unit: a row for each interval of a right from now on, those
 * that hold already first, or one row without channel when there is none. A unit that does not exist
 * has no row.
 */
bool copy_units(struct pg *pg, size_t count, const char *const *units, struct pg_rows **ret,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4, 5)));

/* The question alone, of some units: pg_answer gives the rows. */
bool copy_units_ask(
	struct pg *pg, size_t count, const char *const *units, struct err *err) MUST_USE NONNULL;

struct copy_unit {
	const char *unit;
	enum standing standing;
	int64_t standing_until_us; /* from then on the unit is lapsed; COPY_FOREVER */
	const char *channel; /* NULL: none */
	int64_t since_us; /* UTC microseconds; COPY_ALREADY */
	int64_t until_us; /* the first microsecond in which it is gone; COPY_FOREVER */
};

bool copy_unit_at(
	const struct pg_rows *rows, int row, struct copy_unit *ret, struct err *err) MUST_USE NONNULL;

/* The certified devices of the named units (NULL: of all), sorted by unit and device, by their bytes. */
bool copy_devices(struct pg *pg, size_t count, const char *const *units, struct pg_rows **ret,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4, 5)));

/* The question alone, of some units: pg_answer gives the rows. */
bool copy_devices_ask(
	struct pg *pg, size_t count, const char *const *units, struct err *err) MUST_USE NONNULL;

struct copy_device {
	const char *unit;
	const char *device;
	const char *certificate; /* JWS, to be verified */
	bool is_revoked;
	struct pg_bytes tls_fingerprint; /* SHA-256 that its TLS certificate must have; NULL: any */
	const char *tls_subject; /* the same certificate's subject (RFC 2253, UTF-8); NULL: any */
};

struct copy_device copy_device_at(const struct pg_rows *rows, int row) NONNULL;

#endif
