#include "tests/unit/broker/door.h"

#include <stdlib.h>

const int door_clients[CLIENTS];

int door_setup(void **state)
{
	static const char *const ids[CLIENTS] = {"good.d1", "suspended.d1", "all.d1", "dispatcher.a"};
	struct door *door = calloc(1, sizeof(*door));

	if (!door)
		return -1;
	door->now = gate_fixture_start();
	gate_fixture(&door->gate);
	for (int i = 0; i < CLIENTS; i++)
		door->sessions[i] = gate_fixture_let_in(&door->gate, &door_clients[i], ids[i], &door->now);
	*state = door;
	return 0;
}

int door_teardown(void **state)
{
	struct door *door = *state;

	gate_release(&door->gate);
	free(door);
	return 0;
}

int door_may(struct door *door, int client, enum access access, const char *topic)
{
	return gate_fixture_may(&door->gate, door->sessions[client], access, topic, 100, &door->now);
}
