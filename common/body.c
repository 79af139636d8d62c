#include "common/body.h"

#include "common/limits.h"
#include "common/refusal.h"

static unsigned floor_log2(uint64_t number)
{
	return 63U - (unsigned)__builtin_clzll(number);
}

uint64_t body_padded_count(uint64_t count)
{
	if (count <= 8)
		return count;

	unsigned exponent = floor_log2(count);
	unsigned shift = exponent - (floor_log2(exponent) + 1);
	uint64_t step = UINT64_C(1) << shift;

	return (count + step - 1) / step * step;
}

bool body_count_parts(size_t manifest_len, int64_t files_bytes, uint32_t *ret, struct err *err)
{
	uint64_t plain = 4 + (uint64_t)manifest_len + (uint64_t)files_bytes;
	uint64_t count = (plain + PART_PLAIN_BYTES - 1) / PART_PLAIN_BYTES;

	if (count > LIMIT_PARTS)
		return err_code(err, REFUSAL_LIMIT, "the body needs more than %d parts", LIMIT_PARTS);
	*ret = (uint32_t)body_padded_count(count);
	return true;
}
