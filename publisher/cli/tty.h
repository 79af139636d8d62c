/*
 * Asking the person at the terminal. Everything goes through /dev/tty, so that redirected input or
 * output neither answers a question nor swallows it. Without a terminal each of these fails with
 * ERR_USAGE, naming the option that answers `instead`, such as "--yes N".
 */
#ifndef CERTWIRE_PUBLISHER_CLI_TTY_H
#define CERTWIRE_PUBLISHER_CLI_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/secret.h"

enum { TTY_PASSPHRASE_MAX = 1024, TTY_LINE_SIZE = 256 };

/*
 * Reads a line without showing it, straight into guarded memory. `*ret` is new and never empty.
 * Ctrl-C and Ctrl-D give up (ERR_USAGE); Backspace and Ctrl-U work as one expects.
 */
bool tty_passphrase(
	const char *prompt, const char *instead, struct secret **ret, struct err *err) MUST_USE NONNULL;

/* Whether there is a terminal to ask on. */
bool tty_is_there(void);

/* Reads a visible line, without its line end. A longer one is ERR_USAGE. */
bool tty_line(const char *prompt, const char *instead, char out[static TTY_LINE_SIZE],
	struct err *err) MUST_USE NONNULL;

#endif
