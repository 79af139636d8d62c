/* Offers from a broker. */
#include "common/offer.h"

#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_offer struct offer offer = OFFER_INIT;
	auto_offer struct offer again = OFFER_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_OFFER);
	struct err err;

	if (!offer_parse(data, size, &offer, &err))
		return 0;
	fuzz_must(offer_format(&offer, &text, &err));
	fuzz_must(offer_parse(text.data, text.len, &again, &err));
	fuzz_must(again.grant_count == offer.grant_count);
	return 0;
}
