/* Entries from a broker: the payload alone, and whole. */
#include "common/entry.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_entry struct entry entry = ENTRY_INIT;
	struct err err;

	if (entry_parse(jws, len, &entry, &err)) {
		fuzz_either(entry_verify(&entry, fuzz_keyset(), &err));
		fuzz_either(entry_check_owner(&entry, FIXTURE_UNIT, 1, &err));
		fuzz_either(entry_check_next(&entry, &entry, &err));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_entry struct entry entry = ENTRY_INIT;
	auto_entry struct entry again = ENTRY_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	if (entry_parse_payload(data, size, &entry, &err)) {
		fuzz_must(entry_format(&entry, &text, &err));
		fuzz_must(entry_parse_payload(text.data, text.len, &again, &err));
	}
	fuzz_both(&jws_entry, "dispatcher", data, size, check);
	return 0;
}
