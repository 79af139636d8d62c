#include "db/ledger_issue.h"

#include <assert.h>
#include <string.h>

#include "db/embedded.h"
#include "db/ledger_value.h"

void ledger_draft_release(struct ledger_draft *draft)
{
	entry_release(&draft->entry);
}

bool ledger_drafts(
	struct ledger *ledger, const char *kid, int64_t limit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, kid);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_drafts, &params, ret, err);
}

/* Copies text[] of detached signatures into the entry. */
static bool read_signatures(
	const struct pg_rows *rows, int row, int column, struct entry *entry, struct err *err)
{
	size_t count = pg_array_len(rows, row, column);

	if (count > LIMIT_APPROVALS)
		return err_code(
			err, REFUSAL_LIMIT, "%zu editors signed, at most %d may", count, LIMIT_APPROVALS);
	for (size_t i = 0; i < count; i++) {
		struct pg_bytes jws = pg_array_at(rows, row, column, i);

		entry->signatures[i] = strndup(jws.data, jws.len);
		if (!entry->signatures[i])
			return err_set(err, ERR_SYSTEM, "out of memory for signatures");
		entry->signature_count = i + 1;
	}
	return true;
}

/* The columns manifest_digest, body_digest, stream, parts, from `column` on. */
static bool read_body(
	const struct pg_rows *rows, int row, int column, struct entry *entry, struct err *err)
{
	int64_t parts = pg_int(rows, row, column + 3);

	if (parts < 1 || parts > LIMIT_PARTS)
		return err_code(
			err, REFUSAL_LIMIT, "the database holds a body of %lld parts", (long long)parts);
	entry->body.parts = (uint32_t)parts;
	return ledger_digest(rows, row, column, "manifest digest", &entry->manifest, err) &&
		   ledger_digest(rows, row, column + 1, "body digest", &entry->body.digest, err) &&
		   ledger_bytes(rows, row, column + 2, "stream header", entry->body.stream,
			   sizeof entry->body.stream, err);
}

bool ledger_draft_at(const struct pg_rows *rows, int row, struct ledger_draft *ret, struct err *err)
{
	__attribute__((cleanup(ledger_draft_release))) struct ledger_draft draft = {.channel = ""};
	struct entry *entry = &draft.entry;

	if (!ledger_pub_id(rows, row, 0, &entry->publication, err) ||
		!ledger_kind(rows, row, 1, &entry->kind, err) ||
		!ledger_text(rows, row, 2, "channel", draft.channel, sizeof draft.channel, err) ||
		!ledger_text(rows, row, 3, "number", draft.number, sizeof draft.number, err) ||
		!read_body(rows, row, 4, entry, err) || !read_signatures(rows, row, 11, entry, err))
		return false;
	draft.audience = pg_bytes(rows, row, 8);
	draft.not_before = ledger_time(rows, row, 9);
	draft.expires_at = ledger_time(rows, row, 10);
	draft.has_grant = !pg_is_null(rows, row, 12);
	if (draft.has_grant &&
		!ledger_bytes(rows, row, 12, "content key", draft.grant, sizeof draft.grant, err))
		return false;
	*ret = draft;
	draft = (struct ledger_draft){.channel = ""};
	return true;
}

bool ledger_draft_references(struct ledger *ledger, struct ledger_draft *draft, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;
	char id[PUB_ID_SIZE];

	pg_param_text(&params, pub_id_format(&draft->entry.publication, id));
	if (!pg_exec(ledger->pg, sql_ledger_references, &params, &rows, err))
		return false;
	draft->reference_count = 0;
	for (int row = 0; row < pg_row_count(rows) && row < LIMIT_REFERENCES; row++) {
		struct manifest_reference *reference = &draft->references[row];

		if (!ledger_pub_id(rows, row, 1, &reference->publication, err))
			return false;
		reference->recalls = strcmp(pg_text(rows, row, 0), "recalls") == 0;
		draft->reference_count++;
	}
	return true;
}

bool ledger_read_parts(struct ledger *ledger, const struct pub_id *publication, uint32_t from,
	uint32_t to, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char id[PUB_ID_SIZE];

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, pub_id_format(publication, id));
	pg_param_int(&params, from);
	pg_param_int(&params, to);
	return pg_exec(ledger->pg, sql_ledger_read_parts, &params, ret, err);
}

bool ledger_part_at(const struct pg_rows *rows, int row, struct part *ret, struct err *err)
{
	struct pg_bytes bytes = pg_bytes(rows, row, 1);

	if (bytes.len != PART_BYTES)
		return err_set(err, ERR_DATA, "the database holds a part of %zu bytes", bytes.len);
	ret->index = (uint32_t)pg_int(rows, row, 0);
	ret->bytes = bytes.data;
	return true;
}

