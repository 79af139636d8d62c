#include "publisher/cli/lookup.h"

#include <ctype.h>
#include <string.h>

#include "common/kind.h"
#include "db/editor.h"
#include "db/editor_office.h"

bool lookup_digits(const char *text, char out[static PUB_ID_SIZE], struct err *err)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len && len < PUB_ID_SIZE; i++) {
		if (!isxdigit((unsigned char)text[i]))
			len = PUB_ID_SIZE;
		else
			out[i] = (char)tolower((unsigned char)text[i]);
	}
	if (len < LOOKUP_DIGITS_MIN || len >= PUB_ID_SIZE)
		return err_set(err, ERR_USAGE,
			"'%s' is no publication's id: at least the first %d of its 32 hex digits are needed; "
			"see: certwire list",
			ERR_QUOTED(text), LOOKUP_DIGITS_MIN);
	out[len] = '\0';
	return true;
}

/* Units may hold what a restore has lost, and quote its id. */
static bool refuse_unknown(struct pg *pg, const char *text, const char *digits, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!editor_lost(pg, digits, &rows, err))
		return false;
	if (pg_row_count(rows) == 1)
		return err_set(err, ERR_DATA,
			"publication %.8s was lost when the database was restored (units that hold it: %d); "
			"draft "
			"and issue the same number again, and say in it that it takes the place of what they "
			"have",
			pg_text(rows, 0, EDITOR_LOST_PUBLICATION), (int)pg_int(rows, 0, EDITOR_LOST_UNITS));
	return err_set(err, ERR_DATA, "no publication's id begins with '%s'; see: certwire list",
		ERR_QUOTED(text));
}

static bool take_only(
	struct pg *pg, const char *text, const char *digits, struct lookup *lookup, struct err *err)
{
	if (pg_row_count(lookup->rows) == 0)
		return refuse_unknown(pg, text, digits, err);
	if (pg_row_count(lookup->rows) > 1)
		return err_set(err, ERR_USAGE,
			"several publications begin with '%s'; give more digits; see: certwire list",
			ERR_QUOTED(text));
	if (!editor_publications_at(lookup->rows, 0, &lookup->publication, err))
		return false;
	const char *id = lookup->publication.id;

	if (!pub_id_parse(id, strlen(id), &lookup->id))
		return err_set(err, ERR_DATA, "publication id '%s' is malformed", ERR_QUOTED(id));
	(void)pub_id_short(&lookup->id, lookup->brief);
	return true;
}

bool lookup_publication(
	struct session *session, const char *text, struct lookup *ret, struct err *err)
{
	auto_lookup struct lookup lookup = {.rows = NULL};
	char digits[PUB_ID_SIZE];

	if (!lookup_digits(text, digits, err) || !session_connect(session, err))
		return false;
	if (!editor_publications(session->pg, digits, 2, &lookup.rows, err))
		return session_denied(session, "an editor", err);
	if (!take_only(session->pg, text, digits, &lookup, err))
		return false;
	*ret = lookup;
	lookup.rows = NULL;
	return true;
}

void lookup_release(struct lookup *lookup)
{
	pg_rows_free(lookup->rows);
	lookup->rows = NULL;
}

bool lookup_namesakes(struct session *session, const char *kind, const char *channel,
	const char *number, const char *id, struct buf *out, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (strcmp(kind, kind_name(KIND_RECALL)) == 0)
		return true;
	if (!editor_namesakes(session->pg, channel, number, id, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++)
		if (!buf_printf(out, err, "注意 note: %s %s 已有 exists already: %.8s %s\n", channel,
				number, pg_text(rows, i, EDITOR_NAMESAKE_ID),
				publication_state_text(pg_text(rows, i, EDITOR_NAMESAKE_STATE))))
			return false;
	return true;
}

const char *publication_state(const struct editor_publication *publication, int64_t now)
{
	if (publication->fate)
		return publication->fate;
	return publication->issued_at && publication->expires_at && publication->expires_at <= now
			   ? "expired"
			   : publication->state;
}

const char *publication_state_text(const char *state)
{
	static const char *const texts[][2] = {
		{"draft", "草稿 draft"},
		{"review", "待审签 review"},
		{"approved", "已审签 approved"},
		{"scheduled", "已定时 scheduled"},
		{"issued", "已发布 issued"},
		{"withdrawn", "已撤回 withdrawn"},
		{"superseded", "已被替代 superseded"},
		{"recalled", "已召回 recalled"},
		{"expired", "已过期 expired"},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(texts[i][0], state) == 0)
			return texts[i][1];
	return state;
}
