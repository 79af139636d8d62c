/*
 * A public key as people compare it over a phone: eight groups of five digits (docs/protocol.md
 * section 1).
 */
#ifndef CERTWIRE_COMMON_FINGERPRINT_H
#define CERTWIRE_COMMON_FINGERPRINT_H

#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"

enum { FINGERPRINT_SIZE = 8 * 5 + 7 + 1 };

struct fingerprint {
	char text[FINGERPRINT_SIZE]; /* "01234 56789 ..." */
};

struct fingerprint fingerprint_of(const struct public_key *key) NONNULL;

/*
 * Reads what a person typed: ASCII or full-width digits; blanks, full-width blanks, hyphens and
 * line ends are passed over. ERR_DATA unless 40 digits come out.
 */
bool fingerprint_parse(const char *text, struct fingerprint *ret, struct err *err) MUST_USE NONNULL;

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b) MUST_USE NONNULL;

bool fingerprint_matches(
	const struct fingerprint *fingerprint, const struct public_key *key) MUST_USE NONNULL;

#endif
