#include "broker-plugins/entitlement/unit.h"

#include <stdlib.h>
#include <string.h>

struct unit *unit_new(const char *name, enum standing standing, size_t channel_count,
	const struct unit_channel *channels, size_t device_count, const struct unit_device *devices,
	struct err *err)
{
	struct unit *unit;

	if (channel_count > UNIT_CHANNELS_MAX || device_count > LIMIT_UNIT_DEVICES) {
		err_set(err, ERR_DATA, "unit '%s' has %zu channels (at most %d) and %zu devices (%d)", name,
			channel_count, UNIT_CHANNELS_MAX, device_count, LIMIT_UNIT_DEVICES);
		return NULL;
	}
	unit = calloc(1, sizeof(*unit) + device_count * sizeof(*devices));
	if (unit && channel_count > 0)
		unit->channels = calloc(channel_count, sizeof(*channels));
	if (!unit || (channel_count > 0 && !unit->channels)) {
		free(unit);
		err_set(err, ERR_SYSTEM, "out of memory for unit '%s'", name);
		return NULL;
	}
	strncpy(unit->name, name, sizeof(unit->name) - 1);
	unit->standing = standing;
	unit->standing_until_us = UNTIL_FOREVER;
	unit->channel_count = channel_count;
	unit->device_count = device_count;
	if (channel_count > 0)
		memcpy(unit->channels, channels, channel_count * sizeof(*channels));
	if (device_count > 0)
		memcpy(unit->devices, devices, device_count * sizeof(*devices));
	return unit;
}

void unit_free(struct unit *unit)
{
	if (!unit)
		return;
	free(unit->channels);
	free(unit);
}

size_t unit_bytes(const struct unit *unit)
{
	return sizeof(*unit) + unit->device_count * sizeof(*unit->devices) +
		   unit->channel_count * sizeof(*unit->channels);
}

const struct unit_device *unit_device(const struct unit *unit, const char *name)
{
	for (size_t i = 0; i < unit->device_count; i++)
		if (strcmp(unit->devices[i].name, name) == 0)
			return &unit->devices[i];
	return NULL;
}

bool unit_device_is_live(const struct unit_device *device, int64_t at_us)
{
	int64_t at = at_us / US_PER_S;

	return !device->revoked && device->not_before <= at && at < device->not_after;
}

bool unit_is_good(const struct unit *unit, int64_t at_us)
{
	return unit->standing == STANDING_GOOD && at_us < unit->standing_until_us;
}

bool unit_may_receive(const struct unit *unit, const char *channel, int64_t at_us)
{
	if (!unit_is_good(unit, at_us))
		return false;
	for (size_t i = 0; i < unit->channel_count; i++) {
		const struct unit_channel *right = &unit->channels[i];

		if (strcmp(right->name, channel) == 0 && right->since_us <= at_us &&
			at_us < right->until_us)
			return true;
	}
	return false;
}

/* Byte by byte: what lies between two fields may differ, which makes equal records look different at worst. */
bool unit_equal(const struct unit *a, const struct unit *b)
{
	if (a == b)
		return true;
	return a->standing == b->standing && a->standing_until_us == b->standing_until_us &&
		   a->channel_count == b->channel_count && a->device_count == b->device_count &&
		   (a->channel_count == 0 ||
			   memcmp(a->channels, b->channels, a->channel_count * sizeof(*a->channels)) == 0) &&
		   memcmp(a->devices, b->devices, a->device_count * sizeof(*a->devices)) == 0;
}

/* The device as far as it counts at that time, else NULL. */
static const struct unit_device *live_device(
	const struct unit *unit, const char *name, int64_t at_us)
{
	const struct unit_device *device = unit ? unit_device(unit, name) : NULL;

	return device && unit_device_is_live(device, at_us) ? device : NULL;
}

/* Whether `had` could receive at `then_us` something that `has` cannot at `now_us`. */
static bool channel_is_missing(
	const struct unit *had, int64_t then_us, const struct unit *has, int64_t now_us)
{
	for (size_t i = 0; i < had->channel_count; i++) {
		const char *channel = had->channels[i].name;

		if (unit_may_receive(had, channel, then_us) && !unit_may_receive(has, channel, now_us))
			return true;
	}
	return false;
}

enum rights_change unit_compare(const struct unit *before, int64_t then_us,
	const struct unit *after, int64_t now_us, const char *device)
{
	const struct unit_device *had = live_device(before, device, then_us);
	const struct unit_device *has = live_device(after, device, now_us);
	bool was_good, is_good;

	if (!has)
		return had ? RIGHTS_LOST : RIGHTS_SAME;
	if (!had)
		return RIGHTS_GAINED;
	/* Another key under the same name is another device: whoever is connected has the old one. */
	if (strcmp(had->kid, has->kid) != 0)
		return RIGHTS_LOST;
	was_good = unit_is_good(before, then_us);
	is_good = unit_is_good(after, now_us);
	if ((was_good && !is_good) || channel_is_missing(before, then_us, after, now_us))
		return RIGHTS_LOST;
	if ((!was_good && is_good) || channel_is_missing(after, now_us, before, then_us))
		return RIGHTS_GAINED;
	return RIGHTS_SAME;
}

/* `*next` is moved to `time_us` when that is still to come and earlier. */
static void consider(int64_t *next, int64_t at_us, int64_t time_us)
{
	if (at_us < time_us && time_us < *next)
		*next = time_us;
}

int64_t unit_next_change(const struct unit *unit, const char *device, int64_t at_us)
{
	const struct unit_device *found = device ? unit_device(unit, device) : NULL;
	int64_t next = INT64_MAX;

	if (found) {
		consider(&next, at_us, found->not_before * US_PER_S);
		consider(&next, at_us, found->not_after * US_PER_S);
	}
	consider(&next, at_us, unit->standing_until_us);
	for (size_t i = 0; i < unit->channel_count; i++) {
		consider(&next, at_us, unit->channels[i].since_us);
		consider(&next, at_us, unit->channels[i].until_us);
	}
	return next;
}

static void add_number(struct digest_state *state, int64_t number)
{
	digest_update(state, &number, sizeof(number));
}

/* With its end, so that no two lists of names read alike. */
static void add_text(struct digest_state *state, const char *text)
{
	digest_update(state, text, strlen(text) + 1);
}

static void add_device(struct digest_state *state, const struct unit_device *device)
{
	add_text(state, device->name);
	add_text(state, device->kid);
	add_number(state, device->not_before);
	add_number(state, device->not_after);
	add_number(state, device->revoked);
	tls_identity_digest(&device->tls, state);
}

struct digest unit_digest(const struct unit *unit)
{
	struct digest_state state;

	digest_init(&state);
	add_text(&state, unit->name);
	add_number(&state, unit->standing);
	add_number(&state, unit->standing_until_us);
	add_number(&state, (int64_t)unit->channel_count);
	for (size_t i = 0; i < unit->channel_count; i++) {
		add_text(&state, unit->channels[i].name);
		add_number(&state, unit->channels[i].since_us);
		add_number(&state, unit->channels[i].until_us);
	}
	for (size_t i = 0; i < unit->device_count; i++)
		add_device(&state, &unit->devices[i]);
	return digest_final(&state);
}
