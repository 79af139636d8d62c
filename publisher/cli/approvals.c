#include "publisher/cli/approvals.h"

#include <string.h>

#include "common/approval.h"
#include "common/cleanup.h"
#include "common/json.h"
#include "db/editor.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

/* One signature judged: who, or why not. */
struct judged {
	struct editor_signature row;
	const struct keyset_key *signer; /* NULL: wrong, and err says why */
	struct err err;
};

static struct judged judge(const struct approvals *approvals, int row)
{
	struct judged judged = {.row = editor_signatures_at(approvals->rows, row)};
	struct digest manifest = digest_of(approvals->manifest->data, approvals->manifest->len);
	const struct keyset_key *signer;

	if (approval_verify(
			judged.row.jws, &manifest, approvals->keyset, approvals->at, &signer, &judged.err))
		judged.signer = signer;
	return judged;
}

bool approvals_read(struct pg *pg, const char *id, const struct buf *manifest,
	const struct keyset *keyset, int64_t at, struct approvals *ret, struct err *err)
{
	struct approvals approvals = {.manifest = manifest, .keyset = keyset, .at = at};

	if (!editor_signatures(pg, id, &approvals.rows, err))
		return false;
	for (int i = 0; i < pg_row_count(approvals.rows); i++) {
		struct judged judged = judge(&approvals, i);

		approvals.right += judged.signer != NULL;
		approvals.wrong += judged.signer == NULL;
	}
	*ret = approvals;
	return true;
}

void approvals_release(struct approvals *approvals)
{
	pg_rows_free(approvals->rows);
	approvals->rows = NULL;
}

bool approvals_include(const struct approvals *approvals, const char *kid)
{
	for (int i = 0; i < pg_row_count(approvals->rows); i++)
		if (strcmp(editor_signatures_at(approvals->rows, i).kid, kid) == 0)
			return true;
	return false;
}

bool approvals_view(const struct approvals *approvals, struct buf *out, struct err *err)
{
	auto_table struct table table = TABLE_INIT(4);
	char time[WHEN_TEXT_SIZE];

	for (int i = 0; i < pg_row_count(approvals->rows); i++) {
		struct judged judged = judge(approvals, i);
		const char *const cells[] = {judged.signer ? judged.signer->name : judged.row.kid,
			judged.row.signed_by, when_format(judged.row.signed_at, time),
			judged.signer ? "签名正确 valid" : judged.err.text};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return buf_append_str(out, "审签 signed\n", err) && table_write(&table, 2, out, err);
}

json_t *approvals_json(const struct approvals *approvals)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(approvals->rows); i++) {
		struct judged judged = judge(approvals, i);

		if (json_array_append_new(list,
				json_pack("{s:s, s:s?, s:s, s:o, s:b, s:s?}", "kid", judged.row.kid, "name",
					judged.signer ? judged.signer->name : NULL, "login", judged.row.signed_by,
					"signed_at", output_time(judged.row.signed_at, 0), "valid",
					judged.signer != NULL, "problem", judged.signer ? NULL : judged.err.text)) != 0)
			return NULL;
	}
	return TAKE(list);
}

bool approval_describe(
	const struct editor_approval *approval, const char *brief, struct buf *out, struct err *err)
{
	if (!buf_printf(out, err, "%d/%d 人已签", approval->signatures, approval->needed))
		return false;
	if (approval->is_approved)
		return buf_printf(out, err, "；发布 to issue: certwire issue %s", brief);
	return buf_printf(out, err, "，还需 %d 人 needs %d more: certwire approve %s",
		approval->needed - approval->signatures, approval->needed - approval->signatures, brief);
}
