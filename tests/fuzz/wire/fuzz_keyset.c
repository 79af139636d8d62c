/* Keysets from a broker: the payload alone, and whole. */
#include "common/keyset.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_keyset struct keyset *keyset = NULL;
	struct fingerprint pinned = fingerprint_of(&fuzz_key("root")->public);
	struct err err;

	fuzz_either(keyset_accept(NULL, &pinned, jws, len, &keyset, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_keyset struct keyset *keyset = NULL;
	auto_keyset struct keyset *again = NULL;
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);
	struct err err;

	if (keyset_parse(data, size, &keyset, &err)) {
		fuzz_must(keyset_format(keyset, &text, &err));
		fuzz_must(keyset_parse(text.data, text.len, &again, &err));
	}
	fuzz_both(&jws_keyset, "root", data, size, check);
	return 0;
}
