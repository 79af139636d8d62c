/*
 * Linked into a copy of each plugin, between it and the broker: how long every callback holds the loop. The longest of each
 * event goes to the file that CERTWIRE_TIMED names, a line for each, when the broker ends.
 */
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct timed {
	int event;
	MOSQ_FUNC_generic_callback callback;
	void *userdata;
	int64_t longest_ns; /* by the clock: others may have had the processor meanwhile */
	int64_t longest_cpu_ns;
	int64_t count;
};

enum { TIMED_MAX = 32 };

static struct timed timed[TIMED_MAX];
static int timed_count;

int __real_mosquitto_callback_register(mosquitto_plugin_id_t *id, int event,
	MOSQ_FUNC_generic_callback callback, const void *data, void *userdata);
int __real_mosquitto_callback_unregister(
	mosquitto_plugin_id_t *id, int event, MOSQ_FUNC_generic_callback callback, const void *data);
int __wrap_mosquitto_callback_register(mosquitto_plugin_id_t *id, int event,
	MOSQ_FUNC_generic_callback callback, const void *data, void *userdata);
int __wrap_mosquitto_callback_unregister(
	mosquitto_plugin_id_t *id, int event, MOSQ_FUNC_generic_callback callback, const void *data);

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int call(int event, void *data, void *userdata)
{
	struct timed *entry = userdata;
	int64_t began = now_ns(CLOCK_MONOTONIC), cpu_began = now_ns(CLOCK_THREAD_CPUTIME_ID);
	int rc = entry->callback(event, data, entry->userdata);
	int64_t cpu_took = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began;
	int64_t took = now_ns(CLOCK_MONOTONIC) - began;

	entry->longest_ns = took > entry->longest_ns ? took : entry->longest_ns;
	entry->longest_cpu_ns = cpu_took > entry->longest_cpu_ns ? cpu_took : entry->longest_cpu_ns;
	entry->count++;
	return rc;
}

int __wrap_mosquitto_callback_register(mosquitto_plugin_id_t *id, int event,
	MOSQ_FUNC_generic_callback callback, const void *data, void *userdata)
{
	struct timed *entry = &timed[timed_count];

	if (timed_count == TIMED_MAX)
		abort();
	*entry = (struct timed){.event = event, .callback = callback, .userdata = userdata};
	timed_count++;
	return __real_mosquitto_callback_register(id, event, call, data, entry);
}

int __wrap_mosquitto_callback_unregister(
	mosquitto_plugin_id_t *id, int event, MOSQ_FUNC_generic_callback callback, const void *data)
{
	(void)callback;
	return __real_mosquitto_callback_unregister(id, event, call, data);
}

__attribute__((destructor)) static void tell(void)
{
	const char *path = getenv("CERTWIRE_TIMED");
	FILE *file = path ? fopen(path, "a") : NULL;

	for (int i = 0; file && i < timed_count; i++)
		fprintf(file, "%d %lld %lld %lld\n", timed[i].event, (long long)timed[i].longest_ns,
			(long long)timed[i].longest_cpu_ns, (long long)timed[i].count);
	if (file)
		fclose(file);
}
