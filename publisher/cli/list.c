#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/language.h"
#include "db/editor_publication.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/table.h"
#include "publisher/cli/title.h"
#include "publisher/cli/when.h"

const struct cli_option list_options[] = {
	{"key", "FILE", "your key file: shows titles", false},
	{"passphrase-file", "FILE", "read the passphrase from its first line", false},
	{"limit", "N", "how many (default 50)", false},
	{"before", "ID", "only older ones than that: the next page", false},
	{"json", NULL, "print JSON", false},
	{0},
};

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 10000 };

struct list {
	struct session session;
	struct keyring ring;
	struct signer editor;
	bool with_titles;
	struct pg_rows *rows;
};

static void list_release(struct list *list)
{
	pg_rows_free(list->rows);
	signer_release(&list->editor);
	keyring_release(&list->ring);
	session_release(&list->session);
}

/* A key in the configuration alone does not make every list ask for a passphrase. */
static bool open_key(const struct cli_call *call, struct list *list, struct err *err)
{
	const struct keyset *keyset;

	list->with_titles = cli_has(call, "key") || signer_at_hand(&list->session);
	return !list->with_titles ||
		   (session_trust(&list->session, &list->ring, &keyset, err) &&
			   signer_load(&list->session, keyset, ROLE_EDITOR, &list->editor, err) &&
			   signer_unlock(&list->session, &list->editor, err));
}

/* One that cannot be opened says so in its place; the list goes on. */
static bool read_title(struct list *list, const struct editor_publication *publication,
	char out[static TITLE_SIZE], struct err *err)
{
	*out = '\0';
	if (!list->with_titles || title_read(list->session.pg, publication, &list->editor, out, err))
		return true;
	if (err->kind == ERR_SYSTEM)
		return false;
	(void)snprintf(out, TITLE_SIZE, "(%.*s)", TITLE_SIZE - 3, err->text);
	return true;
}

static bool add_row(struct list *list, struct table *table,
	const struct editor_publication *publication, struct err *err)
{
	char brief[PUB_ID_SHORT_SIZE];
	char approvals[32];
	char counts[4][16] = {""}; /* before it is issued there is nothing to count */
	char title[TITLE_SIZE];
	const int numbers[4] = {
		publication->deliveries, publication->stored, publication->opened, publication->owed};
	bool issued = publication->issued_at != 0;
	int64_t at = issued ? publication->issued_at : publication->drafted_at;

	if (!read_title(list, publication, title, err))
		return false;
	(void)snprintf(approvals, sizeof approvals, "%d/%d", publication->signatures,
		publication->approvals_needed);
	for (size_t i = 0; issued && i < ARRAY_LEN(numbers); i++)
		(void)snprintf(counts[i], sizeof counts[i], "%d", numbers[i]);
	(void)snprintf(brief, sizeof brief, "%.8s", publication->id);
	const char *const cells[] = {brief, publication->channel, publication->number,
		publication_state_text(publication_state(publication, list->session.now)),
		WHEN_OR_EMPTY(at), approvals, counts[0], counts[1], counts[2], counts[3], title};

	return table_add_row(table, cells, err);
}

static bool print_text(struct list *list, struct err *err)
{
	static const char *const titles[] = {"id", LANGUAGE_TEXT("channel"), LANGUAGE_TEXT("number"),
		LANGUAGE_TEXT("state"), LANGUAGE_TEXT("since"), LANGUAGE_TEXT("signed"),
		LANGUAGE_TEXT("units"), LANGUAGE_TEXT("stored"), LANGUAGE_TEXT("opened"),
		LANGUAGE_TEXT("owed"), LANGUAGE_TEXT("title")};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	table.right = 0xfU << 6;
	if (!table_add_titles(&table, titles, err))
		return false;
	for (int i = 0; i < pg_row_count(list->rows); i++) {
		struct editor_publication publication;

		if (!editor_publications_at(list->rows, i, &publication, err) ||
			!add_row(list, &table, &publication, err))
			return false;
	}
	return table_write(&table, 0, &text, err) && output_text(&text, err);
}

static json_t *publication_json(
	const struct editor_publication *publication, int64_t now, const char *title)
{
	auto_json json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:i, s:i, s:s?, s:s*}",
		"id", publication->id, "kind", publication->kind, "channel", publication->channel, "number",
		publication->number, "state", publication_state(publication, now), "taken_back_by",
		publication->fate_by, "drafted_by", publication->drafted_by, "signatures",
		publication->signatures, "approvals_needed", publication->approvals_needed,
		"withdrawn_reason", publication->withdrawn_reason, "title", *title ? title : NULL);
	auto_json json_t *times = json_pack("{s:o, s:o, s:o, s:o, s:o}", "drafted_at",
		output_time(publication->drafted_at, 0), "not_before",
		output_time(publication->not_before, 0), "expires_at",
		output_time(publication->expires_at, 0), "issue_requested_at",
		output_time(publication->issue_requested_at, 0), "issued_at",
		output_time(publication->issued_at, 0));
	auto_json json_t *counts = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "deliveries",
		publication->deliveries, "owed", publication->owed, "stored", publication->stored, "opened",
		publication->opened, "refused", publication->refused, "ended", publication->ended);

	if (!json || json_object_update(json, times) != 0 || json_object_update(json, counts) != 0)
		return NULL;
	return TAKE(json);
}

static bool print_json(struct list *list, struct err *err)
{
	auto_json json_t *array = json_array();
	char title[TITLE_SIZE];

	for (int i = 0; i < pg_row_count(list->rows); i++) {
		struct editor_publication publication;

		if (!editor_publications_at(list->rows, i, &publication, err) ||
			!read_title(list, &publication, title, err))
			return false;
		if (json_array_append_new(
				array, publication_json(&publication, list->session.now, title)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return output_json(TAKE(array), err);
}

/* The next page, on stderr: stdout is the list alone. */
static bool point_on(struct list *list, int64_t limit, struct err *err)
{
	int count = pg_row_count(list->rows);
	struct editor_publication last;
	int64_t older;

	if (count < limit)
		return true;
	if (!editor_publications_at(list->rows, count - 1, &last, err) ||
		!editor_older(list->session.pg, last.id, &older, err))
		return false;
	if (older > 0)
		(void)fprintf(stderr,
			"还有 %lld 个更早的 older ones: certwire list --before %.8s --limit %lld\n",
			(long long)older, last.id, (long long)limit);
	return true;
}

static bool read_page(
	const struct cli_call *call, struct list *list, int64_t limit, struct err *err)
{
	auto_lookup struct lookup found = {.rows = NULL};
	const char *before = cli_value(call, "before");

	if (before && !lookup_publication(&list->session, before, &found, err))
		return err_context(err, "--before");
	return editor_publications_page(list->session.pg, before ? found.publication.id : NULL,
			   (int)limit, &list->rows, err) ||
		   session_denied(&list->session, "an editor", err);
}

bool verb_list(const struct cli_call *call, struct err *err)
{
	CLEANUP(list_release)
	struct list list = {.session = SESSION_INIT, .editor = SIGNER_INIT};
	int64_t limit;

	if (!cli_int(call, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &limit, err) ||
		!session_init(&list.session, call, err) || !session_connect(&list.session, err) ||
		!open_key(call, &list, err) || !read_page(call, &list, limit, err))
		return false;
	return (cli_has(call, "json") ? print_json(&list, err) : print_text(&list, err)) &&
		   point_on(&list, limit, err);
}
