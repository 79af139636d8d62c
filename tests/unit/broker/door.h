/*
 * A gate with one client of each sort let in: of a unit in good standing, of a suspended one, of one that
 * is entitled to every channel, and a dispatcher.
 */
#ifndef CERTWIRE_TESTS_UNIT_BROKER_DOOR_H
#define CERTWIRE_TESTS_UNIT_BROKER_DOOR_H

#include "tests/unit/broker/gate_fixture.h"

#define P "certwire/v1/"

enum { GOOD, SUSPENDED, ALL, DISPATCHER, CLIENTS };

struct door {
	struct gate gate;
	struct moment now;
	struct session *sessions[CLIENTS]; /* borrowed from the gate */
};

/* What stands for each one's connection. */
extern const int door_clients[CLIENTS];

/* For cmocka: the state is a struct door. */
int door_setup(void **state);
int door_teardown(void **state);

/* authorize() for one of them, with a payload of 100 bytes. */
int door_may(struct door *door, int client, enum access access, const char *topic);

#endif
