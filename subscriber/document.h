/*
 * A document as SQLite's rows have it.
 */
#ifndef CERTWIRE_SUBSCRIBER_DOCUMENT_H
#define CERTWIRE_SUBSCRIBER_DOCUMENT_H

#include <sqlite3.h>

#include "common/macros.h"
#include "subscriber/inbox.h"

#define DOCUMENT_COLUMNS \
	"publication.id, state, channel, label, title, folder, epoch, number, manifest, bytes, " \
	"stored_at," \
	" coalesce(opened_at, 0), coalesce(kind, ''), reply_by, deadline, starts, ends," \
	" coalesce(text, '')," \
	" coalesce((SELECT by FROM recalled WHERE recalled.publication = publication.id), '')," \
	" EXISTS (SELECT 1 FROM recalled" \
	" WHERE recalled.publication = publication.id AND relation = 'supersedes')"

/* What is in the inbox or in its quarantine. */
#define DOCUMENT_FROM \
	" FROM publication LEFT JOIN catalog ON catalog.publication = publication.id" \
	" WHERE state IN ('stored', 'recalled') AND removed_at IS NULL"

/* The column of DOCUMENT_COLUMNS with the text that is searched. */
enum { DOCUMENT_COLUMN_TEXT = 17 };

/* Reads a row that begins with DOCUMENT_COLUMNS; no date is to come in it yet. */
void document_read(sqlite3_stmt *stmt, struct document *ret) NONNULL;

#endif
