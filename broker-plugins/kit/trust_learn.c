#include "broker-plugins/kit/trust_learn.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	THREADS_MAX = 8,
	SHARE_MIN = 16, /* certificates that are worth a thread */
};

struct lesson {
	const char *jws;
	struct vouched_entry entry;
	bool is_good;
};

/* Each pupil takes every `step`th lesson from its own on. */
struct pupil {
	const struct keyset *keyset;
	struct lesson *lessons;
	size_t from;
	size_t step;
	size_t count;
	pthread_t thread;
	bool has_thread;
};

static void *learn(void *arg)
{
	const struct pupil *pupil = arg;
	struct err err;

	for (size_t i = pupil->from; i < pupil->count; i += pupil->step) {
		struct lesson *lesson = &pupil->lessons[i];

		lesson->is_good = device_certificate_verify(
			lesson->jws, strlen(lesson->jws), pupil->keyset, &lesson->entry.certificate, &err);
	}
	return NULL;
}

static size_t count_pupils(size_t lessons)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t pupils = lessons / SHARE_MIN;

	if (processors > 0 && pupils > (size_t)processors)
		pupils = (size_t)processors;
	return pupils > THREADS_MAX ? THREADS_MAX : pupils;
}

/* Threads inherit that all signals are blocked. Whoever gets none is done here. */
static void teach(const struct keyset *keyset, struct lesson *lessons, size_t count)
{
	struct pupil pupils[THREADS_MAX];
	size_t pupil_count = count_pupils(count);

	for (size_t i = 0; i < pupil_count; i++) {
		pupils[i] = (struct pupil){
			.keyset = keyset, .lessons = lessons, .from = i, .step = pupil_count, .count = count};
		pupils[i].has_thread =
			i > 0 && pthread_create(&pupils[i].thread, NULL, learn, &pupils[i]) == 0;
	}
	for (size_t i = 0; i < pupil_count; i++)
		if (!pupils[i].has_thread)
			learn(&pupils[i]);
	for (size_t i = 0; i < pupil_count; i++)
		if (pupils[i].has_thread)
			pthread_join(pupils[i].thread, NULL);
}

/* Those that are not known, into `lessons`; how many. */
static size_t choose(
	const struct trust *trust, size_t count, const char *const *jwss, struct lesson *lessons)
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++) {
		struct digest digest = digest_of(jwss[i], strlen(jwss[i]));

		if (!vouched_knows(&trust->certificates, &digest))
			lessons[chosen++] = (struct lesson){.jws = jwss[i], .entry.digest = digest};
	}
	return chosen;
}

void trust_learn(struct trust *trust, size_t count, const char *const *jwss)
{
	const struct keyset *keyset = trust_keyset(trust);
	struct lesson *lessons = keyset && count > 0 ? calloc(count, sizeof(*lessons)) : NULL;
	struct err err;
	size_t chosen;

	if (!lessons)
		return;
	chosen = choose(trust, count, jwss, lessons);
	teach(keyset, lessons, chosen);
	for (size_t i = 0; i < chosen; i++)
		if (lessons[i].is_good && !vouched_keep(&trust->certificates, &lessons[i].entry, &err))
			break;
	free(lessons);
}
