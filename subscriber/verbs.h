/*
 * The verbs of certwire-unit, each in a file of its own.
 */
#ifndef CERTWIRE_SUBSCRIBER_VERBS_H
#define CERTWIRE_SUBSCRIBER_VERBS_H

#include <stdbool.h>

#include "common/cli.h"
#include "common/err.h"
#include "subscriber/config.h"

bool verb_enroll(const struct cli_call *call, struct err *err);
bool verb_run(const struct cli_call *call, struct err *err);
bool verb_inbox_list(const struct cli_call *call, struct err *err);
bool verb_inbox_show(const struct cli_call *call, struct err *err);
bool verb_inbox_open(const struct cli_call *call, struct err *err);
bool verb_inbox_verify(const struct cli_call *call, struct err *err);
bool verb_reply(const struct cli_call *call, struct err *err);
bool verb_inbox_search(const struct cli_call *call, struct err *err);
bool verb_inbox_export(const struct cli_call *call, struct err *err);
bool verb_inbox_calendar(const struct cli_call *call, struct err *err);
bool verb_inbox_watch(const struct cli_call *call, struct err *err);
bool verb_resync(const struct cli_call *call, struct err *err);
bool verb_status(const struct cli_call *call, struct err *err);
bool verb_doctor(const struct cli_call *call, struct err *err);
bool verb_anchor(const struct cli_call *call, struct err *err);
bool verb_token(const struct cli_call *call, struct err *err);

bool verb_device_list(const struct cli_call *call, struct err *err);
bool verb_device_rotate(const struct cli_call *call, struct err *err);
bool verb_device_retire(const struct cli_call *call, struct err *err);
bool verb_web(const struct cli_call *call, struct err *err);
bool verb_config_show(const struct cli_call *call, struct err *err);

/* Loads the configuration as --config, --state and --set say. */
bool verb_config(const struct cli_call *call, struct config *ret, struct err *err);

/* The same, for verbs that need the key or leave something for the daemon: root becomes whose state it is. */
bool verb_config_as_owner(const struct cli_call *call, struct config *ret, struct err *err);

/* verb_config with this file in the place of --config; NULL: where files are looked for. */
bool verb_config_file(
	const struct cli_call *call, const char *path, struct config *ret, struct err *err) MUST_USE;

#endif
