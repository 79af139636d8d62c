/* The half of inbox.h that goes through the inbox. */
#include "subscriber/db.h"
#include "subscriber/inbox.h"

#include "common/buf.h"
#include "subscriber/catalog.h"
#include "subscriber/document.h"

#include <string.h>

struct listing {
	const struct inbox_filter *filter;
	struct buf terms; /* in the catalog's form, each ended by NUL */
	inbox_each *each;
	void *context;
};

static bool listing_terms(struct listing *listing, struct err *err)
{
	auto_buf struct buf normal = BUF_INIT(64 * 1024);
	char *rest;

	if (!listing->filter->terms)
		return true;
	if (!catalog_normal(listing->filter->terms, &normal, err) || !buf_append(&normal, "", 1, err))
		return false;
	rest = (char *)normal.data;
	for (char *term = strsep(&rest, " \t\n"); term; term = strsep(&rest, " \t\n")) {
		if (*term && !buf_append(&listing->terms, term, strlen(term) + 1, err))
			return false;
	}
	return true;
}

static bool listing_matches(const struct listing *listing, const char *text)
{
	const char *end = (const char *)listing->terms.data + listing->terms.len;

	for (const char *term = (const char *)listing->terms.data; term && term < end;
		 term += strlen(term) + 1) {
		if (!strstr(text, term))
			return false;
	}
	return true;
}

static void document_set_coming(struct document *document, int64_t now)
{
	const int64_t dates[] = {document->reply_by, document->deadline, document->starts};

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		if (dates[i] >= now && (document->coming == 0 || dates[i] < document->coming))
			document->coming = dates[i];
	}
}

const char *inbox_coming_name(const struct document *document)
{
	if (document->coming == 0)
		return "";
	if (document->coming == document->reply_by)
		return "回复截止";
	return document->coming == document->deadline ? "截止" : "开始";
}

static bool listing_run(
	struct db *db, const struct listing *listing, sqlite3_stmt *stmt, struct err *err)
{
	struct document document;
	bool row;

	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		if (!listing_matches(listing, db_text(stmt, DOCUMENT_COLUMN_TEXT)))
			continue;
		document_read(stmt, &document);
		if (listing->filter->now)
			document_set_coming(&document, listing->filter->now);
		if (!listing->each(listing->context, &document, err))
			return false;
	}
}

bool inbox_list(struct db *db, const struct inbox_filter *filter, inbox_each *each, void *context,
	struct err *err)
{
	static const struct inbox_filter everything = {.channel = NULL};
	struct listing listing = {filter ? filter : &everything, BUF_INIT(64 * 1024), each, context};
	const struct inbox_filter *wanted = listing.filter;
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool ok;

	ok = listing_terms(&listing, err) &&
		 db_query(db, err, &stmt,
			 "SELECT " DOCUMENT_COLUMNS ", min(iif(reply_by >= ?4, reply_by, 1e15),"
			 " iif(deadline >= ?4, deadline, 1e15), iif(starts >= ?4, starts, 1e15)) AS "
			 "coming" DOCUMENT_FROM " AND stored_at >= ?1 AND (?2 IS NULL OR channel = ?2)"
			 " AND (?3 = 0 OR (opened_at IS NULL AND state = 'stored'))"
			 " ORDER BY opened_at IS NOT NULL, coming, stored_at DESC, epoch DESC, number DESC",
			 "itii", wanted->since, wanted->channel, (int64_t)wanted->unread,
			 wanted->now ? wanted->now : INT64_MAX) &&
		 listing_run(db, &listing, stmt, err);
	buf_release(&listing.terms);
	return ok;
}
