#include "tests/unit/broker/gate_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char first[] = FIXTURE_BROKER;
static char second[] = "second.example:8883";
static char *audiences[] = {first, second, NULL};

static const struct gate_limits limits = {
	.audiences = {.items = audiences, .count = 2},
	.max_staleness_ms = GATE_STALENESS_MS,
	.read_deadline_ms = GATE_DEADLINE_MS,
};

struct moment gate_fixture_start(void)
{
	return (struct moment){.wall_us = FIXTURE_NOW * US_PER_S, .mono_ms = 1000000};
}

static struct unit_device device_of(const char *unit, const char *name, bool revoked)
{
	struct unit_device device = {
		.not_before = FIXTURE_NOW - FIXTURE_YEAR,
		.not_after = FIXTURE_NOW + FIXTURE_YEAR,
		.revoked = revoked,
	};
	struct signing_key key;
	char client_id[CLIENT_ID_SIZE];

	key = fixture_key(ident_client_id(unit, name, client_id));
	strcpy(device.name, name);
	memcpy(device.kid, key.kid, sizeof(device.kid));
	device.public = key.public;
	signing_key_release(&key);
	return device;
}

struct unit *gate_fixture_unit(const char *name)
{
	static const struct unit_channel all[] = {
		{"weekly", SINCE_EVER, UNTIL_FOREVER},
		{"monthly", SINCE_EVER, GATE_MONTHLY_UNTIL * US_PER_S},
		{"opportunity", SINCE_EVER, UNTIL_FOREVER},
		{"seminar", SINCE_EVER, UNTIL_FOREVER},
	};
	const struct unit_device devices[] = {
		device_of(name, "d1", false), device_of(name, "d2", false), device_of(name, "gone", true)};
	bool is_suspended = strcmp(name, "suspended") == 0;
	size_t channels = strcmp(name, "all") == 0 ? 4 : is_suspended ? 1 : 2;
	struct err err;
	struct unit *unit = unit_new(name, is_suspended ? STANDING_SUSPENDED : STANDING_GOOD, channels,
		all, ARRAY_LEN(devices), devices, &err);

	if (!unit)
		fixture_abort("unit_new", err.text);
	return unit;
}

struct table *gate_fixture_table(void)
{
	static const char *const names[] = {"good", "suspended", "all"};
	struct err err;
	struct table *table = table_new(ARRAY_LEN(names), &err);
	struct keyset *keyset = fixture_keyset();

	if (!table)
		fixture_abort("table_new", err.text);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unit_free(table_put(table, gate_fixture_unit(names[i])));
	table_set_dispatchers(table, keyset);
	keyset_free(keyset);
	return table;
}

static struct delta *delta_at(size_t units, const struct moment *now)
{
	struct err err;
	struct delta *delta = delta_new(units, &err);

	if (!delta)
		fixture_abort("delta_new", err.text);
	delta->good_at_ms = now->mono_ms;
	return delta;
}

/* As the loop does in a turn. */
static void apply(struct gate *gate, struct delta *delta, const struct moment *now)
{
	if (gate_apply(gate, delta, now))
		delta_free(delta);
}

void gate_fixture_bring(struct gate *gate, struct unit *unit, const struct moment *now)
{
	struct delta *delta = delta_at(1, now);

	delta->units[0] = unit;
	apply(gate, delta, now);
}

void gate_fixture_bring_all(struct gate *gate, struct table *table, const struct moment *now)
{
	struct delta *delta = delta_at(0, now);

	delta->whole = table;
	apply(gate, delta, now);
	do
		gate_tick(gate, now);
	while (gate_is_busy(gate));
	delta_free(gate_spent(gate));
}

void gate_fixture_confirm(struct gate *gate, const struct moment *now)
{
	apply(gate, delta_at(0, now), now);
}

void gate_fixture(struct gate *gate)
{
	struct moment now = gate_fixture_start();
	struct err err;

	if (!gate_init(gate, &limits, &err))
		fixture_abort("gate_init", err.text);
	gate_fixture_bring_all(gate, gate_fixture_table(), &now);
}

struct session *gate_fixture_let_in(
	struct gate *gate, const void *client, const char *client_id, const struct moment *now)
{
	bool is_dispatcher = strncmp(client_id, "dispatcher.", 11) == 0;
	struct signing_key key = fixture_key(is_dispatcher ? "dispatcher" : client_id);
	auto_buf struct buf token = BUF_INIT(4096);
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	struct connect connect = {
		.client = client,
		.client_id = client_id,
		.user_name = unit,
		.protocol_version = 5,
		.clean_start = true,
	};

	if (!ident_split_client_id(client_id, strlen(client_id), unit, device))
		fixture_abort("ident_split_client_id", client_id);
	FIXTURE_MUST(token_make(client_id, FIXTURE_BROKER, moment_wall(now), &key, &token, &err));
	signing_key_release(&key);
	connect.password = buf_str(&token);
	if (!authenticate(gate, &connect, now).let_in)
		fixture_abort("authenticate", client_id);
	return sessions_find(&gate->sessions, client);
}

int gate_fixture_may(struct gate *gate, struct session *session, enum access access,
	const char *topic, uint32_t size, const struct moment *now)
{
	const struct request request = {.access = access, .topic = topic, .size_bytes = size, .qos = 1};

	return authorize(gate, session, &request, now);
}
