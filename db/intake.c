#include "db/intake.h"

#include <assert.h>

#include "common/version.h"
#include "db/embedded.h"

static bool intake_items(struct pg *pg, const char *sql, const char *broker, size_t count,
	const struct intake_item *items, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	const char *units[INTAKE_BATCH_MAX];
	const char *devices[INTAKE_BATCH_MAX];
	int64_t numbers[INTAKE_BATCH_MAX];
	struct pg_bytes raws[INTAKE_BATCH_MAX];

	assert(count <= INTAKE_BATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		units[i] = items[i].unit;
		devices[i] = items[i].device;
		numbers[i] = items[i].number;
		raws[i] = items[i].raw;
	}
	pg_param_text(&params, broker);
	pg_param_texts(&params, count, units);
	pg_param_texts(&params, count, devices);
	pg_param_ints(&params, count, numbers);
	pg_param_blobs(&params, count, raws);
	return pg_exec(pg, sql, &params, NULL, err);
}

bool intake_receipts(struct pg *pg, const char *broker, size_t count,
	const struct intake_item *items, struct err *err)
{
	return intake_items(pg, sql_intake_receipts, broker, count, items, err);
}

bool intake_replies(struct pg *pg, const char *broker, size_t count,
	const struct intake_item *items, struct err *err)
{
	return intake_items(pg, sql_intake_replies, broker, count, items, err);
}

bool intake_presence(struct pg *pg, const char *broker, size_t count,
	const struct intake_presence *items, bool is_fresh, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	const char *units[INTAKE_BATCH_MAX];
	const char *devices[INTAKE_BATCH_MAX];
	bool present[INTAKE_BATCH_MAX];

	assert(count <= INTAKE_BATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		units[i] = items[i].unit;
		devices[i] = items[i].device;
		present[i] = items[i].is_present;
	}
	pg_param_text(&params, broker);
	pg_param_texts(&params, count, units);
	pg_param_texts(&params, count, devices);
	pg_param_bools(&params, count, present);
	pg_param_bool(&params, is_fresh);
	return pg_exec(pg, sql_intake_presence, &params, NULL, err);
}

bool intake_denials(struct pg *pg, const char *broker, size_t count,
	const struct intake_denial *items, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	const char *whos[INTAKE_BATCH_MAX];
	const char *client_ids[INTAKE_BATCH_MAX];
	const char *topics[INTAKE_BATCH_MAX];
	int64_t codes[INTAKE_BATCH_MAX];
	int64_t counts[INTAKE_BATCH_MAX];

	assert(count <= INTAKE_BATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		whos[i] = items[i].who;
		client_ids[i] = items[i].client_id;
		codes[i] = items[i].code;
		topics[i] = items[i].topic;
		counts[i] = items[i].count;
	}
	pg_param_text(&params, broker);
	pg_param_texts(&params, count, whos);
	pg_param_texts(&params, count, client_ids);
	pg_param_ints(&params, count, codes);
	pg_param_texts(&params, count, topics);
	pg_param_ints(&params, count, counts);
	return pg_exec(pg, sql_intake_denials, &params, NULL, err);
}

bool intake_report(struct pg *pg, const char *broker, const char *plugin, size_t count,
	const char *const *names, const char *const *labels, const int64_t *figures, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, broker);
	pg_param_text(&params, plugin);
	pg_param_text(&params, version_text());
	pg_param_texts(&params, count, names);
	pg_param_texts(&params, count, labels);
	pg_param_ints(&params, count, figures);
	return pg_exec(pg, sql_intake_report, &params, NULL, err);
}
