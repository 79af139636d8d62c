/*
 * A gate with a handful of units in it: "good" (weekly for ever, monthly until FIXTURE_NOW + 1000),
 * "suspended" (weekly), "all" (every channel), each with devices "d1" and "d2"; a device "gone" of
 * "good" is revoked. Keys are those of tests/fixture, named "<unit>.<device>".
 */
#ifndef CERTWIRE_TESTS_UNIT_BROKER_GATE_FIXTURE_H
#define CERTWIRE_TESTS_UNIT_BROKER_GATE_FIXTURE_H

#include "broker-plugins/entitlement/authenticate.h"
#include "broker-plugins/entitlement/authorize.h"
#include "broker-plugins/entitlement/gate.h"
#include "tests/fixture/fixture.h"

#define GATE_MONTHLY_UNTIL (FIXTURE_NOW + 1000)

enum { GATE_STALENESS_MS = 60000, GATE_DEADLINE_MS = 30000 };

/* The moment all starts at. */
struct moment gate_fixture_start(void);

/* New; the caller releases it. Its limits live for ever. */
void gate_fixture(struct gate *gate);

/* A unit as described above. New. */
struct unit *gate_fixture_unit(const char *name);

/* A table of them with the dispatcher of the fixture's keyset. New. */
struct table *gate_fixture_table(void);

/* Brings one unit, or a whole table by which everybody is looked at, or nothing new, good as of `now`. */
void gate_fixture_bring(struct gate *gate, struct unit *unit, const struct moment *now);
void gate_fixture_bring_all(struct gate *gate, struct table *table, const struct moment *now);
void gate_fixture_confirm(struct gate *gate, const struct moment *now);

/* Makes the session of a client that was let in; `client` is any pointer. Borrowed. */
struct session *gate_fixture_let_in(
	struct gate *gate, const void *client, const char *client_id, const struct moment *now);

/* authorize() with a payload of `size` bytes and QoS 1. */
int gate_fixture_may(struct gate *gate, struct session *session, enum access access,
	const char *topic, uint32_t size, const struct moment *now);

#endif
