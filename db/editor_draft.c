#include "db/editor_draft.h"

#include <string.h>

#include "common/kind.h"
#include "common/limits.h"
#include "common/pub_id.h"
#include "db/embedded.h"

static void param_time_or_null(struct pg_params *params, int64_t seconds)
{
	if (seconds == TIME_NONE)
		pg_param_null(params);
	else
		pg_param_time(params, seconds);
}

bool editor_draft_begin(struct pg *pg, const struct editor_draft *draft, struct err *err)
{
	const struct manifest *manifest = draft->manifest;
	struct pg_params params = PG_PARAMS_INIT;
	char id[PUB_ID_SIZE];

	pg_param_text(&params, pub_id_format(&manifest->id, id));
	pg_param_text(&params, kind_name(manifest->kind));
	pg_param_text(&params, manifest->channel);
	pg_param_text(&params, manifest->number);
	pg_param_bytes(&params, draft->manifest_digest.bytes, DIGEST_BYTES);
	pg_param_bytes(&params, draft->body->digest.bytes, DIGEST_BYTES);
	pg_param_bytes(&params, draft->body->stream, BODY_STREAM_BYTES);
	pg_param_int(&params, draft->body->parts);
	pg_param_bytes(&params, draft->audience, draft->audience_len);
	pg_param_bytes(&params, manifest->audience.bytes, DIGEST_BYTES);
	param_time_or_null(&params, manifest->not_before);
	param_time_or_null(&params, manifest->expires_at);
	pg_param_int(&params, draft->keyset);
	pg_param_int(&params, draft->approvals_needed);
	return pg_exec(pg, sql_editor_draft_begin, &params, NULL, err);
}

bool editor_draft_part(struct pg *pg, const char *id, uint32_t index,
	const uint8_t part[static PART_BYTES], struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_int(&params, index);
	pg_param_bytes(&params, part, PART_BYTES);
	return pg_exec(pg, sql_editor_draft_part, &params, NULL, err);
}

bool editor_put_content_key(struct pg *pg, const char *id, const char *kid,
	const uint8_t sealed[static GRANT_BYTES], struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, kid);
	pg_param_bytes(&params, sealed, GRANT_BYTES);
	return pg_exec(pg, sql_editor_put_content_key, &params, NULL, err);
}

static bool sign(struct pg *pg, const char *sql, const char *const *values,
	struct editor_approval *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	for (; *values; values++)
		pg_param_text(&params, *values);
	if (!pg_exec_one(pg, sql, &params, &rows, err))
		return false;
	*ret = (struct editor_approval){.is_approved = strcmp(pg_text(rows, 0, 0), "approved") == 0,
		.signatures = (int)pg_int(rows, 0, 1),
		.needed = (int)pg_int(rows, 0, 2)};
	return true;
}

bool editor_draft_finish(struct pg *pg, const char *id, const char *kid, const char *signature,
	struct editor_approval *ret, struct err *err)
{
	const char *const values[] = {id, kid, signature, NULL};

	return sign(pg, sql_editor_draft_finish, values, ret, err);
}

bool editor_approve(struct pg *pg, const char *id, const char *kid, const char *signature,
	struct editor_approval *ret, struct err *err)
{
	const char *const values[] = {id, kid, signature, NULL};

	return sign(pg, sql_editor_approve, values, ret, err);
}
