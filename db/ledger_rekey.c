#include "db/ledger_rekey.h"

#include <assert.h>

#include "db/embedded.h"
#include "db/ledger_value.h"

bool ledger_to_resign(struct ledger *ledger, size_t count, const char *const *lost, int64_t limit,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_texts(&params, count, lost);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_to_resign, &params, ret, err);
}

void ledger_resign_at(const struct pg_rows *rows, int row, struct ledger_signature *ret)
{
	*ret = (struct ledger_signature){
		.unit = pg_text(rows, row, 0),
		.epoch = pg_int(rows, row, 1),
		.number = pg_int(rows, row, 2),
		.payload = pg_bytes(rows, row, 3),
		.digest = pg_bytes(rows, row, 4),
	};
}

bool ledger_to_wrap(struct ledger *ledger, const char *kid, size_t count, const char *const *kids,
	int64_t limit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, kid);
	pg_param_texts(&params, count, kids);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_to_wrap, &params, ret, err);
}

bool ledger_wrap_at(const struct pg_rows *rows, int row, struct ledger_wrapped *ret,
	uint8_t sealed[static GRANT_BYTES], struct err *err)
{
	return ledger_pub_id(rows, row, 0, &ret->publication, err) &&
		   ledger_bytes(rows, row, 1, "content key", sealed, GRANT_BYTES, err) &&
		   ledger_text(rows, row, 2, "key id", ret->kid, sizeof ret->kid, err);
}

bool ledger_put_wrapped(
	struct ledger *ledger, size_t count, const struct ledger_wrapped *wrapped, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char ids[LEDGER_WRAPPED_MAX][PUB_ID_SIZE];
	const char *publications[LEDGER_WRAPPED_MAX], *kids[LEDGER_WRAPPED_MAX];
	struct pg_bytes sealed[LEDGER_WRAPPED_MAX];

	assert(count <= LEDGER_WRAPPED_MAX);
	for (size_t i = 0; i < count; i++) {
		publications[i] = pub_id_format(&wrapped[i].publication, ids[i]);
		kids[i] = wrapped[i].kid;
		sealed[i] = (struct pg_bytes){wrapped[i].sealed, sizeof wrapped[i].sealed};
	}
	pg_param_int(&params, ledger->fence);
	pg_param_texts(&params, count, publications);
	pg_param_texts(&params, count, kids);
	pg_param_blobs(&params, count, sealed);
	return pg_exec(ledger->pg, sql_ledger_put_wrapped, &params, NULL, err);
}
