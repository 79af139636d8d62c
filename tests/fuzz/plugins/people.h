/*
 * Who there is in a script, and what each may do, worked out a second time and in the simplest way: by
 * spelling out each topic. Units "good", "suspended", "all" and "new" with devices "d1" and "d2"; the
 * dispatcher of the fixture's keyset under any device's name.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_PEOPLE_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_PEOPLE_H

#include "broker-plugins/entitlement/table.h"
#include "common/key.h"

#include <stdbool.h>
#include <stdint.h>

enum { UNITS = 4, DEVICES = 2, CHANNELS = 4, NOBODY = -1, DISPATCHER = -2 };

struct member {
	int unit; /* NOBODY, DISPATCHER or which unit */
	int device;
};

struct device_state {
	bool is_revoked;
	bool has_other_key;
	bool has_subject; /* a TLS certificate is registered for it: PEOPLE_SUBJECT */
};

/* What PostgreSQL would say of a unit. */
struct unit_state {
	bool is_known;
	bool is_good;
	int64_t until_us[CHANNELS]; /* its right to each channel; 0: none */
	struct device_state devices[DEVICES];
};

/* Which the loop knows after a tick. */
struct people {
	struct unit_state units[UNITS];
	int64_t good_at_ms;
	int64_t ahead_us;
};

#define PEOPLE_COMMON_NAME "unit good"
#define PEOPLE_SUBJECT "CN=" PEOPLE_COMMON_NAME

extern const char *const people_units[UNITS];
extern const char *const people_devices[DEVICES];
extern const char *const people_channels[CHANNELS];

/* As all begins. */
struct people people_at_first(int64_t now_ms);

/* What the loader would make of it. New. */
struct unit *people_unit(const struct people *people, int unit);
struct table *people_table(void); /* as all begins */
struct table *people_table_of(const struct people *people);

/* Borrowed, for ever. `other` is what a stranger, or a device with another key, signs with. */
const struct signing_key *people_key(struct member who, bool other);

/* Whose client id it is; NOBODY. */
struct member people_member(const char *client_id);

/* Rights, as bits; the first CHANNELS are the channels. */
enum { RIGHT_LOBBY = 1 << CHANNELS, RIGHT_FULL = 1 << (CHANNELS + 1) };
unsigned people_rights(const struct people *people, struct member who);

/* The time that rights are measured by. */
int64_t people_time_us(const struct people *people);

/* Whether the copy is too old, or the keyset has expired: then nobody may do anything. */
bool people_in_doubt(const struct people *people, int64_t max_staleness_ms);

/* By rights alone. */
bool people_may_read(unsigned rights, struct member who, const char *topic);
bool people_may_write(unsigned rights, struct member who, const char *topic, uint32_t size);
bool people_may_subscribe(unsigned rights, struct member who, const char *filter);

#endif
