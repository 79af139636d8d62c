#include "broker-plugins/receipts/options.h"

#include <stddef.h>

const struct conf_key receipts_keys[] = {
	{"dsn", CONF_CONNINFO, offsetof(struct receipts_options, dsn), .required = true,
		.help = "how to reach PostgreSQL, as role certwire_broker"},
	{"broker_name", CONF_LIST, offsetof(struct receipts_options, broker_names), .required = true,
		.help = "host:port of this broker as units have it in their list; the first is recorded"},
	{"root_fingerprint", CONF_STRING, offsetof(struct receipts_options, root_fingerprint),
		.required = true, .help = "fingerprint of the root key, eight groups of five digits"},
	{"ring_size", CONF_INT, offsetof(struct receipts_options, ring_size), .fallback = "4096",
		.min = 16, .max = 65536,
		.help = "receipts that may wait for PostgreSQL before further ones are refused for now"},
	{0},
};

bool receipts_options_finish(struct conf *conf, struct receipts_options *options, struct err *err)
{
	if (!conf_finish(conf, err))
		return false;
	if (!fingerprint_parse(options->root_fingerprint, &options->root, err)) {
		err->kind = ERR_USAGE;
		return err_context(err, "plugin_opt_root_fingerprint");
	}
	return true;
}
