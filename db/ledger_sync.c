#include "db/ledger_sync.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "common/standing.h"
#include "db/embedded.h"
#include "db/ledger_value.h"

/* "{[4294967295,4294967295],...}": more than LIMIT_SYNC_RANGES of them. */
enum { RANGES_TEXT_MAX = 32 * LIMIT_SYNC_RANGES };

bool ledger_device_of(struct ledger *ledger, const char *unit, const char *device,
	struct pg_rows **ret_rows, struct ledger_device *ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	const char *standing;

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, unit);
	pg_param_text(&params, device);
	if (!pg_exec(ledger->pg, sql_ledger_device_of, &params, ret_rows, err))
		return false;
	*ret = (struct ledger_device){.certificate = NULL};
	if (pg_row_count(*ret_rows) == 0)
		return true;
	ret->certificate = pg_text(*ret_rows, 0, 0);
	ret->revoked = pg_bool(*ret_rows, 0, 1);
	standing = pg_text(*ret_rows, 0, 2);
	ret->good_standing = strcmp(standing, standing_name(STANDING_GOOD)) == 0;
	return true;
}

bool ledger_sync_seen(struct ledger *ledger, const struct sync *sync, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	int64_t codes[LIMIT_SYNC_INCIDENTS], counts[LIMIT_SYNC_INCIDENTS];

	for (size_t i = 0; i < sync->incident_count; i++) {
		codes[i] = sync->incidents[i].code;
		counts[i] = sync->incidents[i].count;
	}
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, sync->unit);
	pg_param_text(&params, sync->device);
	pg_param_int(&params, sync->receipts);
	pg_param_ints(&params, sync->incident_count, codes);
	pg_param_ints(&params, sync->incident_count, counts);
	pg_param_time(&params, sync->sent_at);
	pg_param_int(&params, sync->epoch);
	pg_param_int(&params, sync->last);
	return pg_exec(ledger->pg, sql_ledger_sync_seen, &params, NULL, err);
}

/* As an int4multirange literal, both ends included. */
static bool format_ranges(const struct ranges *ranges, struct buf *out, struct err *err)
{
	if (!buf_append_str(out, "{", err))
		return false;
	for (size_t i = 0; i < ranges->count; i++)
		if (!buf_printf(
				out, err, "%s[%u,%u]", i ? "," : "", ranges->items[i].from, ranges->items[i].to))
			return false;
	return buf_append_str(out, "}", err);
}

static void param_grants(struct pg_params *params, const struct sync *sync)
{
	int64_t grants[LIMIT_SYNC_GRANTS];

	for (size_t i = 0; i < sync->grant_count; i++)
		grants[i] = sync->grants[i];
	pg_param_ints(params, sync->grant_count, grants);
}

bool ledger_owed_to(struct ledger *ledger, const struct sync *sync, int64_t limit,
	struct pg_rows **ret, struct err *err)
{
	auto_buf struct buf have = BUF_INIT(RANGES_TEXT_MAX);
	struct pg_params params = PG_PARAMS_INIT;

	if (!format_ranges(&sync->have, &have, err))
		return false;
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, sync->unit);
	pg_param_text(&params, sync->device);
	pg_param_int(&params, sync->epoch);
	pg_param_int(&params, sync->last);
	pg_param_text(&params, buf_str(&have));
	param_grants(&params, sync);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_owed_to, &params, ret, err);
}

bool ledger_owed_at(
	const struct pg_rows *rows, int row, const char *device, struct offer *ret, struct err *err)
{
	auto_offer struct offer offer = OFFER_INIT;
	struct grant *grant = &offer.grants[0];

	if (!pg_is_null(rows, row, 2)) {
		if (!ledger_text(rows, row, 1, "key id", grant->kid, sizeof grant->kid, err) ||
			!ledger_bytes(rows, row, 2, "grant", grant->sealed, sizeof grant->sealed, err))
			return false;
		assert(strlen(device) < sizeof grant->device);
		memcpy(grant->device, device, strlen(device) + 1);
		offer.grant_count = 1;
	}
	offer.entry = strdup(pg_text(rows, row, 0));
	if (!offer.entry)
		return err_set(err, ERR_SYSTEM, "out of memory for an offer");
	*ret = offer;
	offer = (struct offer)OFFER_INIT;
	return true;
}

bool ledger_parts_owed(struct ledger *ledger, const char *unit, const struct pub_id *publication,
	uint32_t *ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	auto_rows struct pg_rows *rows = NULL;
	char id[PUB_ID_SIZE];

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, unit);
	pg_param_text(&params, pub_id_format(publication, id));
	if (!pg_exec(ledger->pg, sql_ledger_parts_owed, &params, &rows, err))
		return false;
	*ret = (uint32_t)pg_int(rows, 0, 0);
	return true;
}

bool ledger_end_asked(struct ledger *ledger, const struct sync *sync, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char ids[LIMIT_SYNC_MISSING][PUB_ID_SIZE];
	const char *publications[LIMIT_SYNC_MISSING];

	for (size_t i = 0; i < sync->missing_count; i++)
		publications[i] = pub_id_format(&sync->missing[i].publication, ids[i]);
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, sync->unit);
	param_grants(&params, sync);
	pg_param_texts(&params, sync->missing_count, publications);
	return pg_exec(ledger->pg, sql_ledger_end_asked, &params, NULL, err);
}

bool ledger_units_changed(
	struct ledger *ledger, int64_t since, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, since);
	return pg_exec(ledger->pg, sql_ledger_units_changed, &params, ret, err);
}

int64_t ledger_change_at(const struct pg_rows *rows, int row, const char **ret_unit)
{
	*ret_unit = pg_text(rows, row, 1);
	return pg_int(rows, row, 0);
}
