/* Syncs from devices. */
#include "common/sync.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_sync struct sync sync = SYNC_INIT;
	auto_sync struct sync again = SYNC_INIT;
	auto_buf struct buf text = BUF_INIT(jws_sync.max);
	struct err err;

	if (!sync_parse(jws, len, &sync, &err))
		return;
	fuzz_either(sync_verify(&sync, &fuzz_key("device")->public, &err));
	fuzz_must(sync_sign(&sync, fuzz_key("device"), &text, &err));
	fuzz_must(sync_parse(text.data, text.len, &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_sync, "device", data, size, check);
	return 0;
}
