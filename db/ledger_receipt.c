#include "db/ledger_receipt.h"

#include <assert.h>
#include <string.h>

#include "db/embedded.h"
#include "db/ledger_value.h"

static bool to_judge(
	struct ledger *ledger, const char *sql, int64_t limit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql, &params, ret, err);
}

bool ledger_receipts(struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err)
{
	return to_judge(ledger, sql_ledger_receipts, limit, ret, err);
}

bool ledger_replies(struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err)
{
	return to_judge(ledger, sql_ledger_replies, limit, ret, err);
}

void ledger_receipt_at(const struct pg_rows *rows, int row, struct ledger_receipt *ret)
{
	*ret = (struct ledger_receipt){
		.id = pg_int(rows, row, 0),
		.unit = pg_text(rows, row, 1),
		.device = pg_text(rows, row, 2),
		.number = pg_int(rows, row, 3),
		.raw = pg_bytes(rows, row, 4),
		.received_at = pg_time(rows, row, 5),
		.waited_us = pg_time_us(rows, row, 9) - pg_time_us(rows, row, 5),
		.certificate = pg_text(rows, row, 6),
		.revoked = !pg_is_null(rows, row, 7),
		.revoked_at = pg_time(rows, row, 7),
		.epoch = pg_int(rows, row, 8),
	};
}

static bool read_delivery(
	const struct pg_rows *rows, int row, struct ledger_delivery *ret, struct err *err)
{
	ret->found = true;
	ret->epoch = pg_int(rows, row, 1);
	ret->number = pg_int(rows, row, 2);
	return ledger_digest(rows, row, 3, "manifest digest", &ret->manifest, err);
}

bool ledger_deliveries_of(struct ledger *ledger, const char *unit, size_t item_count,
	const struct receipt_item *items, struct ledger_delivery *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;
	char ids[LIMIT_RECEIPT_ITEMS][PUB_ID_SIZE];
	const char *publications[LIMIT_RECEIPT_ITEMS];

	assert(item_count <= LIMIT_RECEIPT_ITEMS);
	for (size_t i = 0; i < item_count; i++)
		publications[i] = pub_id_format(&items[i].publication, ids[i]);
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, unit);
	pg_param_texts(&params, item_count, publications);
	if (!pg_exec(ledger->pg, sql_ledger_deliveries_of, &params, &rows, err))
		return false;
	/* The same publication may be named twice, so every row is for every item that names it. */
	for (size_t i = 0; i < item_count; i++) {
		ret[i] = (struct ledger_delivery){.found = false};
		for (int row = 0; row < pg_row_count(rows); row++)
			if (strcmp(pg_text(rows, row, 0), ids[i]) == 0 &&
				!read_delivery(rows, row, &ret[i], err))
				return false;
	}
	return true;
}

bool ledger_settle(struct ledger *ledger, int64_t id, int verdict, bool authentic,
	size_t item_count, const struct receipt_item *items, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char ids[LIMIT_RECEIPT_ITEMS][PUB_ID_SIZE];
	const char *publications[LIMIT_RECEIPT_ITEMS], *states[LIMIT_RECEIPT_ITEMS];
	int64_t codes[LIMIT_RECEIPT_ITEMS], times[LIMIT_RECEIPT_ITEMS];

	assert(item_count <= LIMIT_RECEIPT_ITEMS);
	for (size_t i = 0; i < item_count; i++) {
		publications[i] = pub_id_format(&items[i].publication, ids[i]);
		states[i] = receipt_state_name(items[i].state);
		codes[i] = items[i].code;
		times[i] = items[i].at;
	}
	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, id);
	pg_param_int(&params, verdict);
	pg_param_bool(&params, authentic);
	pg_param_texts(&params, item_count, publications);
	pg_param_texts(&params, item_count, states);
	pg_param_ints(&params, item_count, codes);
	pg_param_times(&params, item_count, times);
	return pg_exec(ledger->pg, sql_ledger_settle, &params, NULL, err);
}

bool ledger_park(
	struct ledger *ledger, int64_t id, const struct receipt_item *item, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char hex[PUB_ID_SIZE];

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, id);
	pg_param_text(&params, pub_id_format(&item->publication, hex));
	pg_param_bytes(&params, item->manifest.bytes, sizeof item->manifest.bytes);
	pg_param_text(&params, receipt_state_name(item->state));
	pg_param_int(&params, item->code);
	pg_param_time(&params, item->at);
	return pg_exec(ledger->pg, sql_ledger_park, &params, NULL, err);
}

bool ledger_place_parked(struct ledger *ledger, int64_t *ret_count, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	if (!pg_exec_one(ledger->pg, sql_ledger_place_parked, &params, &rows, err))
		return false;
	*ret_count = pg_int(rows, 0, 0);
	return true;
}
