#include "broker-plugins/check/check.h"
#include "common/language.h"
#include "common/limits.h"

#include <string.h>

/* Settings that must not be true; absent is fine unless `must_say_false`. */
static const struct switch_rule {
	const char *name;
	bool must_say_false; /* the broker's own default is true */
	const char *why;
} switch_rules[] = {
	{"per_listener_settings", false,
		LANGUAGE_TEXT("plugins get no tick then, and each listener has rights of its own")},
	{"allow_anonymous", true, LANGUAGE_TEXT("nobody connects without a token")},
	{"persistence", false,
		LANGUAGE_TEXT("nothing is kept on the broker's disk, and what is read back is stale")},
	{"retain_available", true,
		LANGUAGE_TEXT("nothing is kept for who comes later: the ledger answers")},
	{"use_identity_as_username", false, LANGUAGE_TEXT("the plugin is never asked then")},
	{"use_subject_as_username", false, LANGUAGE_TEXT("the plugin is never asked then")},
	{"use_username_as_clientid", false,
		LANGUAGE_TEXT(
			"client ids are <unit>.<device>, and two devices of a unit would push each other out")},
};

/* Settings that must not be there at all. */
static const struct absent_rule {
	const char *name; /* ends with '*': a prefix */
	const char *why;
} absent_rules[] = {
	{"password_file", LANGUAGE_TEXT("a password would let in who has no token")},
	{"psk_file", LANGUAGE_TEXT("a shared key would let in who has no token")},
	{"psk_hint", LANGUAGE_TEXT("a shared key would let in who has no token")},
	{"acl_file", LANGUAGE_TEXT("what it allows the plugin is never asked about")},
	{"auth_opt_*", LANGUAGE_TEXT("write plugin_opt_, so that it is checked")},
	{"connection", LANGUAGE_TEXT("a bridge is asked for no right: it reads and writes everything")},
	{"address", LANGUAGE_TEXT("a bridge is asked for no right: it reads and writes everything")},
	{"addresses", LANGUAGE_TEXT("a bridge is asked for no right: it reads and writes everything")},
	{"bridge_*", LANGUAGE_TEXT("a bridge is asked for no right: it reads and writes everything")},
	{"memory_limit",
		LANGUAGE_TEXT(
			"at the limit the broker cuts whoever publishes next, which is the dispatcher")},
	{"port", LANGUAGE_TEXT(
				 "its listener has the defaults of an old time: write 'listener PORT ADDRESS'")},
	{"bind_address",
		LANGUAGE_TEXT(
			"its listener has the defaults of an old time: write 'listener PORT ADDRESS'")},
};

/* Numbers that must be given, each within bounds. */
static const struct number_rule {
	const char *name;
	long long min;
	long long max;
	const char *why;
} number_rules[] = {
	/* The largest objects are 65,536 bytes; their topic and properties need a little more. */
	{"max_packet_size", LIMIT_SYNC_JWS + 1024, LIMIT_MQTT_PACKET,
		LANGUAGE_TEXT(
			"smaller cuts off what the protocol allows; larger or unset lets who has not signed in "
			"take "
			"up the broker's memory")},
	{"max_inflight_bytes", 1, 64LL * 1024 * 1024,
		LANGUAGE_TEXT("a client's own Receive Maximum escapes every other limit")},
	{"max_queued_messages", 2000, 1000000,
		LANGUAGE_TEXT("the default drops parts for a slow reader without a word, and 0 makes a "
					  "refused publish "
					  "cut "
					  "its sender")},
	{"max_queued_bytes", 1, 1024LL * 1024 * 1024,
		LANGUAGE_TEXT("without it one client that does not read can take up the broker's memory")},
};

static bool matches(const char *rule, const char *name)
{
	size_t len = strlen(rule);

	if (len > 0 && rule[len - 1] == '*')
		return strncmp(rule, name, len - 1) == 0;
	return strcmp(rule, name) == 0;
}

static void check_switch(const struct lines *lines, const char *file,
	const struct switch_rule *rule, struct findings *findings)
{
	bool is_there = false;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];

		if (strcmp(line->name, rule->name) != 0)
			continue;
		is_there = true;
		if (check_is_true(line->value))
			findings_add(findings, line, "'%s true': %s; write '%s false'", rule->name,
				language_text(rule->why), rule->name);
	}
	if (!is_there && rule->must_say_false)
		findings_add_missing(findings, file, "'%s' is missing: %s; write '%s false'", rule->name,
			language_text(rule->why), rule->name);
}

