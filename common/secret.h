/*
 * A secret in guarded memory: locked against swapping, left out of core dumps, wiped when freed.
 * There is deliberately no function that prints, copies out or encodes one.
 */
#ifndef CERTWIRE_COMMON_SECRET_H
#define CERTWIRE_COMMON_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

struct secret {
	uint8_t *bytes; /* sodium_malloc'd */
	size_t len;
};

/* New, zeroed, of `len` bytes (1 or more); NULL with err (ERR_SYSTEM) when memory is short. */
struct secret *secret_new(size_t len, struct err *err) MUST_USE NONNULL;

/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *secret);

static inline void cleanup_secret(struct secret **secret)
{
	secret_free(*secret);
}

#define auto_secret CLEANUP(cleanup_secret)

#endif
