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
bool verb_resync(const struct cli_call *call, struct err *err);
bool verb_status(const struct cli_call *call, struct err *err);
bool verb_anchor(const struct cli_call *call, struct err *err);
bool verb_token(const struct cli_call *call, struct err *err);

/* Loads the configuration that --config and --state name. */
bool verb_config(const struct cli_call *call, struct config *ret, struct err *err);

#endif
