#include "subscriber/asked.h"

#include <string.h>

void asked_clear(struct asked *asked)
{
	*asked = (struct asked){.next = 0};
}

void asked_add(struct asked *asked, const struct sync *sync)
{
	size_t at = asked->next++ % ASKED_MAX;

	asked->items[at].waits = true;
	memcpy(asked->items[at].nonce, sync->nonce, SYNC_NONCE_BYTES);
	memcpy(asked->items[at].incidents, sync->incidents, sizeof asked->items[at].incidents);
	asked->items[at].incident_count = sync->incident_count;
}

bool asked_answered(struct asked *asked, const uint8_t nonce[static SYNC_NONCE_BYTES],
	struct sync_incident ret[static LIMIT_SYNC_INCIDENTS], size_t *ret_count, bool *ret_last)
{
	size_t oldest = asked->next > ASKED_MAX ? asked->next - ASKED_MAX : 0;

	for (size_t n = oldest; n < asked->next; n++) {
		size_t at = n % ASKED_MAX;

		if (!asked->items[at].waits || memcmp(asked->items[at].nonce, nonce, SYNC_NONCE_BYTES) != 0)
			continue;
		memcpy(ret, asked->items[at].incidents, sizeof asked->items[at].incidents);
		*ret_count = asked->items[at].incident_count;
		*ret_last = n + 1 == asked->next;
		for (size_t k = oldest; k <= n; k++)
			asked->items[k % ASKED_MAX].waits = false;
		return true;
	}
	return false;
}
