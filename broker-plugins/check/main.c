/*
 * certwire-broker-check: reads a configuration of Mosquitto before the broker does.
 */
#include "broker-plugins/check/check.h"
#include "broker-plugins/check/findings.h"
#include "broker-plugins/check/lines.h"
#include "broker-plugins/entitlement/options.h"
#include "broker-plugins/receipts/options.h"
#include "common/buf.h"
#include "common/cli.h"
#include "common/file.h"

#include <sodium.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INCLUDED_MAX = 256 };

/* The configuration with the names of its files, which the lines borrow. */
struct configuration {
	struct lines lines;
	char *files[INCLUDED_MAX];
	size_t file_count;
};

static void configuration_release(struct configuration *configuration)
{
	lines_release(&configuration->lines);
	while (configuration->file_count > 0)
		free(configuration->files[--configuration->file_count]);
}

/* Takes `file`. */
static bool add_file(struct configuration *configuration, char *file, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LINES_TEXT_MAX);

	if (configuration->file_count == INCLUDED_MAX) {
		free(file);
		return err_set(err, ERR_DATA, "more than %d included files", INCLUDED_MAX - 1);
	}
	configuration->files[configuration->file_count++] = file;
	return file_read(file, LINES_TEXT_MAX, &text, err) &&
		   lines_parse(&configuration->lines, file, buf_str(&text), text.len, err);
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* All *.conf of the folder. Which comes first matters for plugins alone; the broker sorts likewise. */
static bool add_folder(struct configuration *configuration, const char *folder, struct err *err)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_conf, alphasort);
	bool ok = count >= 0;

	if (!ok)
		err_errno(err, "include_dir '%s'", ERR_QUOTED(folder));
	for (int i = 0; i < count; i++) {
		char *file = NULL;

		if (ok && asprintf(&file, "%s/%s", folder, entries[i]->d_name) < 0)
			ok = err_set(err, ERR_SYSTEM, "out of memory");
		ok = ok && add_file(configuration, file, err);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

/* Only the main file may include. */
static bool add_included(struct configuration *configuration, struct err *err)
{
	size_t count = configuration->lines.count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(configuration->lines.items[i].name, "include_dir") == 0 &&
			!add_folder(configuration, configuration->lines.items[i].value, err))
			return false;
	return true;
}

static bool report(const struct findings *findings, struct err *err)
{
	fputs(buf_str(&findings->warnings), stderr);
	fputs(buf_str(&findings->text), stdout);
	if (findings->is_incomplete)
		return err_set(err, ERR_SYSTEM, "too much to tell, or out of memory");
	if (findings->count > 0)
		return err_set(
			err, ERR_DATA, "findings: %zu; the broker must not start like this", findings->count);
	return true;
}

static bool run(const struct cli_call *call, struct err *err)
{
	struct configuration configuration = {.lines = LINES_INIT};
	struct findings findings;
	char *file = strdup(call->argv[0]);
	bool ok = file ? true : err_set(err, ERR_SYSTEM, "out of memory");

	findings_init(&findings);
	ok = ok && add_file(&configuration, file, err) && add_included(&configuration, err);
	if (ok) {
		check_all(&configuration.lines, call->argv[0], &findings);
		ok = report(&findings, err);
	}
	findings_release(&findings);
	configuration_release(&configuration);
	return ok;
}

static const struct cli_verb verbs[] = {
	{"", run, "CONF", "read it, print one line for each promise that it breaks", NULL},
	{0},
};

static const struct cli_settings settings[] = {
	{"certwire_entitlement.so", entitlement_keys},
	{"certwire_receipts.so", receipts_keys},
	{0},
};

static const struct cli_program program = {
	.name = "certwire-broker-check",
	.summary = "whether a configuration of Mosquitto keeps Certwire's promises",
	.verbs = verbs,
	.settings = settings,
};

int main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 1;
	return cli_main(&program, argc, argv);
}
