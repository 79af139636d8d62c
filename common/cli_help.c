#include "common/cli_help.h"

#include "common/language.h"

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
	const char *name = verb ? verb->name : language_text("COMMAND");
	const char *args = verb ? verb->args : "...";
	bool options = !verb || verb->options || program->options;

	return buf_printf(out, err, "%s%s%s%s%s%s", program->name, *name ? " " : "", name,
		options ? language_text(" [OPTION...]") : "", args ? " " : "", args ? args : "");
}

static bool help_options(
	const struct cli_option *options, const char *title, struct buf *out, struct err *err)
{
	if (!options || !options->name)
		return true;
	if (!buf_printf(out, err, language_text("\n%s:\n"), language_text(title)))
		return false;
	for (const struct cli_option *option = options; option->name; option++) {
		char left[64];

		(void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->arg ? " " : "",
			option->arg ? option->arg : "");
		if (!buf_printf(out, err, "  %-*s %s%s\n", COLUMN, left, language_text(option->help),
				option->repeatable ? language_text(" (may be repeated)") : ""))
			return false;
	}
	return true;
}

/* All, or those whose names begin with the word `group` and a blank, by what follows it. */
static bool help_verbs(
	const struct cli_program *program, const char *group, struct buf *out, struct err *err)
{
	size_t len = group ? strlen(group) : 0;

	if (!buf_append_str(out, language_text("\nCommands:\n"), err))
		return false;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++) {
		char left[128];

		if (group && (strncmp(verb->name, group, len) != 0 || verb->name[len] != ' '))
			continue;
		(void)snprintf(left, sizeof left, "%s%s%s", verb->name + len + (len > 0),
			verb->args ? " " : "", verb->args ? verb->args : "");
		if (!buf_printf(out, err, "  %-*s %s\n", COLUMN, left, language_text(verb->help)))
			return false;
	}
	return true;
}

/* `name` is the program's, or that and a group's. */
static bool help_more(const char *name, struct buf *out, struct err *err)
{
	return buf_printf(
		out, err, language_text("\n'%s COMMAND --help' tells more about one.\n"), name);
}

bool cli_help(const struct cli_program *program, const struct cli_verb *verb, struct buf *out,
	struct err *err)
{
	if (!verb && has_one_verb(program))
		verb = program->verbs;
	if (!buf_append_str(out, language_text("Usage: "), err) ||
		!cli_usage(program, verb, out, err) ||
		!buf_printf(out, err, "\n%s\n", language_text(verb ? verb->help : program->summary)))
		return false;
	if (!verb && (!help_verbs(program, NULL, out, err) || !help_more(program->name, out, err)))
		return false;
	return (!verb || help_options(verb->options, LANGUAGE_TEXT("Options"), out, err)) &&
		   help_options(program->options,
			   verb ? LANGUAGE_TEXT("General options") : LANGUAGE_TEXT("Options"), out, err);
}

bool cli_help_group(
	const struct cli_program *program, const char *group, struct buf *out, struct err *err)
{
	char name[128];

	(void)snprintf(name, sizeof name, "%s %s", program->name, group);
	return buf_printf(out, err, "%s%s %s%s ...\n", language_text("Usage: "), name,
			   language_text("COMMAND"), language_text(" [OPTION...]")) &&
		   help_verbs(program, group, out, err) && help_more(name, out, err) &&
		   help_options(program->options, LANGUAGE_TEXT("General options"), out, err);
}
