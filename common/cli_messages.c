#include "common/cli_help.h"

#include <stdio.h>

/* One entry of a catalogue: where the text stands, and the text as gettext's files quote it. */
static bool message(
	const char *where, const char *name, const char *text, struct buf *out, struct err *err)
{
	if (!buf_printf(out, err, "#. %s%s%s\nmsgid \"", where, *where && *name ? " " : "", name))
		return false;
	for (; *text; text++) {
		bool quoted = *text == '"' || *text == '\\';

		if (!buf_append(out, quoted ? "\\" : "", quoted, err) || !buf_append(out, text, 1, err))
			return false;
	}
	return buf_append_str(out, "\"\nmsgstr \"\"\n\n", err);
}

static bool option_messages(
	const char *where, const struct cli_option *options, struct buf *out, struct err *err)
{
	for (; options && options->name; options++) {
		char name[64];

		(void)snprintf(name, sizeof name, "--%s", options->name);
		if (!message(where, name, options->help, out, err))
			return false;
	}
	return true;
}

static bool setting_messages(const struct cli_settings *settings, struct buf *out, struct err *err)
{
	for (; settings && settings->keys; settings++)
		for (const struct conf_key *key = settings->keys; key->name; key++)
			if (!message("", key->name, key->help, out, err))
				return false;
	return true;
}

bool cli_messages(const struct cli_program *program, struct buf *out, struct err *err)
{
	if (!message(program->name, "", program->summary, out, err))
		return false;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (!message(program->name, verb->name, verb->help, out, err) ||
			!option_messages(verb->name, verb->options, out, err))
			return false;
	return option_messages(program->name, program->options, out, err) &&
		   setting_messages(program->settings, out, err);
}
