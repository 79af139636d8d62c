#include "broker-plugins/entitlement/snapshot.h"

#include "broker-plugins/kit/trust_learn.h"
#include "db/copy.h"

#include <stdlib.h>
#include <string.h>

/* Both lists are sorted by unit, in the same order. */
struct cursor {
	const struct pg_rows *rows;
	int row;
};

static bool is_at_unit(const struct cursor *cursor, const char *unit)
{
	if (cursor->row >= pg_row_count(cursor->rows))
		return false;
	return strcmp(pg_text(cursor->rows, cursor->row, 0), unit) == 0;
}

/* What is known of a unit so far. */
struct draft {
	struct copy_unit first; /* its first row */
	struct unit_channel channels[UNIT_CHANNELS_MAX];
	size_t channel_count;
	size_t left_out; /* intervals for which there was no room */
	struct unit_device devices[LIMIT_UNIT_DEVICES];
	size_t device_count;
};

/*
 * The rows come in the order in which the rights begin, so what finds no room is far in the future:
 * no right too many, and the others in time when everything is copied anew.
 */
static void add_channel(struct draft *draft, const struct copy_unit *row)
{
	struct unit_channel *channel;

	if (!row->channel)
		return;
	if (draft->channel_count == UNIT_CHANNELS_MAX) {
		draft->left_out++;
		return;
	}
	channel = &draft->channels[draft->channel_count++];
	*channel = (struct unit_channel){.since_us = row->since_us, .until_us = row->until_us};
	(void)snprintf(channel->name, sizeof(channel->name), "%s", row->channel);
}

/* The unit's standing and rights; the cursor moves past it. */
static bool take_rights(struct cursor *cursor, struct draft *draft, struct err *err)
{
	struct copy_unit row;

	if (!copy_unit_at(cursor->rows, cursor->row, &draft->first, err))
		return false;
	while (is_at_unit(cursor, draft->first.unit)) {
		if (!copy_unit_at(cursor->rows, cursor->row++, &row, err))
			return false;
		add_channel(draft, &row);
	}
	return true;
}

/* False when the certificate is not to be believed; then the device does not exist for us. */
static bool read_device(
	const struct snapshot *snapshot, const struct copy_device *row, struct unit_device *ret)
{
	struct device_certificate certificate;
	struct err err;

	if (!row->certificate)
		return false;
	if (!trust_certificate(
			snapshot->trust, row->certificate, row->unit, row->device, &certificate, &err)) {
		notes_add(snapshot->notes, LOG_LEVEL_WARNING, "device %s.%s is left out: %s (%d)",
			row->unit, row->device, err.text, err.code);
		return false;
	}
	*ret = (struct unit_device){
		.public = certificate.public,
		.not_before = certificate.not_before,
		.not_after = certificate.not_after,
		.revoked = row->is_revoked,
	};
	/* A fingerprint of another length fits nothing. */
	if (row->tls_fingerprint.data && row->tls_fingerprint.len != TLS_FINGERPRINT_BYTES)
		return false;
	ret->tls = tls_identity_of(row->tls_fingerprint.data, row->tls_subject);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", certificate.device);
	public_key_kid(&certificate.public, ret->kid);
	return true;
}

/* Live ones first in line: revoked devices are kept only to answer 110 instead of 103. */
static void add_device(struct draft *draft, const struct unit_device *device)
{
	if (draft->device_count < LIMIT_UNIT_DEVICES) {
		draft->devices[draft->device_count++] = *device;
		return;
	}
	if (device->revoked)
		return;
	for (size_t i = 0; i < draft->device_count; i++) {
		if (draft->devices[i].revoked) {
			draft->devices[i] = *device;
			return;
		}
	}
}

