/* Heads from a broker. */
#include "common/head.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_head struct head head = HEAD_INIT;
	auto_head struct head again = HEAD_INIT;
	auto_buf struct buf text = BUF_INIT(jws_head.max);
	struct err err;

	if (!head_parse(jws, len, &head, &err))
		return;
	fuzz_either(head_verify(&head, fuzz_keyset(), &err));
	fuzz_must(head_sign(&head, fuzz_key("dispatcher"), &text, &err));
	fuzz_must(head_parse(text.data, text.len, &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_head, "dispatcher", data, size, check);
	return 0;
}
