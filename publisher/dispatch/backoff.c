#include "publisher/dispatch/backoff.h"

int64_t backoff_next_ms(struct backoff *backoff, uint32_t random)
{
	int64_t ceiling_ms = backoff->first_ms;

	for (unsigned i = 0; i < backoff->failures && ceiling_ms < backoff->max_ms; i++)
		ceiling_ms *= 2;
	if (ceiling_ms > backoff->max_ms)
		ceiling_ms = backoff->max_ms;
	backoff->failures++;
	return 1 + (int64_t)(random % (uint64_t)ceiling_ms);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->failures = 0;
}
