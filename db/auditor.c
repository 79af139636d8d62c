#include "db/auditor.h"

#include <inttypes.h>
#include <string.h>

#include "db/embedded.h"

bool auditor_records(
	struct pg *pg, int64_t after, int64_t limit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, after);
	pg_param_int(&params, limit);
	return pg_exec(pg, sql_auditor_records, &params, ret, err);
}

bool auditor_record_at(
	const struct pg_rows *rows, int row, struct auditor_record *ret, struct err *err)
{
	struct pg_bytes digest = pg_bytes(rows, row, 1);
	struct auditor_record found = {.record = {.sequence = pg_int(rows, row, 0)}};

	if (!digest.data || digest.len != sizeof found.digest.bytes)
		return err_set(err, ERR_DENIED, "the digest of record %" PRId64 " has not 32 bytes",
			found.record.sequence);
	memcpy(found.digest.bytes, digest.data, digest.len);
	for (int column = 2; column <= 6; column++)
		found.is_gone = found.is_gone || pg_is_null(rows, row, column);
	if (!found.is_gone) {
		found.record.at_us = pg_time_us(rows, row, 2);
		found.record.login = pg_text(rows, row, 3);
		found.record.act = pg_text(rows, row, 4);
		found.record.subject = pg_text(rows, row, 5);
		found.record.detail = pg_text(rows, row, 6);
	}
	*ret = found;
	return true;
}

bool auditor_counts(struct pg *pg, struct auditor_counts *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!pg_exec_one(pg, sql_auditor_counts, NULL, &rows, err))
		return false;
	ret->acts = pg_int(rows, 0, 0);
	ret->links = pg_int(rows, 0, 1);
	ret->last = pg_int(rows, 0, 2);
	return true;
}

bool auditor_unlinked(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_auditor_unlinked, NULL, ret, err);
}

struct audit_record auditor_unlinked_at(const struct pg_rows *rows, int row)
{
	return (struct audit_record){.at_us = pg_time_us(rows, row, 0),
		.login = pg_text(rows, row, 1),
		.act = pg_text(rows, row, 2),
		.subject = pg_text(rows, row, 3)};
}

bool auditor_anchors(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_auditor_anchors, NULL, ret, err);
}
