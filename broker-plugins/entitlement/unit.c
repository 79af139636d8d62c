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

const struct unit_device *unit_device(const struct unit *unit, const char *name)
{
	for (size_t i = 0; i < unit->device_count; i++)
		if (strcmp(unit->devices[i].name, name) == 0)
			return &unit->devices[i];
	return NULL;
}

bool unit_device_is_live(const struct unit_device *device, int64_t at)
{
	return !device->revoked && device->not_before <= at && at < device->not_after;
}

bool unit_may_receive(const struct unit *unit, const char *channel, int64_t at)
{
	if (unit->standing != STANDING_GOOD)
		return false;
	for (size_t i = 0; i < unit->channel_count; i++)
		if (strcmp(unit->channels[i].name, channel) == 0 && at < unit->channels[i].until)
			return true;
	return false;
}

/* The device as far as it counts at that time, else NULL. */
static const struct unit_device *live_device(const struct unit *unit, const char *name, int64_t at)
{
	const struct unit_device *device = unit ? unit_device(unit, name) : NULL;

	return device && unit_device_is_live(device, at) ? device : NULL;
}

/* Whether `had` could receive at `then` something that `has` cannot at `now`. */
static bool channel_is_missing(
	const struct unit *had, int64_t then, const struct unit *has, int64_t now)
{
	for (size_t i = 0; i < had->channel_count; i++) {
		const char *channel = had->channels[i].name;

		if (unit_may_receive(had, channel, then) && !unit_may_receive(has, channel, now))
			return true;
	}
	return false;
}

static bool is_good(const struct unit *unit)
{
	return unit->standing == STANDING_GOOD;
}

enum rights_change unit_compare(const struct unit *before, int64_t then, const struct unit *after,
	int64_t now, const char *device)
{
	const struct unit_device *had = live_device(before, device, then);
	const struct unit_device *has = live_device(after, device, now);

	if (!has)
		return had ? RIGHTS_LOST : RIGHTS_SAME;
	if (!had)
		return RIGHTS_GAINED;
	/* Another key under the same name is another device: whoever is connected has the old one. */
	if (strcmp(had->kid, has->kid) != 0)
		return RIGHTS_LOST;
	if ((is_good(before) && !is_good(after)) || channel_is_missing(before, then, after, now))
		return RIGHTS_LOST;
	if ((!is_good(before) && is_good(after)) || channel_is_missing(after, now, before, then))
		return RIGHTS_GAINED;
	return RIGHTS_SAME;
}

int64_t unit_next_change(const struct unit *unit, const char *device, int64_t at)
{
	const struct unit_device *found = unit_device(unit, device);
	int64_t next = INT64_MAX;

	if (found && at < found->not_after)
		next = found->not_after;
	for (size_t i = 0; i < unit->channel_count; i++)
		if (at < unit->channels[i].until && unit->channels[i].until < next)
			next = unit->channels[i].until;
	return next;
}
