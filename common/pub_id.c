#include "common/pub_id.h"

#include <string.h>

#include <sodium.h>

struct pub_id pub_id_random(void)
{
	struct pub_id id;

	randombytes_buf(id.bytes, sizeof(id.bytes));
	return id;
}

bool pub_id_equal(const struct pub_id *a, const struct pub_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

char *pub_id_format(const struct pub_id *id, char out[static PUB_ID_SIZE])
{
	return hex_encode(out, id->bytes, sizeof(id->bytes));
}

char *pub_id_short(const struct pub_id *id, char out[static PUB_ID_SHORT_SIZE])
{
	return hex_encode(out, id->bytes, (PUB_ID_SHORT_SIZE - 1) / 2);
}

bool pub_id_parse(const char *text, size_t len, struct pub_id *ret)
{
	return hex_decode(ret->bytes, sizeof(ret->bytes), text, len);
}
