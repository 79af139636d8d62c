#include "db/ledger_head.h"

#include <assert.h>
#include <string.h>

#include "db/embedded.h"
#include "db/ledger_value.h"

/* Puts what one row says into its unit's head. */
typedef bool head_reader(const struct pg_rows *rows, int row, struct head *head, struct err *err);

/* Runs a statement about all the units, each of whose rows begins with the place of its unit. */
static bool read_each(struct ledger *ledger, const char *sql, size_t count,
	const char *const *units, head_reader *read, struct head *heads, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_texts(&params, count, units);
	if (!pg_exec(ledger->pg, sql, &params, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		int64_t place = pg_int(rows, row, 0);

		assert(place >= 1 && place <= (int64_t)count);
		if (!read(rows, row, &heads[place - 1], err))
			return false;
	}
	return true;
}

/* What is the same in all rows of a unit. */
static bool read_unit(const struct pg_rows *rows, int row, struct head *head, struct err *err)
{
	const char *standing = pg_text(rows, row, 4);

	if (!standing || !standing_parse(standing, strlen(standing), &head->standing))
		return err_set(err, ERR_DATA, "the database holds an unknown standing");
	head->epoch = pg_int(rows, row, 1);
	head->last = pg_int(rows, row, 2);
	head->since = pg_time(rows, row, 5);
	head->keyset = pg_int(rows, row, 7);
	head->has_checkpoint = !pg_is_null(rows, row, 10);
	head->checkpoint_sequence = pg_int(rows, row, 10);
	return ledger_digest(rows, row, 3, "digest of an entry", &head->digest, err) &&
		   ledger_text(rows, row, 6, "reason", head->reason, sizeof head->reason, err) &&
		   (!head->has_checkpoint ||
			   ledger_digest(rows, row, 11, "digest of the audit", &head->checkpoint_digest, err));
}

/* Each row is about a device. */
static bool read_device(const struct pg_rows *rows, int row, struct head *head, struct err *err)
{
	struct head_device *device = &head->devices[head->device_count];

	if (head->epoch == 0 && !read_unit(rows, row, head, err))
		return false;
	if (pg_is_null(rows, row, 8) || head->device_count == LIMIT_UNIT_DEVICES)
		return true;
	if (!ledger_text(rows, row, 8, "device", device->device, sizeof device->device, err))
		return false;
	device->settled = pg_int(rows, row, 9);
	head->device_count++;
	return true;
}

static bool read_channel(const struct pg_rows *rows, int row, struct head *head, struct err *err)
{
	struct head_channel *channel = &head->channels[head->channel_count];

	if (head->channel_count == LIMIT_HEAD_CHANNELS)
		return true;
	if (!ledger_text(rows, row, 1, "channel", channel->channel, sizeof channel->channel, err))
		return false;
	head->channel_count++;
	channel->receives = pg_bool(rows, row, 2);
	if (channel->receives)
		return true;
	channel->since = ledger_time(rows, row, 3);
	return ledger_text(
		rows, row, 4, "reason of a channel", channel->reason, sizeof channel->reason, err);
}

static bool read_refused(const struct pg_rows *rows, int row, struct head *head, struct err *err)
{
	struct head_refused *refused = &head->refused[head->refused_count];

	if (head->refused_count == LIMIT_HEAD_REFUSED)
		return true;
	if (!ledger_text(rows, row, 1, "device", refused->device, sizeof refused->device, err))
		return false;
	refused->number = pg_int(rows, row, 2);
	refused->code = (int)pg_int(rows, row, 3);
	head->refused_count++;
	return true;
}

bool ledger_heads_of(struct ledger *ledger, size_t count, const char *const *units,
	struct head *ret, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct head)HEAD_INIT;
		if (strlen(units[i]) >= sizeof ret[i].unit)
			return err_set(err, ERR_DATA, "there is no unit '%s'", ERR_QUOTED(units[i]));
		memcpy(ret[i].unit, units[i], strlen(units[i]) + 1);
	}
	if (!read_each(ledger, sql_ledger_heads_of, count, units, read_device, ret, err) ||
		!read_each(ledger, sql_ledger_heads_channels, count, units, read_channel, ret, err) ||
		!read_each(ledger, sql_ledger_refused_receipts, count, units, read_refused, ret, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (ret[i].epoch == 0)
			return err_set(err, ERR_DATA, "there is no unit '%s'", ERR_QUOTED(units[i]));
	return true;
}

bool ledger_put_anchor(
	struct ledger *ledger, const struct head *head, const char *jws, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, head->checkpoint_sequence);
	pg_param_bytes(&params, head->checkpoint_digest.bytes, DIGEST_BYTES);
	pg_param_text(&params, jws);
	return pg_exec(ledger->pg, sql_ledger_put_anchor, &params, NULL, err);
}
