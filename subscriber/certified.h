/*
 * Whether CNCERT has certified a device: only a broker knows, by letting it in.
 */
#ifndef CERTWIRE_SUBSCRIBER_CERTIFIED_H
#define CERTWIRE_SUBSCRIBER_CERTIFIED_H

#include <stdbool.h>

#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"
#include "subscriber/config.h"
#include "subscriber/probe.h"

/* The key of `config`'s device in `dir` is tried at one broker after the other, until one lets it in. */
bool certified_ask(const struct config *config, const char *dir, struct probe_answer *ret,
	struct err *err) MUST_USE NONNULL;

/* `enroll --check`: prints it; ERR_DATA while it is not certified. */
bool enroll_check(const struct cli_call *call, struct err *err) MUST_USE NONNULL;

#endif
