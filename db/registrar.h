/*
 * What a registrar's tool asks of PostgreSQL: keysets, requests of devices, certificates. Everything
 * handed out is as PostgreSQL has it: the caller verifies it. Text is borrowed from the rows.
 */
#ifndef CERTWIRE_DB_REGISTRAR_H
#define CERTWIRE_DB_REGISTRAR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/device.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Columns of registrar_keysets, oldest version first. Every role may ask. */
enum { REGISTRAR_KEYSET_VERSION, REGISTRAR_KEYSET_JWS };

bool registrar_keysets(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

struct registrar_keyset {
	int64_t version;
	const char *jws;
	struct digest digest;
	int64_t issued_at;
	int64_t expires_at;
	const struct digest *previous; /* NULL for version 1 */
};

/* Exactly the next version; ERR_DATA otherwise. */
bool registrar_put_keyset(
	struct pg *pg, const struct registrar_keyset *keyset, struct err *err) MUST_USE NONNULL;

struct registrar_request {
	const char *unit;
	const char *unit_name;
	const char *device;
	const char *request; /* JWS */
	int64_t requested_at;
};

/* Requests without a certificate, oldest first. */
bool registrar_pending(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct registrar_request registrar_pending_at(const struct pg_rows *rows, int row) NONNULL;

struct registrar_device {
	const char *unit;
	const char *unit_name;
	const char *device;
	const char *state; /* "certified", "ended", "revoked" */
	const char *kid; /* NULL: revoked before it had a certificate; the next two as well */
	const char *certificate; /* JWS */
	const char *certified_by; /* login */
	int64_t not_after; /* 0: none, as for the next two */
	int64_t last_seen_at;
	int64_t revoked_at;
	const char *revoked_reason; /* NULL: not revoked */
};

bool registrar_devices(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct registrar_device registrar_devices_at(const struct pg_rows *rows, int row) NONNULL;

/* Stores the certificate of a pending request. `jws` is that of `certificate`; `kid` of its key. */
bool registrar_certify(struct pg *pg, const struct device_certificate *certificate, const char *kid,
	const char *jws, struct err *err) MUST_USE NONNULL;

#endif
