#include "tests/fuzz/plugins/people.h"

#include "common/ident.h"
#include "tests/fixture/fixture.h"
#include "tests/fuzz/plugins/stage.h"

#include <stdio.h>
#include <string.h>

const char *const people_units[UNITS] = {"good", "suspended", "all", "new"};
const char *const people_devices[DEVICES] = {"d1", "d2"};
const char *const people_channels[CHANNELS] = {"weekly", "monthly", "opportunity", "seminar"};

enum { ENDS_AFTER_S = 1000, KEYS = UNITS * DEVICES * 2 + 2 };

struct people people_at_first(int64_t now_ms)
{
	struct people people = {.good_at_ms = now_ms};

	for (int i = 0; i < UNITS; i++) {
		struct unit_state *unit = &people.units[i];

		unit->is_known = strcmp(people_units[i], "new") != 0;
		unit->is_good = strcmp(people_units[i], "suspended") != 0;
		unit->until_us[0] = UNTIL_FOREVER;
		unit->until_us[1] = (FIXTURE_NOW + ENDS_AFTER_S) * US_PER_S;
		unit->until_us[2] = unit->until_us[3] =
			strcmp(people_units[i], "all") == 0 ? UNTIL_FOREVER : 0;
	}
	return people;
}

const struct signing_key *people_key(struct member who, bool other)
{
	static struct signing_key keys[KEYS];
	struct signing_key *key = &keys[KEYS - (other ? 1 : 2)];
	char name[64] = "dispatcher";

	if (who.unit >= 0) {
		key = &keys[(who.unit * DEVICES + who.device) * 2 + other];
		(void)snprintf(name, sizeof(name), "%s.%s%s", people_units[who.unit],
			people_devices[who.device], other ? " other" : "");
	} else if (other) {
		(void)snprintf(name, sizeof(name), "editor 1");
	}
	if (!key->secret)
		*key = fixture_key(name);
	return key;
}

struct unit *people_unit(const struct people *people, int unit)
{
	const struct unit_state *state = &people->units[unit];
	struct unit_device devices[DEVICES];
	struct unit_channel channels[CHANNELS];
	size_t count = 0;
	struct unit *made;
	struct err err;

	for (int i = 0; i < DEVICES; i++) {
		const struct device_state *device = &state->devices[i];
		const struct signing_key *key = people_key((struct member){unit, i}, device->has_other_key);

		devices[i] = (struct unit_device){.public = key->public,
			.not_before = FIXTURE_NOW - FIXTURE_YEAR,
			.not_after = FIXTURE_NOW + FIXTURE_YEAR,
			.revoked = device->is_revoked,
			.tls = tls_identity_of(NULL, device->has_subject ? PEOPLE_SUBJECT : NULL)};
		strcpy(devices[i].name, people_devices[i]);
		memcpy(devices[i].kid, key->kid, sizeof(devices[i].kid));
	}
	for (int i = 0; i < CHANNELS; i++) {
		if (state->until_us[i] == 0)
			continue;
		channels[count] =
			(struct unit_channel){.since_us = SINCE_EVER, .until_us = state->until_us[i]};
		strcpy(channels[count++].name, people_channels[i]);
	}
	made = unit_new(people_units[unit], state->is_good ? STANDING_GOOD : STANDING_SUSPENDED, count,
		channels, DEVICES, devices, &err);
	demand(made != NULL, "there is memory");
	return made;
}

struct table *people_table_of(const struct people *people)
{
	static struct keyset *keyset;
	struct err err;
	struct table *table = table_new(UNITS, &err);

	demand(table != NULL, "there is memory");
	if (!keyset)
		keyset = fixture_keyset();
	for (int i = 0; i < UNITS; i++)
		if (people->units[i].is_known)
			unit_free(table_put(table, people_unit(people, i)));
	table_set_dispatchers(table, keyset);
	return table;
}

struct table *people_table(void)
{
	struct people people = people_at_first(0);

	return people_table_of(&people);
}

struct member people_member(const char *client_id)
{
	char name[64];

	for (int unit = 0; unit < UNITS; unit++)
		for (int device = 0; device < DEVICES; device++) {
			(void)snprintf(name, sizeof(name), "%s.%s", people_units[unit], people_devices[device]);
			if (strcmp(client_id, name) == 0)
				return (struct member){unit, device};
		}
	if (strncmp(client_id, "dispatcher.", strlen("dispatcher.")) == 0 &&
		ident_is_device(
			client_id + strlen("dispatcher."), strlen(client_id) - strlen("dispatcher.")))
		return (struct member){DISPATCHER, 0};
	return (struct member){NOBODY, 0};
}

int64_t people_time_us(const struct people *people)
{
	return stage()->now.wall_us + (people->ahead_us > 0 ? people->ahead_us : 0);
}

bool people_in_doubt(const struct people *people, int64_t max_staleness_ms)
{
	return stage()->now.mono_ms - people->good_at_ms > max_staleness_ms ||
		   people_time_us(people) / US_PER_S >= FIXTURE_NOW + FIXTURE_YEAR;
}

unsigned people_rights(const struct people *people, struct member who)
{
	int64_t at_us = people_time_us(people);
	const struct unit_state *unit;
	unsigned rights = RIGHT_LOBBY;

	if (who.unit < 0)
		return who.unit == DISPATCHER ? RIGHT_LOBBY | RIGHT_FULL : 0;
	unit = &people->units[who.unit];
	if (!unit->is_known || unit->devices[who.device].is_revoked ||
		at_us / US_PER_S >= FIXTURE_NOW + FIXTURE_YEAR ||
		at_us / US_PER_S < FIXTURE_NOW - FIXTURE_YEAR)
		return 0;
	if (!unit->is_good)
		return rights;
	rights |= RIGHT_FULL;
	for (int i = 0; i < CHANNELS; i++)
		if (at_us < unit->until_us[i])
			rights |= 1U << i;
	return rights;
}
