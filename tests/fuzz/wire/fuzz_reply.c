/* Replies from devices, and what is sealed in them. */
#include "common/reply.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_reply struct reply reply = REPLY_INIT;
	auto_reply struct reply again = REPLY_INIT;
	auto_buf struct buf text = BUF_INIT(jws_reply.max);
	struct reply_content content;
	struct err err;

	if (!reply_parse(jws, len, &reply, &err))
		return;
	fuzz_either(reply_verify(&reply, &fuzz_key("device")->public, &err));
	fuzz_must(reply_sign(&reply, fuzz_key("device"), &text, &err));
	fuzz_must(reply_parse(text.data, text.len, &again, &err));
	if (reply_open(&reply, fuzz_key("editor 1"), &content, &err))
		fuzz_must(reply_seal(&content, fuzz_keyset(), FIXTURE_NOW, &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_reply, "device", data, size, check);
	return 0;
}
