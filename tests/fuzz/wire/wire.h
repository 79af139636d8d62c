/*
 * What the fuzzers of wire objects share. An input is taken as the whole object, and as the payload of
 * a rightly signed one, which is how a fuzzer gets past base64 and signature.
 */
#ifndef CERTWIRE_TESTS_FUZZ_WIRE_WIRE_H
#define CERTWIRE_TESTS_FUZZ_WIRE_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/fixture/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The key that signs and verifies in a fuzzer; made once. */
static inline const struct signing_key *fuzz_key(const char *name)
{
	static struct signing_key key;

	if (!key.secret)
		key = fixture_key(name);
	return &key;
}

/* The keyset of the fixture; made once. */
static inline const struct keyset *fuzz_keyset(void)
{
	static struct keyset *keyset;

	if (!keyset)
		keyset = fixture_keyset();
	return keyset;
}

/* Runs `check` on the input as it is, and on it as a payload signed by that key. */
static inline void fuzz_both(const struct jws_type *type, const char *key, const uint8_t *data,
	size_t size, void (*check)(const void *jws, size_t len))
{
	auto_buf struct buf jws = BUF_INIT(type->max);
	struct err err;

	check(data, size);
	if (jws_sign(type, fuzz_key(key), data, size, &jws, &err))
		check(jws.data, jws.len);
}

/* What was accepted must be written and accepted again; `done` is the call that does so. */
static inline void fuzz_must(bool done)
{
	if (!done)
		abort();
}

/* Whether the call does it is all the same; that it returns is what counts. */
static inline void fuzz_either(bool done)
{
	(void)done;
}

#endif
