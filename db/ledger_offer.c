#include "db/ledger_offer.h"

#include <assert.h>
#include <string.h>

#include "db/embedded.h"
#include "db/ledger_value.h"

bool ledger_to_seal(struct ledger *ledger, const char *kid, int64_t limit, size_t skip_count,
	const char *const *skip, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, kid);
	pg_param_int(&params, limit);
	pg_param_texts(&params, skip_count, skip);
	return pg_exec(ledger->pg, sql_ledger_to_seal, &params, ret, err);
}

bool ledger_sealing_at(
	const struct pg_rows *rows, int row, struct ledger_sealing *ret, struct err *err)
{
	if (!ledger_pub_id(rows, row, 0, &ret->publication, err) ||
		!ledger_bytes(rows, row, 2, "content key", ret->grant, sizeof ret->grant, err))
		return false;
	ret->unit = pg_text(rows, row, 1);
	ret->device = pg_text(rows, row, 3);
	ret->certificate = pg_text(rows, row, 4);
	return true;
}

bool ledger_put_grants(
	struct ledger *ledger, size_t count, const struct ledger_grant *grants, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char ids[LEDGER_GRANTS_MAX][PUB_ID_SIZE];
	const char *publications[LEDGER_GRANTS_MAX], *units[LEDGER_GRANTS_MAX];
	const char *devices[LEDGER_GRANTS_MAX], *kids[LEDGER_GRANTS_MAX];
	struct pg_bytes sealed[LEDGER_GRANTS_MAX];

	assert(count <= LEDGER_GRANTS_MAX);
	for (size_t i = 0; i < count; i++) {
		publications[i] = pub_id_format(&grants[i].publication, ids[i]);
		units[i] = grants[i].unit;
		devices[i] = grants[i].device;
		kids[i] = grants[i].kid;
		sealed[i] = (struct pg_bytes){grants[i].sealed, sizeof grants[i].sealed};
	}
	pg_param_int(&params, ledger->fence);
	pg_param_texts(&params, count, publications);
	pg_param_texts(&params, count, units);
	pg_param_texts(&params, count, devices);
	pg_param_texts(&params, count, kids);
	pg_param_blobs(&params, count, sealed);
	return pg_exec(ledger->pg, sql_ledger_put_grants, &params, NULL, err);
}

bool ledger_offers_due(
	struct ledger *ledger, int64_t limit, int64_t retry_s, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, retry_s);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_offers_due, &params, ret, err);
}

/* The nth elements of three arrays, as one grant. */
static bool read_grant(
	const struct pg_rows *rows, int row, size_t nth, struct grant *grant, struct err *err)
{
	struct pg_bytes device = pg_array_at(rows, row, 2, nth);
	struct pg_bytes kid = pg_array_at(rows, row, 3, nth);
	struct pg_bytes sealed = pg_array_at(rows, row, 4, nth);

	if (!device.data || device.len >= sizeof grant->device || !kid.data ||
		kid.len >= sizeof grant->kid || !sealed.data || sealed.len != sizeof grant->sealed)
		return err_set(err, ERR_DATA, "the database holds a malformed grant");
	memcpy(grant->device, device.data, device.len);
	memcpy(grant->kid, kid.data, kid.len);
	memcpy(grant->sealed, sealed.data, sealed.len);
	return true;
}

bool ledger_offer_at(
	const struct pg_rows *rows, int row, const char **ret_unit, struct offer *ret, struct err *err)
{
	auto_offer struct offer offer = OFFER_INIT;
	size_t count = pg_array_len(rows, row, 2);

	if (count > LIMIT_GRANTS || pg_array_len(rows, row, 3) != count ||
		pg_array_len(rows, row, 4) != count)
		return err_set(err, ERR_DATA, "the database holds %zu grants for one offer", count);
	for (; offer.grant_count < count; offer.grant_count++)
		if (!read_grant(rows, row, offer.grant_count, &offer.grants[offer.grant_count], err))
			return false;
	offer.entry = strdup(pg_text(rows, row, 1));
	if (!offer.entry)
		return err_set(err, ERR_SYSTEM, "out of memory for an offer");
	*ret_unit = pg_text(rows, row, 0);
	*ret = offer;
	offer = (struct offer)OFFER_INIT;
	return true;
}
