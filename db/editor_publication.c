#include "db/editor_publication.h"

#include <string.h>

#include "db/embedded.h"

/* In the order of db/queries/editor_publications.sql. */
enum publication_column {
	P_ID,
	P_KIND,
	P_CHANNEL,
	P_NUMBER,
	P_STATE,
	P_DRAFTED_BY,
	P_DRAFTED_AT,
	P_SIGNATURES,
	P_APPROVALS_NEEDED,
	P_NOT_BEFORE,
	P_EXPIRES_AT,
	P_ISSUE_REQUESTED_AT,
	P_ISSUE_REFUSED_CODE,
	P_ISSUED_AT,
	P_WITHDRAWN_REASON,
	P_AUDIENCE,
	P_MANIFEST_DIGEST,
	P_BODY_DIGEST,
	P_STREAM,
	P_PARTS,
	P_DELIVERIES,
	P_OWED,
	P_STORED,
	P_OPENED,
	P_REFUSED,
	P_ENDED,
	P_FATE,
	P_FATE_BY,
	P_FATE_AT,
};

static bool select_publications(struct pg *pg, const char *prefix, const char *before, int limit,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, prefix);
	pg_param_int(&params, limit);
	pg_param_text(&params, before);
	return pg_exec(pg, sql_editor_publications, &params, ret, err);
}

bool editor_publications(
	struct pg *pg, const char *prefix, int limit, struct pg_rows **ret, struct err *err)
{
	return select_publications(pg, prefix, NULL, limit, ret, err);
}

bool editor_publications_page(
	struct pg *pg, const char *before, int limit, struct pg_rows **ret, struct err *err)
{
	return select_publications(pg, "", before, limit, ret, err);
}

bool editor_older(struct pg *pg, const char *id, int64_t *ret_count, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	if (!pg_exec_one(pg, sql_editor_older, &params, &rows, err))
		return false;
	*ret_count = pg_int(rows, 0, 0);
	return true;
}

static bool copy_exact(const struct pg_rows *rows, int row, enum publication_column column,
	void *out, size_t size, struct err *err)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	if (bytes.len != size)
		return err_set(err, ERR_DATA,
			"publication %.8s: a digest or stream header in PostgreSQL "
			"has %zu bytes, not %zu",
			pg_text(rows, row, P_ID), bytes.len, size);
	memcpy(out, bytes.data, size);
	return true;
}

static bool read_body(
	const struct pg_rows *rows, int row, struct editor_publication *out, struct err *err)
{
	out->audience = pg_bytes(rows, row, P_AUDIENCE);
	out->body.parts = (uint32_t)pg_int(rows, row, P_PARTS);
	return copy_exact(
			   rows, row, P_MANIFEST_DIGEST, out->manifest_digest.bytes, DIGEST_BYTES, err) &&
		   copy_exact(rows, row, P_BODY_DIGEST, out->body.digest.bytes, DIGEST_BYTES, err) &&
		   copy_exact(rows, row, P_STREAM, out->body.stream, BODY_STREAM_BYTES, err);
}

static void read_progress(const struct pg_rows *rows, int row, struct editor_publication *out)
{
	out->issue_requested_at = pg_time(rows, row, P_ISSUE_REQUESTED_AT);
	out->issue_refused_code = (int)pg_int(rows, row, P_ISSUE_REFUSED_CODE);
	out->issued_at = pg_time(rows, row, P_ISSUED_AT);
	out->withdrawn_reason = pg_text(rows, row, P_WITHDRAWN_REASON);
	out->deliveries = (int)pg_int(rows, row, P_DELIVERIES);
	out->owed = (int)pg_int(rows, row, P_OWED);
	out->stored = (int)pg_int(rows, row, P_STORED);
	out->opened = (int)pg_int(rows, row, P_OPENED);
	out->refused = (int)pg_int(rows, row, P_REFUSED);
	out->ended = (int)pg_int(rows, row, P_ENDED);
	out->fate = pg_text(rows, row, P_FATE);
	out->fate_by = pg_text(rows, row, P_FATE_BY);
	out->fate_at = pg_time(rows, row, P_FATE_AT);
}

bool editor_publications_at(
	const struct pg_rows *rows, int row, struct editor_publication *ret, struct err *err)
{
	struct editor_publication out = {.id = pg_text(rows, row, P_ID),
		.kind = pg_text(rows, row, P_KIND),
		.channel = pg_text(rows, row, P_CHANNEL),
		.number = pg_text(rows, row, P_NUMBER),
		.state = pg_text(rows, row, P_STATE),
		.drafted_by = pg_text(rows, row, P_DRAFTED_BY),
		.drafted_at = pg_time(rows, row, P_DRAFTED_AT),
		.signatures = (int)pg_int(rows, row, P_SIGNATURES),
		.approvals_needed = (int)pg_int(rows, row, P_APPROVALS_NEEDED),
		.not_before = pg_time(rows, row, P_NOT_BEFORE),
		.expires_at = pg_time(rows, row, P_EXPIRES_AT)};

	if (!read_body(rows, row, &out, err))
		return false;
	read_progress(rows, row, &out);
	*ret = out;
	return true;
}

bool editor_deliveries(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_deliveries, &params, ret, err);
}

struct editor_delivery editor_deliveries_at(const struct pg_rows *rows, int row)
{
	return (struct editor_delivery){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.state = pg_text(rows, row, 2),
		.held_reason = pg_text(rows, row, 3),
		.present = pg_bool(rows, row, 4),
		.offers = (int)pg_int(rows, row, 5),
		.last_offered_at = pg_time(rows, row, 6),
		.stored_at = pg_time(rows, row, 7),
		.opened_at = pg_time(rows, row, 8),
		.refused_code = (int)pg_int(rows, row, 9),
		.refused_at = pg_time(rows, row, 10),
		.ended_at = pg_time(rows, row, 11),
		.ended_reason = pg_text(rows, row, 12)};
}

bool editor_listen(struct pg *pg, struct err *err)
{
	return pg_listen(pg, "certwire_receipt", err) && pg_listen(pg, "certwire_issue", err);
}
