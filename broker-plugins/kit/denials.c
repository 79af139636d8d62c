#include "broker-plugins/kit/denials.h"

#include <assert.h>
#include <string.h>

enum { FLUSH_EVERY_MS = 1000 };

bool denials_init(struct denials *denials, struct err *err)
{
	denials->count = 0;
	denials->flushed_at_ms = 0;
	for (int code = DENIAL_CODE_MIN; code <= DENIAL_CODE_MAX; code++)
		atomic_init(&denials->totals[code - DENIAL_CODE_MIN], 0);
	return ring_init(&denials->ring, DENIALS_SLOTS, sizeof(struct denial), err);
}

void denials_release(struct denials *denials)
{
	ring_release(&denials->ring);
}

static void quote_into(char *out, size_t size, const char *text)
{
	err_quote(out, size, text ? text : "", text ? strlen(text) : 0);
}

static bool is_same(const struct denial *a, const struct denial *b)
{
	return a->code == b->code && strcmp(a->who, b->who) == 0 &&
		   strcmp(a->client_id, b->client_id) == 0 && strcmp(a->topic, b->topic) == 0;
}

/* The one counted already, or a free one that now holds it; NULL when all are taken. */
static struct denial *place_of(struct denials *denials, const struct denial *denial, size_t max)
{
	for (size_t i = 0; i < denials->count; i++)
		if (is_same(&denials->counted[i], denial))
			return &denials->counted[i];
	if (denials->count >= max)
		return NULL;
	denials->counted[denials->count] = *denial;
	return &denials->counted[denials->count++];
}

static struct denial denial_of(int code, const char *who, const char *client_id, const char *topic)
{
	struct denial denial = {.code = code};

	quote_into(denial.who, sizeof(denial.who), who);
	quote_into(denial.client_id, sizeof(denial.client_id), client_id);
	quote_into(denial.topic, sizeof(denial.topic), topic);
	return denial;
}

static atomic_int_fast64_t *total_of(struct denials *denials, int code)
{
	assert(code >= DENIAL_CODE_MIN && code <= DENIAL_CODE_MAX);
	return &denials->totals[code - DENIAL_CODE_MIN];
}

int64_t denials_total(const struct denials *denials, int code)
{
	assert(code >= DENIAL_CODE_MIN && code <= DENIAL_CODE_MAX);
	return atomic_load_explicit(&denials->totals[code - DENIAL_CODE_MIN], memory_order_relaxed);
}

/* Counts it to be handed over with the next flush. */
static void count_up(
	struct denials *denials, int code, const char *who, const char *client_id, const char *topic)
{
	/* The last quarter is kept for those that are counted under their code alone. */
	const size_t named_max = DENIALS_MAX / 4 * 3;
	struct denial denial = denial_of(code, who, client_id, topic);
	struct denial *place = place_of(denials, &denial, named_max);

	if (!place) {
		denial = (struct denial){.who = "*", .code = code};
		place = place_of(denials, &denial, DENIALS_MAX);
	}
	if (place)
		place->count++;
}

void denials_add(
	struct denials *denials, int code, const char *who, const char *client_id, const char *topic)
{
	atomic_fetch_add_explicit(total_of(denials, code), 1, memory_order_relaxed);
	count_up(denials, code, who, client_id, topic);
}

void denials_add_cut(struct denials *denials, int code, const char *unit, const char *client_id)
{
	struct denial denial = denial_of(code, unit, client_id, NULL);

	atomic_fetch_add_explicit(total_of(denials, code), 1, memory_order_relaxed);
	denial.count = 1;
	if (!ring_push(&denials->ring, &denial))
		count_up(denials, code, unit, client_id, NULL);
}

void denials_flush(struct denials *denials, int64_t now_ms)
{
	size_t done = 0;

	if (denials->count == 0 || now_ms - denials->flushed_at_ms < FLUSH_EVERY_MS)
		return;
	denials->flushed_at_ms = now_ms;
	while (done < denials->count && ring_push(&denials->ring, &denials->counted[done]))
		done++;
	/* What found no room goes on being counted. */
	denials->count -= done;
	memmove(denials->counted, denials->counted + done, denials->count * sizeof(struct denial));
}

bool denials_take(struct denials *denials, struct denial *ret)
{
	return ring_pop(&denials->ring, ret);
}