static void take_devices(
	const struct snapshot *snapshot, struct cursor *cursor, struct draft *draft)
{
	/* Those of a unit that was not there yet when units were asked for. */
	while (cursor->row < pg_row_count(cursor->rows) &&
		   strcmp(pg_text(cursor->rows, cursor->row, 0), draft->first.unit) < 0)
		cursor->row++;
	for (; is_at_unit(cursor, draft->first.unit); cursor->row++) {
		struct copy_device row = copy_device_at(cursor->rows, cursor->row);
		struct unit_device device;

		if (read_device(snapshot, &row, &device))
			add_device(draft, &device);
	}
}

/* The unit at which `units` stands, with its devices; both cursors move past it. */
static struct unit *take_unit(
	const struct snapshot *snapshot, struct cursor *units, struct cursor *devices, struct err *err)
{
	struct draft draft = {.channel_count = 0};
	struct unit *unit;

	if (!take_rights(units, &draft, err))
		return NULL;
	if (draft.left_out > 0)
		notes_add(snapshot->notes, LOG_LEVEL_WARNING,
			"unit '%s' has rights in more than %d periods: the last %zu are left out for now",
			draft.first.unit, UNIT_CHANNELS_MAX, draft.left_out);
	take_devices(snapshot, devices, &draft);
	unit = unit_new(draft.first.unit, draft.first.standing, draft.channel_count, draft.channels,
		draft.device_count, draft.devices, err);
	if (unit)
		unit->standing_until_us = draft.first.standing_until_us;
	return unit;
}

/* Both lists, and how far they were read. */
struct answer {
	struct cursor units;
	struct cursor devices;
};

static bool has_more(const struct answer *answer)
{
	return answer->units.row < pg_row_count(answer->units.rows);
}

/* A piece is 256 units with one or two devices each: what is more is verified one by one. */
enum { LEARN_MAX = 1024 };

void snapshot_learn(const struct snapshot *snapshot, const struct pg_rows *device_rows)
{
	const char *jwss[LEARN_MAX];
	size_t count = 0;

	for (int row = 0; row < pg_row_count(device_rows) && count < LEARN_MAX; row++) {
		struct copy_device device = copy_device_at(device_rows, row);

		if (device.certificate)
			jwss[count++] = device.certificate;
	}
	trust_learn(snapshot->trust, count, jwss);
}

bool snapshot_into(const struct snapshot *snapshot, const struct pg_rows *unit_rows,
	const struct pg_rows *device_rows, struct table *table, struct err *err)
{
	struct answer answer = {.units.rows = unit_rows, .devices.rows = device_rows};

	while (has_more(&answer)) {
		struct unit *unit = take_unit(snapshot, &answer.units, &answer.devices, err);

		if (!unit)
			return false;
		if (table_room(table) == 0) {
			unit_free(unit);
			return err_set(err, ERR_DATA, "units are admitted faster than they can be copied");
		}
		unit_free(table_put(table, unit));
	}
	return true;
}

static bool is_among(const struct delta *delta, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(delta->units[i]->name, name) == 0)
			return true;
	return false;
}

bool snapshot_units(const struct snapshot *snapshot, size_t count, const char *const *names,
	struct delta *delta, struct err *err)
{
	auto_rows struct pg_rows *unit_rows = NULL, *device_rows = NULL;
	struct answer answer;
	size_t done = 0;

	if (!copy_units(snapshot->pg, count, names, &unit_rows, err) ||
		!copy_devices(snapshot->pg, count, names, &device_rows, err))
		return false;
	snapshot_learn(snapshot, device_rows);
	answer = (struct answer){.units.rows = unit_rows, .devices.rows = device_rows};
	while (has_more(&answer) && done < count) {
		delta->units[done] = take_unit(snapshot, &answer.units, &answer.devices, err);
		if (!delta->units[done])
			return false;
		done++;
	}
	for (size_t i = 0; i < count && done < count; i++) {
		if (is_among(delta, done, names[i]))
			continue;
		delta->units[done] = unit_new(names[i], STANDING_REVOKED, 0, NULL, 0, NULL, err);
		if (!delta->units[done])
			return false;
		done++;
	}
	return true;
}
