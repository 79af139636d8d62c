#include "publisher/cli/verbs.h"

#include "publisher/cli/keyline.h"

const struct cli_option key_show_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

bool verb_key_show(const struct cli_call *call, struct err *err)
{
	struct keyline line;

	return keyline_read(call->argv[0], &line, err) &&
		   keyline_print(&line, cli_has(call, "json"), err);
}
