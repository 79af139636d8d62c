/* Receipts from devices. */
#include "common/receipt.h"

#include "tests/fuzz/wire/wire.h"

static void check(const void *jws, size_t len)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	auto_receipt struct receipt again = RECEIPT_INIT;
	auto_buf struct buf text = BUF_INIT(jws_receipt.max);
	struct err err;

	if (!receipt_parse(jws, len, &receipt, &err))
		return;
	fuzz_either(receipt_verify(&receipt, &fuzz_key("device")->public, &err));
	fuzz_must(receipt_sign(&receipt, fuzz_key("device"), &text, &err));
	fuzz_must(receipt_parse(text.data, text.len, &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_receipt, "device", data, size, check);
	return 0;
}
