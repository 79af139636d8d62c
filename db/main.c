/* certwire-db: makes and upgrades the schema. */
#include <stdio.h>

#include "common/cli.h"
#include "common/language.h"
#include "db/embedded.h"
#include "db/migrate.h"
#include "db/restored.h"
#include "db/pg.h"

static bool connect_to(const struct cli_call *call, struct pg **ret, struct err *err)
{
	const char *dsn = cli_value(call, "dsn");

	return pg_connect(dsn ? dsn : "", "certwire-db", NULL, ret, err);
}

static void print_applied(int version, const char *name, void *ctx)
{
	(void)ctx;
	printf(language_text("applied %04d %s\n"), version, name);
	fflush(stdout);
}

static bool verb_migrate(const struct cli_call *call, struct err *err)
{
	auto_pg struct pg *pg = NULL;

	if (!connect_to(call, &pg, err) || !migrate_apply(pg, print_applied, NULL, err))
		return false;
	printf(language_text("schema version %zu, up to date\n"), sql_migration_count);
	return true;
}

static bool verb_status(const struct cli_call *call, struct err *err)
{
	auto_pg struct pg *pg = NULL;
	struct migrate_state state;

	if (!connect_to(call, &pg, err) || !migrate_check(pg, &state, err))
		return false;
	if (state.applied == state.known)
		printf(
			language_text("schema version %zu of %zu, up to date\n"), state.applied, state.known);
	else
		printf(language_text("schema version %zu of %zu\n"), state.applied, state.known);
	for (size_t i = state.applied; i < state.known; i++)
		printf(
			language_text("pending %04d %s\n"), sql_migrations[i].version, sql_migrations[i].name);
	return true;
}

static bool verb_restored(const struct cli_call *call, struct err *err)
{
	auto_pg struct pg *pg = NULL;
	struct migrate_state state;
	struct restored done;

	if (!cli_has(call, "reason"))
		return err_set(err, ERR_USAGE, "--reason is needed: what was restored, and to when");
	if (!connect_to(call, &pg, err) || !migrate_check(pg, &state, err) ||
		!restored_begin(pg, cli_value(call, "reason"), &done, err))
		return false;
	printf(language_text("epoch %lld begins: %lld entries for %lld units\n"), (long long)done.epoch,
		(long long)done.entries, (long long)done.units);
	printf(language_text("the newest act that this database knows: %s\n"), done.newest_act);
	printf(
		"what was done after it is lost. Before the dispatcher starts, do it again: suspensions,\n"
		"revocations, keysets (import the same files), devices. What units report of lost\n"
		"publications: SELECT * FROM certwire.lost_publications\n"
		"此后的操作均已丢失。启动分发程序之前，请重做：暂停与撤销资格、导入同一密钥集文件、设备认证"
		"。\n");
	return true;
}

int main(int argc, char **argv)
{
	static const struct cli_option options[] = {
		{"dsn", "CONNINFO", "connection string; else the environment as psql uses it (PGHOST, ...)",
			false},
		{0},
	};
	static const struct cli_option restored_options[] = {
		{"reason", "TEXT", "what was restored and why, for the audit", false},
		{0},
	};
	static const struct cli_verb verbs[] = {
		{"migrate", verb_migrate, NULL,
			"apply pending migrations; makes the roles that are missing", NULL},
		{"status", verb_status, NULL, "show the schema's version and what is pending", NULL},
		{"restored", verb_restored, NULL,
			"begin a new epoch, after a restore from a backup or a promotion", restored_options},
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
