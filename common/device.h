/*
 * Requests for device certificates and the certificates (docs/protocol.md section 4). Codes: 521
 * malformed, 522 signature, 523 another device or outside its validity.
 */
#ifndef CERTWIRE_COMMON_DEVICE_H
#define CERTWIRE_COMMON_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/macros.h"

struct device_request {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	struct public_key public;
	int64_t created_at;
};

/* Appends the JWS; `key` must be the one the request names. */
bool device_request_sign(const struct device_request *request, const struct signing_key *key,
	struct buf *jws, struct err *err) MUST_USE NONNULL;

/* Parses and verifies: it was signed by the key it names. Whose key that is, a phone call tells. */
bool device_request_verify(
	const void *jws, size_t len, struct device_request *ret, struct err *err) MUST_USE NONNULL;

enum { DEVICE_SERIAL_BYTES = 16 };

struct device_certificate {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	struct public_key public;
	int64_t not_before;
	int64_t not_after;
	uint8_t serial[DEVICE_SERIAL_BYTES];
	char kid[KID_SIZE]; /* of the registrar that signed; only set by verifying */
};

bool device_certificate_sign(const struct device_certificate *certificate,
	const struct signing_key *registrar, struct buf *jws, struct err *err) MUST_USE NONNULL;

/* Parses and verifies: signed by a registrar of the keyset who was valid at not_before. */
bool device_certificate_verify(const void *jws, size_t len, const struct keyset *keyset,
	struct device_certificate *ret, struct err *err) MUST_USE NONNULL;

/* 523 unless it is of that device of that unit and not_before <= at < not_after. */
bool device_certificate_check(const struct device_certificate *certificate, const char *unit,
	const char *device, int64_t at, struct err *err) MUST_USE NONNULL;

#endif