static void check_absent(
	const struct lines *lines, const struct absent_rule *rule, struct findings *findings)
{
	for (size_t i = 0; i < lines->count; i++)
		if (matches(rule->name, lines->items[i].name))
			findings_add(findings, &lines->items[i], "'%s': %s; take it out",
				ERR_QUOTED(lines->items[i].name), language_text(rule->why));
}

static void check_bounds(const struct lines *lines, const char *file,
	const struct number_rule *rule, struct findings *findings)
{
	bool is_there = false;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];
		long long number = check_number(line->value);

		if (strcmp(line->name, rule->name) != 0)
			continue;
		is_there = true;
		if (number < rule->min || number > rule->max)
			findings_add(findings, line, "'%s %s': %s; give it %lld to %lld", rule->name,
				ERR_QUOTED(line->value), language_text(rule->why), rule->min, rule->max);
	}
	if (!is_there)
		findings_add_missing(findings, file, "'%s' is missing: %s; give it %lld to %lld",
			rule->name, language_text(rule->why), rule->min, rule->max);
}

static void check_log(const struct lines *lines, struct findings *findings)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];

		if (strcmp(line->name, "log_type") == 0 &&
			(strcmp(line->value, "all") == 0 || strcmp(line->value, "debug") == 0 ||
				strcmp(line->value, "subscribe") == 0 || strcmp(line->value, "unsubscribe") == 0))
			findings_add(findings, line,
				"'log_type %s': a line for each message, written by the one thread that serves "
				"all; "
				"log error, warning and notice",
				line->value);
	}
}

/* Settings that this file and its neighbours judge, or that break nothing whatever their value. */
static const char *const known[] = {"allow_zero_length_clientid", "auto_id_prefix",
	"autosave_interval", "cafile", "capath", "certfile", "check_retain_source", "ciphers",
	"ciphers_tls1.3", "clientid_prefixes", "connection_messages", "crlfile", "dhparamfile",
	"include_dir", "keyfile", "listener", "log_dest", "log_facility", "log_timestamp",
	"log_timestamp_format", "log_type", "max_connections", "max_inflight_messages", "max_keepalive",
	"max_qos", "max_topic_alias", "message_size_limit", "persistence_file", "persistence_location",
	"persistent_client_expiration", "pid_file", "plugin", "auth_plugin", "plugin_opt_*", "protocol",
	"queue_qos0_messages", "require_certificate", "set_tcp_nodelay", "socket_domain",
	"sys_interval", "tls_engine", "tls_keyform", "tls_version", "mount_point", "bind_interface",
	"upgrade_outgoing_qos", "user"};

static bool has_rule(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(switch_rules); i++)
		if (strcmp(switch_rules[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(absent_rules); i++)
		if (matches(absent_rules[i].name, name))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(number_rules); i++)
		if (strcmp(number_rules[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (matches(known[i], name))
			return true;
	return false;
}

static void warn_unknown(const struct lines *lines, struct findings *findings)
{
	for (size_t i = 0; i < lines->count; i++)
		if (!has_rule(lines->items[i].name))
			findings_warn(findings, &lines->items[i],
				"'%s' is not known here: see that it lets nobody in and keeps nothing",
				ERR_QUOTED(lines->items[i].name));
}

static void warn_unless_set(const struct lines *lines, const char *file, const char *name,
	const char *why, struct findings *findings)
{
	const struct line whole = {.file = file};

	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->items[i].name, name) == 0)
			return;
	findings_warn(findings, &whole, "'%s' is not set: %s", name, language_text(why));
}

void check_global(const struct lines *lines, const char *file, struct findings *findings)
{
	for (size_t i = 0; i < ARRAY_LEN(switch_rules); i++)
		check_switch(lines, file, &switch_rules[i], findings);
	for (size_t i = 0; i < ARRAY_LEN(absent_rules); i++)
		check_absent(lines, &absent_rules[i], findings);
	for (size_t i = 0; i < ARRAY_LEN(number_rules); i++)
		check_bounds(lines, file, &number_rules[i], findings);
	check_log(lines, findings);
	warn_unknown(lines, findings);
	warn_unless_set(lines, file, "set_tcp_nodelay", "acknowledgements take 40 ms longer", findings);
	warn_unless_set(lines, file, "max_keepalive",
		"who is gone without a word may be taken for present for hours", findings);
}
