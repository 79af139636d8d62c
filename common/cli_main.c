#include "common/cli.h"

#include "common/cli_help.h"
#include "common/language.h"
#include "common/version.h"

#include <stdio.h>

#include <sodium.h>

enum { TEXT_MAX = 256 * 1024 };

static bool print_help(const struct cli_call *call, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(TEXT_MAX);

	if (!(call->group ? cli_help_group(call->program, call->group, &text, err)
					  : cli_help(call->program, call->verb, &text, err)))
		return false;
	(void)fputs(buf_str(&text), stdout);
	return true;
}

typedef bool about(const struct cli_program *program, struct buf *out, struct err *err);

static bool print_about(const struct cli_call *call, about *what, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(TEXT_MAX);

	if (!what(call->program, &text, err))
		return false;
	(void)fputs(buf_str(&text), stdout);
	return true;
}

static bool act(const struct cli_call *call, struct err *err)
{
	switch (call->action) {
	case CLI_RUN:
		/* What programs read is the same everywhere. */
		if (cli_has(call, "json"))
			language_english();
		return call->verb->run(call, err);
	case CLI_HELP:
		return print_help(call, err);
	case CLI_COMPLETION:
		return print_about(call, cli_completion, err);
	case CLI_MANUAL:
		return print_about(call, cli_manual, err);
	case CLI_SETTINGS:
		return print_about(call, cli_manual_settings, err);
	case CLI_MESSAGES:
		return print_about(call, cli_messages, err);
	case CLI_VERSION:
		(void)printf("%s %s\n", call->program->name, version_text());
		return true;
	}
	return err_set(err, ERR_USAGE, "nothing to do");
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	struct cli_call call;
	struct err err = {.kind = ERR_SYSTEM};
	bool done;

	language_begin(program->name);
	if (sodium_init() < 0)
		done = err_set(&err, ERR_SYSTEM, "libsodium cannot start");
	else
		done = cli_parse(program, argc, argv, &call, &err) && act(&call, &err);
	/* Data that never reached its reader is no success, whatever the verb thinks. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && done)
		done = err_errno(&err, "cannot write to standard output");
	if (done)
		return 0;
	(void)fprintf(stderr, "%s: %s\n", program->name, err.text);
	return err_exit_status(&err);
}
