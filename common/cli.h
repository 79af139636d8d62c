/*
 * One table per program gives dispatch, arity, help, bash completion and the manual's reference.
 *
 *	static const struct cli_verb verbs[] = {
 *		{"draft", verb_draft, "CHANNEL FILE...", "make a draft of a publication", draft_options},
 *		{"device certify", verb_certify, "UNIT DEVICE", "sign a device's certificate", NULL},
 *		{0},
 *	};
 *
 * Every program also has `--help`, `VERB --help`, `--help` after a word that several verbs begin with
 * (`device --help` lists them), `--version`, `completion bash`, and `manual` and
 * `manual settings`, from which its manual pages are made (docs/man/), and `manual messages`, from which
 * its catalogue is.
 * A program without verbs has one verb named "" (a daemon: its options and arguments only).
 */
#ifndef CERTWIRE_COMMON_CLI_H
#define CERTWIRE_COMMON_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "common/err.h"
#include "common/macros.h"

struct cli_option {
	const char *name; /* without dashes; NULL ends the table */
	const char *arg; /* what its value is called in help, such as FILE; NULL: a flag */
	const char *help; /* one line */
	bool repeatable; /* may be given more than once */
};

struct cli_call;

struct cli_verb {
	const char *name; /* one or more words: "device certify" */
	bool (*run)(const struct cli_call *call, struct err *err); /* NULL ends the table */
	const char *args; /* "CHANNEL FILE...", "[ID]", "[ID...]"; arity follows from it; NULL: none */
	const char *help; /* one line */
	const struct cli_option *options; /* its own; NULL: none */
};

/* Settings that a program reads, for its manual alone. */
struct cli_settings {
	const char *title; /* of the section; NULL: there is one table only */
	const struct conf_key *keys; /* NULL ends the list */
};

/* The values that an option or argument may have, for completion. */
struct cli_words {
	const char *arg; /* what help calls it, such as CHANNEL; NULL ends the table */
	const char *words; /* apart by blanks */
};

struct cli_program {
	const char *name;
	const char *summary; /* one line */
	const struct cli_verb *verbs;
	const struct cli_option *options; /* that every verb takes; NULL: none */
	void *context; /* handed to the verbs */
	const struct cli_settings *settings; /* NULL: none */
	const struct cli_words *words; /* NULL: none; FILE, KEY, FOLDER and DIR are known without */
};

enum { CLI_VALUES_MAX = 128 };

enum cli_action {
	CLI_RUN,
	CLI_HELP,
	CLI_VERSION,
	CLI_COMPLETION,
	CLI_MANUAL,
	CLI_SETTINGS,
	CLI_MESSAGES
};

/* A parsed command line, as a verb sees it. All strings are borrowed from argv. */
struct cli_call {
	const struct cli_program *program;
	enum cli_action action;
	const struct cli_verb *verb; /* NULL unless one was named; always there for CLI_RUN */
	const char *group; /* a word that is no verb but begins some, for CLI_HELP; else NULL */
	void *context;
	size_t argc; /* the verb's arguments, within its arity */
	char **argv;
	struct {
		const struct cli_option *option;
		const char *value; /* "" for a flag */
	} values[CLI_VALUES_MAX];
	size_t value_count;
};

/*
 * The whole of a program's main: parses, runs the verb, prints what went wrong to stderr as
 * "program: text", returns the exit status (common/err.h). Speaks the user's language
 * (common/language.h), but English with an option `--json`. `argv` may be reordered. A failure to
 * write stdout is a failure.
 */
int cli_main(const struct cli_program *program, int argc, char **argv) MUST_USE NONNULL;

/* Parsing alone. On failure `*ret` is undefined. */
bool cli_parse(const struct cli_program *program, int argc, char **argv, struct cli_call *ret,
	struct err *err) MUST_USE NONNULL;

/* The option's value, the last one if repeated; NULL when it was not given. */
const char *cli_value(const struct cli_call *call, const char *name) NONNULL;

/* Whether the option or flag was given. */
bool cli_has(const struct cli_call *call, const char *name) NONNULL;

/* The nth value (from 0) of a repeatable option; NULL past the last. */
const char *cli_value_at(const struct cli_call *call, const char *name, size_t nth) NONNULL;

/* A whole number in min..max, or `fallback` when not given. ERR_USAGE. */
bool cli_int(const struct cli_call *call, const char *name, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret, struct err *err) MUST_USE NONNULL;

/* The value; ERR_USAGE naming the option when it was not given. */
bool cli_need(const struct cli_call *call, const char *name, const char **ret,
	struct err *err) MUST_USE NONNULL;

#endif
