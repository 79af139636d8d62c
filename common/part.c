#include "common/part.h"

#include <string.h>

#include "common/limits.h"
#include "common/refusal.h"

enum { VERSION = 1, ID_AT = 1, INDEX_AT = 17, COUNT_AT = 21 };

static uint32_t read_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

bool part_parse(const void *message, size_t len, struct part *ret, struct err *err)
{
	const uint8_t *bytes = message;
	struct part part;

	if (len != PART_MESSAGE_BYTES)
		return err_code(
			err, REFUSAL_PART_MALFORMED, "part: %zu bytes, not %d", len, PART_MESSAGE_BYTES);
	if (bytes[0] != VERSION)
		return err_code(err, REFUSAL_PART_MALFORMED, "part: version %d is not known", bytes[0]);
	memcpy(part.publication.bytes, bytes + ID_AT, PUB_ID_BYTES);
	part.index = read_u32(bytes + INDEX_AT);
	part.count = read_u32(bytes + COUNT_AT);
	if (part.count < 1 || part.count > LIMIT_PARTS)
		return err_code(err, REFUSAL_PART_MALFORMED, "part: one of %u, not of 1 to %d",
			(unsigned)part.count, LIMIT_PARTS);
	if (part.index >= part.count)
		return err_code(err, REFUSAL_PART_MALFORMED, "part: index %u of %u", (unsigned)part.index,
			(unsigned)part.count);
	part.bytes = bytes + PART_MESSAGE_HEADER_BYTES;
	*ret = part;
	return true;
}

void part_format(const struct part *part, uint8_t out[static PART_MESSAGE_BYTES])
{
	out[0] = VERSION;
	memcpy(out + ID_AT, part->publication.bytes, PUB_ID_BYTES);
	write_u32(out + INDEX_AT, part->index);
	write_u32(out + COUNT_AT, part->count);
	memcpy(out + PART_MESSAGE_HEADER_BYTES, part->bytes, PART_BYTES);
}
