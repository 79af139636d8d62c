#include "db/ledger_value.h"

#include <string.h>

#include "common/language.h"
#include "common/limits.h"

bool ledger_text(const struct pg_rows *rows, int row, int column, const char *what, char *out,
	size_t size, struct err *err)
{
	const char *text = pg_text(rows, row, column);
	size_t len = text ? strlen(text) : 0;

	if (len >= size)
		return err_set(err, ERR_DATA, "the database holds a %s of more than %zu bytes",
			language_text(what), size - 1);
	memcpy(out, text ? text : "", len + 1);
	return true;
}

bool ledger_bytes(const struct pg_rows *rows, int row, int column, const char *what, void *out,
	size_t size, struct err *err)
{
	struct pg_bytes bytes = pg_bytes(rows, row, column);

	if (!bytes.data || bytes.len != size)
		return err_set(err, ERR_DATA, "the database holds a %s of %zu bytes instead of %zu",
			language_text(what), bytes.len, size);
	memcpy(out, bytes.data, size);
	return true;
}

bool ledger_digest(const struct pg_rows *rows, int row, int column, const char *what,
	struct digest *ret, struct err *err)
{
	return ledger_bytes(rows, row, column, what, ret->bytes, sizeof ret->bytes, err);
}

bool ledger_pub_id(
	const struct pg_rows *rows, int row, int column, struct pub_id *ret, struct err *err)
{
	const char *text = pg_text(rows, row, column);

	if (!text || !pub_id_parse(text, strlen(text), ret))
		return err_set(err, ERR_DATA, "the database holds a malformed publication id");
	return true;
}

bool ledger_kind(const struct pg_rows *rows, int row, int column, enum kind *ret, struct err *err)
{
	const char *text = pg_text(rows, row, column);

	if (!text || !kind_parse(text, strlen(text), ret))
		return err_set(err, ERR_DATA, "the database holds an unknown kind of entry");
	return true;
}

int64_t ledger_time(const struct pg_rows *rows, int row, int column)
{
	return pg_is_null(rows, row, column) ? TIME_NONE : pg_time(rows, row, column);
}
