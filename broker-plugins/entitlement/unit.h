/*
 * What the broker knows of one unit: its standing, the channels it may receive and its devices.
 * Records are made by the loader's thread and never change after: a new state is a new record.
 */
#ifndef CERTWIRE_ENTITLEMENT_UNIT_H
#define CERTWIRE_ENTITLEMENT_UNIT_H

#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/standing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNIT_CHANNELS_MAX = 64 };

/* A right without an end. */
#define UNTIL_FOREVER INT64_MAX

struct unit_channel {
	char name[CHANNEL_SIZE];
	int64_t until; /* the first second in which it is gone; UNTIL_FOREVER */
};

struct unit_device {
	char name[DEVICE_SIZE];
	char kid[KID_SIZE];
	struct public_key public; /* from a certificate that was verified */
	int64_t not_before;
	int64_t not_after;
	bool revoked;
};

struct unit {
	char name[UNIT_SIZE];
	enum standing standing;
	size_t channel_count;
	size_t device_count;
	struct unit_channel *channels; /* owned */
	struct unit_device devices[]; /* owned, of the same allocation */
};

/* New: a copy of what is given. ERR_DATA past UNIT_CHANNELS_MAX or LIMIT_UNIT_DEVICES. */
struct unit *unit_new(const char *name, enum standing standing, size_t channel_count,
	const struct unit_channel *channels, size_t device_count, const struct unit_device *devices,
	struct err *err) MUST_USE __attribute__((nonnull(1, 7)));
void unit_free(struct unit *unit);

/* Borrowed; NULL when the unit has no such device. */
const struct unit_device *unit_device(const struct unit *unit, const char *name) NONNULL;

/* Certified, not revoked, and in its validity at that time. */
bool unit_device_is_live(const struct unit_device *device, int64_t at) NONNULL;

/* Good standing, and a right to the channel that covers that time. */
bool unit_may_receive(const struct unit *unit, const char *channel, int64_t at) NONNULL;

enum rights_change {
	RIGHTS_SAME,
	RIGHTS_GAINED, /* nothing lost and something new */
	RIGHTS_LOST, /* something lost, whatever else is new */
};

/*
 * What became of a device's rights between one state of its unit at `then` and another at `now`.
 * NULL is a unit that is not known. With the same record twice it tells what the clock alone did.
 */
enum rights_change unit_compare(const struct unit *before, int64_t then, const struct unit *after,
	int64_t now, const char *device) __attribute__((nonnull(5)));

/* The first time after `at` at which the clock alone changes a right of the device. */
int64_t unit_next_change(const struct unit *unit, const char *device, int64_t at) NONNULL;

#endif
