/* Part messages from a broker: the input is what stands before the part, whose bytes follow. */
#include "common/part.h"

#include <string.h>

#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t message[PART_MESSAGE_BYTES];
	static uint8_t again[PART_MESSAGE_BYTES];
	struct part part;
	struct err err;

	fuzz_must(size == PART_MESSAGE_BYTES || !part_parse(data, size, &part, &err));
	memset(message, 0, sizeof(message));
	memcpy(message, data, size < sizeof(message) ? size : sizeof(message));
	if (!part_parse(message, sizeof(message), &part, &err))
		return 0;
	fuzz_must(part.index < part.count && part.count <= LIMIT_PARTS);
	part_format(&part, again);
	fuzz_must(memcmp(again, message, sizeof(again)) == 0);
	return 0;
}