bool ledger_issue(struct ledger *ledger, const struct pub_id *publication, size_t signatures,
	size_t target_count, const struct pub_id *targets, struct ledger_issued *ret, struct err *err)
{
	char ids[LIMIT_REFERENCES][PUB_ID_SIZE];
	const char *names[LIMIT_REFERENCES];
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;
	char id[PUB_ID_SIZE];

	assert(target_count <= LIMIT_REFERENCES);
	for (size_t i = 0; i < target_count; i++)
		names[i] = pub_id_format(&targets[i], ids[i]);
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, pub_id_format(publication, id));
	pg_param_int(&params, (int64_t)signatures);
	pg_param_texts(&params, target_count, names);
	if (!pg_exec(ledger->pg, sql_ledger_issue, &params, &rows, err))
		return false;
	*ret = (struct ledger_issued){.done = pg_row_count(rows) > 0};
	if (ret->done) {
		ret->deliveries = pg_int(rows, 0, 0);
		ret->to_channel = pg_bool(rows, 0, 1);
	}
	return true;
}

bool ledger_issue_rest(struct ledger *ledger, struct ledger_rest *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	if (!pg_exec(ledger->pg, sql_ledger_issue_rest, &params, &rows, err))
		return false;
	*ret = (struct ledger_rest){.done = pg_row_count(rows) > 0};
	if (!ret->done)
		return true;
	ret->deliveries = pg_int(rows, 0, 1);
	return ledger_pub_id(rows, 0, 0, &ret->publication, err);
}

bool ledger_release_scheduled(struct ledger *ledger, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	return pg_exec(ledger->pg, sql_ledger_release_scheduled, &params, NULL, err);
}

bool ledger_fill(
	struct ledger *ledger, int64_t max_units, struct ledger_filled *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, max_units);
	if (!pg_exec(ledger->pg, sql_ledger_fill, &params, &rows, err))
		return false;
	*ret = (struct ledger_filled){.entries = 0};
	if (pg_row_count(rows) > 0) {
		ret->entries = pg_int(rows, 0, 0);
		ret->more = pg_bool(rows, 0, 1);
	}
	return true;
}

bool ledger_refuse_issue(
	struct ledger *ledger, const struct pub_id *publication, int code, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char id[PUB_ID_SIZE];

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, pub_id_format(publication, id));
	pg_param_int(&params, code);
	return pg_exec(ledger->pg, sql_ledger_refuse_issue, &params, NULL, err);
}

bool ledger_entries_to_sign(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, limit);
	return pg_exec(ledger->pg, sql_ledger_entries_to_sign, &params, ret, err);
}

bool ledger_entry_at(const struct pg_rows *rows, int row, struct entry *ret, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;

	if (!ledger_text(rows, row, 0, "unit", entry.unit, sizeof entry.unit, err) ||
		!ledger_kind(rows, row, 3, &entry.kind, err))
		return false;
	entry.epoch = pg_int(rows, row, 1);
	entry.number = pg_int(rows, row, 2);
	entry.target = pg_int(rows, row, 5);
	entry.issued_at = pg_time(rows, row, 6);
	entry.keyset = pg_int(rows, row, 7);
	if (!pg_is_null(rows, row, 14))
		entry.entered_at = pg_time(rows, row, 14);
	if (entry.kind != KIND_VOID &&
		(!ledger_pub_id(rows, row, 4, &entry.publication, err) ||
			!read_body(rows, row, 8, &entry, err) || !read_signatures(rows, row, 12, &entry, err)))
		return false;
	if (!pg_is_null(rows, row, 13) &&
		!ledger_digest(rows, row, 13, "digest of an entry", &entry.previous, err))
		return false;
	*ret = entry;
	entry = (struct entry)ENTRY_INIT;
	return true;
}

bool ledger_put_signatures(struct ledger *ledger, const char *kid, size_t count,
	const struct ledger_signature *signatures, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	const char *units[LEDGER_SIGNATURES_MAX], *jws[LEDGER_SIGNATURES_MAX];
	int64_t epochs[LEDGER_SIGNATURES_MAX], numbers[LEDGER_SIGNATURES_MAX];
	struct pg_bytes payloads[LEDGER_SIGNATURES_MAX], digests[LEDGER_SIGNATURES_MAX];

	assert(count <= LEDGER_SIGNATURES_MAX);
	for (size_t i = 0; i < count; i++) {
		units[i] = signatures[i].unit;
		epochs[i] = signatures[i].epoch;
		numbers[i] = signatures[i].number;
		payloads[i] = signatures[i].payload;
		digests[i] = signatures[i].digest;
		jws[i] = signatures[i].jws;
	}
	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, kid);
	pg_param_texts(&params, count, units);
	pg_param_ints(&params, count, epochs);
	pg_param_ints(&params, count, numbers);
	pg_param_blobs(&params, count, payloads);
	pg_param_blobs(&params, count, digests);
	pg_param_texts(&params, count, jws);
	return pg_exec(ledger->pg, sql_ledger_put_signatures, &params, NULL, err);
}
