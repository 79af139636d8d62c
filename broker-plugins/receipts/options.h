/*
 * The plugin_opt_ settings of certwire_receipts.
 */
#ifndef CERTWIRE_RECEIPTS_OPTIONS_H
#define CERTWIRE_RECEIPTS_OPTIONS_H

#include "common/conf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stdint.h>

struct receipts_options {
	char *dsn;
	struct conf_list broker_names;
	char *root_fingerprint;
	int64_t ring_size;
	struct fingerprint root; /* root_fingerprint as read */
};

extern const struct conf_key receipts_keys[];

/* Fills in what is missing and checks the rest. */
bool receipts_options_finish(
	struct conf *conf, struct receipts_options *options, struct err *err) MUST_USE NONNULL;

#endif
