/*
 * What each question costs the broker's one thread, with a copy of UNITS units and CLIENTS of them
 * connected. Prints nanoseconds; asserts nothing.
 */
#include "broker-plugins/entitlement/review.h"
#include "tests/unit/broker/gate_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { UNITS = 100000, CLIENTS = 2000, ROUNDS = 200000, TOKENS = 1000 };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void tell(const char *what, int64_t started_ns, int64_t times)
{
	printf("%-44s %10lld ns\n", what, (long long)((now_ns() - started_ns) / times));
}

static struct table *big_table(void)
{
	struct err err;
	struct keyset *keyset = fixture_keyset();
	struct table *table = table_new(UNITS, &err);
	struct unit *good = gate_fixture_unit("good");

	for (int i = 0; i < UNITS; i++) {
		char name[UNIT_SIZE];

		snprintf(name, sizeof(name), "unit-%d", i);
		unit_free(table_put(table, unit_new(name, STANDING_GOOD, good->channel_count,
									   good->channels, good->device_count, good->devices, &err)));
	}
	unit_free(table_put(table, good));
	table_set_dispatchers(table, keyset);
	keyset_free(keyset);
	return table;
}

static void connect_many(struct gate *gate, int *places, const struct moment *now)
{
	const struct unit *good = table_find(gate->table, "good");

	for (int i = 0; i < CLIENTS; i++) {
		char name[UNIT_SIZE];
		struct session *session;

		snprintf(name, sizeof(name), "unit-%d", i * (UNITS / CLIENTS));
		session = sessions_add(&gate->sessions, &places[i], name, "d1");
		memcpy(session->kid, good->devices[0].kid, sizeof(session->kid));
		review_done(gate, session, now->wall_us);
	}
}

static void bench_access(struct gate *gate, const int *places, const struct moment *now)
{
	int64_t started = now_ns();
	int denied = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct session *session = sessions_find(&gate->sessions, &places[i % CLIENTS]);

		denied += gate_fixture_may(gate, session, ACCESS_READ, "certwire/v1/channel/weekly", 100,
					  now) != AUTHORIZE_YES;
	}
	tell("READ of a channel, each another client", started, ROUNDS);
	if (denied)
		abort();
	started = now_ns();
	for (int i = 0; i < ROUNDS; i++)
		denied += gate_fixture_may(gate, sessions_find(&gate->sessions, &places[0]), ACCESS_WRITE,
					  "certwire/v1/unit/unit-0/sync", 1000, now) != AUTHORIZE_YES;
	tell("WRITE of a sync", started, ROUNDS);
	if (denied)
		abort();
}

static void bench_connect(struct gate *gate, const struct moment *now)
{
	static char tokens[TOKENS][1024];
	struct signing_key key = fixture_key("good.d1");
	struct connect connect = {
		.client = tokens,
		.client_id = "good.d1",
		.user_name = "good",
		.protocol_version = 5,
		.clean_start = true,
	};
	int64_t started;

	for (int i = 0; i < TOKENS; i++) {
		auto_buf struct buf token = BUF_INIT(1000);

		FIXTURE_MUST(token_make("good.d1", FIXTURE_BROKER, moment_wall(now), &key, &token, &err));
		strcpy(tokens[i], buf_str(&token));
	}
	signing_key_release(&key);
	started = now_ns();
	for (int i = 0; i < TOKENS; i++) {
		connect.password = tokens[i];
		if (!authenticate(gate, &connect, now).let_in)
			abort();
	}
	tell("CONNECT with a token", started, TOKENS);
}

/* In as many turns as it takes: all of them, and the longest. */
static void bench_whole(struct gate *gate, struct delta *whole, const struct moment *now)
{
	int64_t began = now_ns();
	int64_t longest = 0;
	int64_t turn = began;

	if (gate_apply(gate, whole, now))
		abort();
	do {
		gate_tick(gate, now);
		if (now_ns() - turn > longest)
			longest = now_ns() - turn;
		turn = now_ns();
	} while (gate_is_busy(gate));
	tell("taking over a whole new copy", began, 1);
	tell("of that, the longest turn", now_ns() - longest, 1);
	delta_free(gate_spent(gate));
}

static void bench_news(struct gate *gate, const struct moment *now)
{
	struct delta *deltas[TOKENS];
	struct err err;
	struct delta *whole = delta_new(0, &err);
	int64_t started;

	for (int i = 0; i < TOKENS; i++) {
		deltas[i] = delta_new(1, &err);
		deltas[i]->good_at_ms = now->mono_ms;
		deltas[i]->units[0] = gate_fixture_unit("good");
	}
	started = now_ns();
	for (int i = 0; i < TOKENS; i++)
		if (!gate_apply(gate, deltas[i], now))
			abort();
	tell("taking over one changed unit", started, TOKENS);
	for (int i = 0; i < TOKENS; i++)
		delta_free(deltas[i]);
	whole->whole = big_table();
	whole->good_at_ms = now->mono_ms;
	bench_whole(gate, whole, now);
	started = now_ns();
	for (int i = 0; i < ROUNDS; i++)
		gate_tick(gate, now);
	tell("a tick in which nothing happens", started, ROUNDS);
}

int main(void)
{
	struct moment now = gate_fixture_start();
	int *places = calloc(CLIENTS, 16);
	struct gate gate;

	gate_fixture(&gate);
	gate_fixture_bring_all(&gate, big_table(), &now);
	printf("%d units, %d clients\n", UNITS, CLIENTS);
	connect_many(&gate, places, &now);
	bench_access(&gate, places, &now);
	bench_connect(&gate, &now);
	bench_news(&gate, &now);
	gate_release(&gate);
	free(places);
	return 0;
}
