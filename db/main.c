/* certwire-db: makes and upgrades the schema. */
#include <stdio.h>

#include "common/cli.h"
#include "db/embedded.h"
#include "db/migrate.h"
#include "db/pg.h"

static bool connect_to(const struct cli_call *call, struct pg **ret, struct err *err)
{
	const char *dsn = cli_value(call, "dsn");

	return pg_connect(dsn ? dsn : "", "certwire-db", NULL, ret, err);
}

static void print_applied(int version, const char *name, void *ctx)
{
	(void)ctx;
	printf("applied %04d %s\n", version, name);
	fflush(stdout);
}

static bool verb_migrate(const struct cli_call *call, struct err *err)
{
	auto_pg struct pg *pg = NULL;

	if (!connect_to(call, &pg, err) || !migrate_apply(pg, print_applied, NULL, err))
		return false;
	printf("schema version %zu, up to date\n", sql_migration_count);
	return true;
}

static bool verb_status(const struct cli_call *call, struct err *err)
{
	auto_pg struct pg *pg = NULL;
	struct migrate_state state;

	if (!connect_to(call, &pg, err) || !migrate_check(pg, &state, err))
		return false;
	printf("schema version %zu of %zu%s\n", state.applied, state.known,
		state.applied == state.known ? ", up to date" : "");
	for (size_t i = state.applied; i < state.known; i++)
		printf("pending %04d %s\n", sql_migrations[i].version, sql_migrations[i].name);
	return true;
}

int main(int argc, char **argv)
{
	static const struct cli_option options[] = {
		{"dsn", "CONNINFO", "connection string; else the environment as psql uses it (PGHOST, ...)",
			false},
		{0},
	};
	static const struct cli_verb verbs[] = {
		{"migrate", verb_migrate, NULL,
			"apply pending migrations; makes the roles that are missing", NULL},
		{"status", verb_status, NULL, "show the schema's version and what is pending", NULL},
		{0},
	};
	static const struct cli_program program = {
		.name = "certwire-db",
		.summary = "make and upgrade the schema of Certwire in PostgreSQL",
		.verbs = verbs,
		.options = options,
	};

	return cli_main(&program, argc, argv);
}
