#include "common/secret.h"

#include <assert.h>
#include <stdlib.h>

#include <sodium.h>

struct secret *secret_new(size_t len, struct err *err)
{
	auto_free struct secret *secret = calloc(1, sizeof *secret);

	assert(len > 0);
	if (sodium_init() < 0) {
		err_set(err, ERR_SYSTEM, "libsodium cannot start");
		return NULL;
	}
	if (secret)
		secret->bytes = sodium_malloc(len);
	if (!secret || !secret->bytes) {
		err_set(err, ERR_SYSTEM, "out of guarded memory for %zu bytes", len);
		return NULL;
	}
	sodium_memzero(secret->bytes, len);
	secret->len = len;
	return TAKE(secret);
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	sodium_free(secret->bytes);
	free(secret);
}
