#include "db/ledger_receipt.h"

#include <assert.h>
#include <stdlib.h>
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

/* As parallel arrays, which is what PostgreSQL takes. All owned. */
struct delivery_columns {
	const char **units;
	char (*ids)[PUB_ID_SIZE];
	const char **publications;
};

static void cleanup_delivery_columns(struct delivery_columns *columns)
{
	free(columns->units);
	free(columns->ids);
	free(columns->publications);
}

static bool read_delivery(
	const struct pg_rows *rows, int row, struct ledger_delivery *ret, struct err *err)
{
	ret->found = true;
	ret->epoch = pg_int(rows, row, 1);
	ret->number = pg_int(rows, row, 2);
	return ledger_digest(rows, row, 3, "manifest digest", &ret->manifest, err);
}

bool ledger_deliveries_of(
	struct ledger *ledger, size_t count, struct ledger_delivery *deliveries, struct err *err)
{
	CLEANUP(cleanup_delivery_columns)
	struct delivery_columns columns = {
		.units = calloc(count + 1, sizeof *columns.units),
		.ids = calloc(count + 1, sizeof *columns.ids),
		.publications = calloc(count + 1, sizeof *columns.publications),
	};
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	if (!columns.units || !columns.ids || !columns.publications)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu deliveries", count);
	for (size_t i = 0; i < count; i++) {
		columns.units[i] = deliveries[i].unit;
		columns.publications[i] = pub_id_format(&deliveries[i].publication, columns.ids[i]);
		deliveries[i].found = false;
	}
	pg_param_int(&params, ledger->fence);
	pg_param_texts(&params, count, columns.units);
	pg_param_texts(&params, count, columns.publications);
	if (!pg_exec(ledger->pg, sql_ledger_deliveries_of, &params, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		int64_t place = pg_int(rows, row, 0);

		assert(place >= 1 && place <= (int64_t)count);
		if (!read_delivery(rows, row, &deliveries[place - 1], err))
			return false;
	}
	return true;
}

/* The parallel arrays of items; all owned. */
struct item_columns {
	size_t count;
	int64_t *receipts;
	char (*ids)[PUB_ID_SIZE];
	const char **publications;
	const char **states;
	int64_t *codes;
	int64_t *times;
};

static void cleanup_item_columns(struct item_columns *columns)
{
	free(columns->receipts);
	free(columns->ids);
	free(columns->publications);
	free(columns->states);
	free(columns->codes);
	free(columns->times);
}

static bool item_columns_init(struct item_columns *columns, size_t room, struct err *err)
{
	*columns = (struct item_columns){
		.receipts = calloc(room + 1, sizeof *columns->receipts),
		.ids = calloc(room + 1, sizeof *columns->ids),
		.publications = calloc(room + 1, sizeof *columns->publications),
		.states = calloc(room + 1, sizeof *columns->states),
		.codes = calloc(room + 1, sizeof *columns->codes),
		.times = calloc(room + 1, sizeof *columns->times),
	};
	return (columns->receipts && columns->ids && columns->publications && columns->states &&
			   columns->codes && columns->times) ||
		   err_set(err, ERR_SYSTEM, "out of memory for %zu items of receipts", room);
}

static void item_columns_add(
	struct item_columns *columns, int64_t receipt, const struct receipt_item *item)
{
	size_t nth = columns->count++;

	columns->receipts[nth] = receipt;
	columns->publications[nth] = pub_id_format(&item->publication, columns->ids[nth]);
	columns->states[nth] = receipt_state_name(item->state);
	columns->codes[nth] = item->code;
	columns->times[nth] = item->at;
}

/* $2 to $4: the receipts. */
static bool param_verdicts(
	struct pg_params *params, size_t count, const struct ledger_verdict *verdicts, struct err *err)
{
	auto_free int64_t *ids = calloc(count + 1, sizeof *ids);
	auto_free int64_t *codes = calloc(count + 1, sizeof *codes);
	auto_free bool *authentic = calloc(count + 1, sizeof *authentic);

	if (!ids || !codes || !authentic)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu receipts", count);
	for (size_t i = 0; i < count; i++) {
		ids[i] = verdicts[i].id;
		codes[i] = verdicts[i].code;
		authentic[i] = verdicts[i].authentic;
	}
	pg_param_ints(params, count, ids);
	pg_param_ints(params, count, codes);
	pg_param_bools(params, count, authentic);
	return true;
}

bool ledger_settle(
	struct ledger *ledger, size_t count, const struct ledger_verdict *verdicts, struct err *err)
{
	CLEANUP(cleanup_item_columns) struct item_columns columns = {.count = 0};
	auto_params struct pg_params params = PG_PARAMS_INIT;
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room += verdicts[i].item_count;
	pg_param_int(&params, ledger->fence);
	if (!param_verdicts(&params, count, verdicts, err) || !item_columns_init(&columns, room, err))
		return false;
	for (size_t i = 0; i < count; i++)
		for (size_t nth = 0; nth < verdicts[i].item_count; nth++)
			item_columns_add(&columns, verdicts[i].id, &verdicts[i].items[nth]);
	pg_param_ints(&params, columns.count, columns.receipts);
	pg_param_texts(&params, columns.count, columns.publications);
	pg_param_texts(&params, columns.count, columns.states);
	pg_param_ints(&params, columns.count, columns.codes);
	pg_param_times(&params, columns.count, columns.times);
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
