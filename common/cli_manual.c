#include "common/cli_help.h"

#include <string.h>

/* Text as mdoc prints it: a backslash is one, and no line begins with what would be a macro. */
static bool manual_text(const char *text, struct buf *out, struct err *err)
{
	if ((*text == '.' || *text == '\'') && !buf_append_str(out, "\\&", err))
		return false;
	for (; *text; text++) {
		if (!(*text == '\\' ? buf_append_str(out, "\\e", err) : buf_append(out, text, 1, err)))
			return false;
	}
	return true;
}

/* "CHANNEL [FILE...]" as ` Ar CHANNEL Op Ar FILE...`. */
static bool manual_args(const char *args, struct buf *out, struct err *err)
{
	while (args && *args) {
		size_t len = strcspn(args, " ");
		bool optional = args[0] == '[' && args[len - 1] == ']';

		if (!buf_printf(out, err, "%s Ar %.*s", optional ? " Op" : "",
				(int)len - (optional ? 2 : 0), args + (optional ? 1 : 0)))
			return false;
		args += len + (args[len] == ' ');
	}
	return true;
}

static bool manual_options(const struct cli_option *options, struct buf *out, struct err *err)
{
	if (!options || !options->name)
		return true;
	if (!buf_append_str(out, ".Bl -tag -width Ds\n", err))
		return false;
	for (const struct cli_option *option = options; option->name; option++)
		if (!buf_printf(out, err, ".It Fl -%s%s%s\n", option->name, option->arg ? " Ar " : "",
				option->arg ? option->arg : "") ||
			!manual_text(option->help, out, err) ||
			!buf_append_str(out, option->repeatable ? " (may be repeated)\n" : "\n", err))
			return false;
	return buf_append_str(out, ".El\n", err);
}

static bool manual_verb(const struct cli_verb *verb, struct buf *out, struct err *err)
{
	return buf_printf(out, err, ".It Cm %s", verb->name) && manual_args(verb->args, out, err) &&
		   buf_append_str(out, "\n", err) && manual_text(verb->help, out, err) &&
		   buf_append_str(out, "\n", err) && manual_options(verb->options, out, err);
}

static bool manual_verbs(const struct cli_program *program, struct buf *out, struct err *err)
{
	if (!buf_append_str(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n", err))
		return false;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (!manual_verb(verb, out, err))
			return false;
	return buf_append_str(out, ".El\n", err);
}

bool cli_manual(const struct cli_program *program, struct buf *out, struct err *err)
{
	static const struct cli_option built_in[] = {
		{"help", NULL, "say what there is, or what a command takes", false},
		{"version", NULL, "say the version", false},
		{0},
	};
	bool is_nameless = program->verbs[0].name[0] == '\0' && !program->verbs[1].run;

	if (!is_nameless && !manual_verbs(program, out, err))
		return false;
	return buf_append_str(out, ".Sh OPTIONS\n", err) &&
		   (!is_nameless || manual_options(program->verbs[0].options, out, err)) &&
		   manual_options(program->options, out, err) && manual_options(built_in, out, err);
}

/* What it is when nobody sets it, and between which values it may lie. */
static bool manual_bounds(const struct conf_key *key, struct buf *out, struct err *err)
{
	bool ok = key->required   ? buf_append_str(out, "Required", err)
			  : key->fallback ? buf_printf(out, err, "Default: %s", key->fallback)
							  : buf_append_str(out, "Not set by default", err);

	if (ok && key->max > key->min)
		ok = buf_printf(out, err, "; from %lld to %lld", (long long)key->min, (long long)key->max);
	return ok && buf_append_str(out, ".\n", err);
}

static bool manual_setting(const struct conf_key *key, struct buf *out, struct err *err)
{
	return buf_printf(out, err, ".It Ic %s No = Ar %s\n", key->name, conf_type_name(key->type)) &&
		   manual_text(key->help, out, err) && buf_append_str(out, ".\n", err) &&
		   manual_bounds(key, out, err);
}

bool cli_manual_settings(const struct cli_program *program, struct buf *out, struct err *err)
{
	const struct cli_settings *settings = program->settings;

	if (!settings)
		return err_set(err, ERR_USAGE, "%s reads no settings", program->name);
	if (!buf_append_str(out, ".Sh SETTINGS\n", err))
		return false;
	for (; settings->keys; settings++) {
		if (settings->title && !buf_printf(out, err, ".Ss %s\n", settings->title))
			return false;
		if (!buf_append_str(out, ".Bl -tag -width Ds\n", err))
			return false;
		for (const struct conf_key *key = settings->keys; key->name; key++)
			if (!manual_setting(key, out, err))
				return false;
		if (!buf_append_str(out, ".El\n", err))
			return false;
	}
	return true;
}
