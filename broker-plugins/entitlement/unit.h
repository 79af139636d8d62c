/*
 * What the broker knows of one unit: its standing, when it may receive which channel, and its devices.
 * Records are made by the loader's thread and never change after: a new state is a new record. What
 * the clock will do is in the record, so that it needs no news. Times are UTC microseconds, those of
 * devices UTC seconds.
 */
#ifndef CERTWIRE_ENTITLEMENT_UNIT_H
#define CERTWIRE_ENTITLEMENT_UNIT_H

#include "broker-plugins/entitlement/moment.h"
#include "broker-plugins/entitlement/tls_identity.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/standing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Intervals of rights that are kept of a unit: the four channels, each come and gone many times. */
enum { UNIT_CHANNELS_MAX = 128 };

#define SINCE_EVER INT64_MIN
#define UNTIL_FOREVER INT64_MAX

/* A right in the half-open interval from `since_us` to `until_us`; several for a channel. */
struct unit_channel {
	char name[CHANNEL_SIZE];
	int64_t since_us;
	int64_t until_us;
};

struct unit_device {
	char name[DEVICE_SIZE];
	char kid[KID_SIZE];
	struct public_key public; /* from a certificate that was verified */
	int64_t not_before; /* UTC seconds */
	int64_t not_after;
	bool revoked;
	struct tls_identity tls; /* what its TLS certificate must be, where it has one */
};

struct unit {
	char name[UNIT_SIZE];
	enum standing standing;
	int64_t standing_until_us; /* from then on it is lapsed; UNTIL_FOREVER */
	size_t channel_count;
	size_t device_count;
	struct unit_channel *channels; /* owned */
	struct unit_device devices[]; /* owned, of the same allocation */
};

/*
 * New: a copy of what is given, with a standing for ever. ERR_DATA past UNIT_CHANNELS_MAX or
 * LIMIT_UNIT_DEVICES.
 */
struct unit *unit_new(const char *name, enum standing standing, size_t channel_count,
	const struct unit_channel *channels, size_t device_count, const struct unit_device *devices,
	struct err *err) MUST_USE __attribute__((nonnull(1, 7)));
void unit_free(struct unit *unit);

/* How much memory it takes. */
size_t unit_bytes(const struct unit *unit) NONNULL;

/* Borrowed; NULL when the unit has no such device. */
const struct unit_device *unit_device(const struct unit *unit, const char *name) NONNULL;

/* Certified, not revoked, and in its validity at that time. */
bool unit_device_is_live(const struct unit_device *device, int64_t at_us) NONNULL;

/* Whether its standing is good at that time. */
bool unit_is_good(const struct unit *unit, int64_t at_us) NONNULL;

/* Good standing, and a right to the channel that covers that time. */
bool unit_may_receive(const struct unit *unit, const char *channel, int64_t at_us) NONNULL;

/* True only when both records say the same of standing, channels and devices. Cheap. */
bool unit_equal(const struct unit *a, const struct unit *b) NONNULL;

enum rights_change {
	RIGHTS_SAME,
	RIGHTS_GAINED, /* nothing lost and something new */
	RIGHTS_LOST, /* something lost, whatever else is new */
};

/*
 * What became of a device's rights between one state of its unit at `then_us` and another at `now_us`.
 * NULL is a unit that is not known. With the same record twice it tells what the clock alone did.
 */
enum rights_change unit_compare(const struct unit *before, int64_t then_us,
	const struct unit *after, int64_t now_us, const char *device) __attribute__((nonnull(5)));

/*
 * The first time after `at_us` at which the clock alone changes a right: of the device, or (NULL) of
 * the unit whatever its devices are.
 */
int64_t unit_next_change(const struct unit *unit, const char *device, int64_t at_us)
	__attribute__((nonnull(1)));

/* Of all that the record says. Equal records have equal digests. */
struct digest unit_digest(const struct unit *unit) NONNULL;

#endif
