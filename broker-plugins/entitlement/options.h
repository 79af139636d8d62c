/*
 * The plugin_opt_ settings of certwire_entitlement.
 */
#ifndef CERTWIRE_ENTITLEMENT_OPTIONS_H
#define CERTWIRE_ENTITLEMENT_OPTIONS_H

#include "common/conf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stdint.h>

struct entitlement_options {
	char *dsn;
	struct conf_list broker_names;
	char *root_fingerprint;
	int64_t max_staleness_s;
	int64_t read_deadline_s;
	int64_t poll_interval_s;
	int64_t start_timeout_s;
	int64_t reload_interval_s;
	bool require_certificate;
	struct fingerprint root; /* root_fingerprint as read */
};

extern const struct conf_key entitlement_keys[];

/* Fills in what is missing and checks that the settings go together. */
bool entitlement_options_finish(
	struct conf *conf, struct entitlement_options *options, struct err *err) MUST_USE NONNULL;

#endif
