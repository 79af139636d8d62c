/*
 * What a program says about itself, from its table. For common/cli.c alone.
 */
#ifndef CERTWIRE_COMMON_CLI_HELP_H
#define CERTWIRE_COMMON_CLI_HELP_H

#include "common/buf.h"
#include "common/cli.h"

/* The program's help, or the verb's when it is not NULL. */
bool cli_help(const struct cli_program *program, const struct cli_verb *verb, struct buf *out,
	struct err *err) MUST_USE;

/* Help on the verbs that begin with this word, at least one. */
bool cli_help_group(const struct cli_program *program, const char *group, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* "certwire draft [OPTION...] CHANNEL FILE...", without a newline. */
bool cli_usage(const struct cli_program *program, const struct cli_verb *verb, struct buf *out,
	struct err *err) MUST_USE;

/* A script for bash to source. */
bool cli_completion(
	const struct cli_program *program, struct buf *out, struct err *err) MUST_USE NONNULL;

/*
 * The manual's lists of commands and options, in mdoc(7). What stands there is what `--help` says,
 * since it comes from the same table.
 */
bool cli_manual(
	const struct cli_program *program, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Likewise the settings, with what they are when nobody sets them; ERR_USAGE when there are none. */
bool cli_manual_settings(
	const struct cli_program *program, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Every text of the tables, as entries of a gettext catalogue (po/README.md). */
bool cli_messages(
	const struct cli_program *program, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
