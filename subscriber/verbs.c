#include "subscriber/verbs.h"

bool verb_config(const struct cli_call *call, struct config *ret, struct err *err)
{
	return config_load(cli_value(call, "config"), cli_value(call, "state"), ret, err);
}
