#include "broker-plugins/entitlement/options.h"

#include <stddef.h>

/* An option's name has three characters or more: Mosquitto refuses shorter ones. */
const struct conf_key entitlement_keys[] = {
	{"dsn", CONF_CONNINFO, offsetof(struct entitlement_options, dsn), .required = true,
		.help = "how to reach PostgreSQL, as role certwire_broker"},
	{"broker_name", CONF_LIST, offsetof(struct entitlement_options, broker_names), .required = true,
		.help = "host:port of this broker as units have it in their list; several with commas"},
	{"root_fingerprint", CONF_STRING, offsetof(struct entitlement_options, root_fingerprint),
		.required = true, .help = "fingerprint of the root key, eight groups of five digits"},
	{"max_staleness", CONF_DURATION, offsetof(struct entitlement_options, max_staleness_s),
		.fallback = "60", .min = 2, .max = 3600,
		.help = "age of the copy from which on everything is refused"},
	{"read_deadline", CONF_DURATION, offsetof(struct entitlement_options, read_deadline_s),
		.fallback = "60", .min = 5, .max = 3600,
		.help = "time for a client to answer 2 MiB that were sent to it, before it is cut"},
	{"poll_interval", CONF_DURATION, offsetof(struct entitlement_options, poll_interval_s),
		.fallback = "1", .min = 1, .max = 60,
		.help = "how often PostgreSQL is asked whether anything changed"},
	{"start_timeout", CONF_DURATION, offsetof(struct entitlement_options, start_timeout_s),
		.fallback = "120", .min = 1, .max = 600,
		.help = "how long the broker's start waits for the first whole copy"},
	{"reload_interval", CONF_DURATION, offsetof(struct entitlement_options, reload_interval_s),
		.fallback = "600", .min = 1, .max = 86400,
		.help = "how often everything is copied anew, whether or not something changed"},
	{"require_certificate", CONF_BOOL, offsetof(struct entitlement_options, require_certificate),
		.fallback = "false",
		.help = "whether a unit needs a TLS certificate that is registered for its device"},
	{0},
};

bool entitlement_options_finish(
	struct conf *conf, struct entitlement_options *options, struct err *err)
{
	if (!conf_finish(conf, err))
		return false;
	if (!fingerprint_parse(options->root_fingerprint, &options->root, err)) {
		err->kind = ERR_USAGE;
		return err_context(err, "plugin_opt_root_fingerprint");
	}
	if (options->max_staleness_s <= options->poll_interval_s)
		return err_set(err, ERR_USAGE,
			"plugin_opt_max_staleness (%lld s) must be longer than plugin_opt_poll_interval (%lld "
			"s)",
			(long long)options->max_staleness_s, (long long)options->poll_interval_s);
	return true;
}
