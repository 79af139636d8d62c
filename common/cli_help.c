#include "common/cli_help.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN = 28 };

static bool has_one_verb(const struct cli_program *program)
{
	return program->verbs[0].run && program->verbs[0].name[0] == '\0' && !program->verbs[1].run;
}

bool cli_usage(const struct cli_program *program, const struct cli_verb *verb, struct buf *out,
	struct err *err)
{
	const char *name = verb ? verb->name : "COMMAND";
	const char *args = verb ? verb->args : "...";
	bool options = !verb || verb->options || program->options;

	return buf_printf(out, err, "%s%s%s%s%s%s", program->name, *name ? " " : "", name,
		options ? " [OPTION...]" : "", args ? " " : "", args ? args : "");
}

static bool help_options(
	const struct cli_option *options, const char *title, struct buf *out, struct err *err)
{
	if (!options || !options->name)
		return true;
	if (!buf_printf(out, err, "\n%s:\n", title))
		return false;
	for (const struct cli_option *option = options; option->name; option++) {
		char left[64];

		(void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->arg ? " " : "",
			option->arg ? option->arg : "");
		if (!buf_printf(out, err, "  %-*s %s%s\n", COLUMN, left, option->help,
				option->repeatable ? " (may be repeated)" : ""))
			return false;
	}
	return true;
}

static bool help_verbs(const struct cli_program *program, struct buf *out, struct err *err)
{
	if (!buf_append_str(out, "\nCommands:\n", err))
		return false;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++) {
		char left[128];

		(void)snprintf(left, sizeof left, "%s%s%s", verb->name, verb->args ? " " : "",
			verb->args ? verb->args : "");
		if (!buf_printf(out, err, "  %-*s %s\n", COLUMN, left, verb->help))
			return false;
	}
	return buf_printf(out, err, "\n'%s COMMAND --help' tells more about one.\n", program->name);
}

bool cli_help(const struct cli_program *program, const struct cli_verb *verb, struct buf *out,
	struct err *err)
{
	if (!verb && has_one_verb(program))
		verb = program->verbs;
	if (!buf_append_str(out, "Usage: ", err) || !cli_usage(program, verb, out, err) ||
		!buf_printf(out, err, "\n%s\n", verb ? verb->help : program->summary))
		return false;
	if (!verb && !help_verbs(program, out, err))
		return false;
	return (!verb || help_options(verb->options, "Options", out, err)) &&
		   help_options(program->options, verb ? "General options" : "Options", out, err);
}
