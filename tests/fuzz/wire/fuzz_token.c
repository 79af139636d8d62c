/* Passwords from whoever connects to a broker. */
#include "common/token.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *text, size_t len)
{
	auto_token struct token token = TOKEN_INIT;
	auto_token struct token again = TOKEN_INIT;
	auto_buf struct buf written = BUF_INIT(LIMIT_CONNECT_JWT);
	struct err err;

	if (!token_parse(text, len, &token, &err))
		return;
	fuzz_either(token_verify(&token, &fuzz_key("device")->public, &err));
	fuzz_either(token_check_client(&token, token.client_id, "unit-a", &err));
	fuzz_either(token_check_audience(&token, FIXTURE_BROKER, &err));
	fuzz_either(token_times_right(&token, FIXTURE_NOW));
	fuzz_must(token_sign(&token, fuzz_key("device"), &written, &err));
	fuzz_must(token_parse(written.data, written.len, &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_connect, "device", data, size, check);
	return 0;
}
