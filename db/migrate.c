#include "db/migrate.h"

#include <string.h>

#include "common/digest.h"
#include "db/embedded.h"

enum { OLDEST_SERVER = 150000 };

static char *digest_text(const struct sql_migration *migration, char out[static DIGEST_HEX_SIZE])
{
	struct digest digest = digest_of(migration->text, strlen(migration->text));

	return digest_hex(&digest, out);
}

/* `*ret_begun` tells whether any migration was ever applied. */
static bool check_server(struct pg *pg, bool *ret_begun, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!pg_exec_one(pg, sql_migrate_server, NULL, &rows, err))
		return false;
	if (pg_int(rows, 0, 0) < OLDEST_SERVER) {
		return err_set(err, ERR_DENIED, "the server is PostgreSQL %d, 15 or later is needed",
			(int)(pg_int(rows, 0, 0) / 10000));
	}
	*ret_begun = pg_bool(rows, 0, 1);
	return true;
}

static bool check_applied(const struct pg_rows *rows, int row, struct err *err)
{
	const struct sql_migration *ours = &sql_migrations[row];
	char digest[DIGEST_HEX_SIZE];

	if ((size_t)row >= sql_migration_count) {
		return err_set(err, ERR_DENIED,
			"the schema has migration %d '%s', this program knows %zu: use the newer program",
			(int)pg_int(rows, row, 0), pg_text(rows, row, 1), sql_migration_count);
	}
	if (pg_int(rows, row, 0) != ours->version ||
		strcmp(pg_text(rows, row, 2), digest_text(ours, digest)) != 0) {
		return err_set(err, ERR_DENIED,
			"migration %d '%s' is not the one this program has: use the program that applied it",
			(int)pg_int(rows, row, 0), pg_text(rows, row, 1));
	}
	return true;
}

bool migrate_check(struct pg *pg, struct migrate_state *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	bool begun = false;
	int count = 0;

	if (!check_server(pg, &begun, err))
		return false;
	if (begun) {
		if (!pg_exec(pg, sql_migrate_applied, NULL, &rows, err))
			return false;
		count = pg_row_count(rows);
	}
	for (int row = 0; row < count; row++) {
		if (!check_applied(rows, row, err))
			return false;
	}
	*ret = (struct migrate_state){.applied = (size_t)count, .known = sql_migration_count};
	return true;
}

static bool apply_one(struct pg *pg, void *ctx, struct err *err)
{
	const struct sql_migration *migration = ctx;
	struct pg_params params = PG_PARAMS_INIT;
	char digest[DIGEST_HEX_SIZE];

	pg_param_int(&params, migration->version);
	pg_param_text(&params, migration->name);
	pg_param_text(&params, digest_text(migration, digest));
	return pg_exec_script(pg, migration->text, err) &&
		   pg_exec(pg, sql_migrate_record, &params, NULL, err);
}

bool migrate_apply(struct pg *pg, void (*applied)(int version, const char *name, void *ctx),
	void *ctx, struct err *err)
{
	struct migrate_state state;

	if (!pg_exec(pg, sql_migrate_lock, NULL, NULL, err) || !migrate_check(pg, &state, err))
		return false;
	for (size_t i = state.applied; i < state.known; i++) {
		struct sql_migration migration = sql_migrations[i];

		if (!pg_transaction(pg, apply_one, &migration, err)) {
			return err_context(
				err, "migration %d '%s' was not applied", migration.version, migration.name);
		}
		applied(migration.version, migration.name, ctx);
	}
	return true;
}
