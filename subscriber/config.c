#include "subscriber/config.h"

#include "common/cleanup.h"
#include "common/limits.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_MAX_S (INT64_C(100) * 366 * 86400)

const struct conf_key config_keys[] = {
	{"unit", CONF_STRING, offsetof(struct config, unit), .required = true,
		.help = "id of the unit, as CNCERT registered it"},
	{"device", CONF_STRING, offsetof(struct config, device), .required = true,
		.help = "id of this device within the unit"},
	{"state", CONF_PATH, offsetof(struct config, state), .required = true,
		.help = "folder of key, state and spool"},
	{"inbox", CONF_PATH, offsetof(struct config, inbox),
		.help = "folder where documents land (default: inbox in the state folder)"},
	{"broker", CONF_LIST, offsetof(struct config, broker), .required = true,
		.help = "brokers in turn: mqtts://host:port, or host:port on this machine"},
	{"broker_ca", CONF_PATH, offsetof(struct config, broker_ca),
		.help = "certificates that vouch for the brokers (PEM); needed for mqtts"},
	{"tls_certificate", CONF_PATH, offsetof(struct config, tls_certificate),
		.help =
			"this device's own certificate (PEM), for brokers that ask for one (default: none)"},
	{"tls_key", CONF_PATH, offsetof(struct config, tls_key),
		.help = "the key of tls_certificate (PEM, mode 0600, no passphrase)"},
	{"root_fingerprint", CONF_STRING, offsetof(struct config, root_fingerprint), .required = true,
		.help = "fingerprint of CNCERT's root key, as read over the phone"},
	{"sync_interval", CONF_DURATION, offsetof(struct config, sync_interval_s), .fallback = "60s",
		.min = 1, .max = 3600, .help = "how often to ask what is owed"},
	{"keepalive", CONF_DURATION, offsetof(struct config, keepalive_s), .fallback = "60s", .min = 5,
		.max = 60, .help = "longest silence on the line before a ping"},
	{"quota", CONF_STRING, offsetof(struct config, quota),
		.help = "most that inbox and spool may take, such as 2G (default: what the disk has)"},
	{"keep", CONF_DURATION, offsetof(struct config, keep_age_s), .min = 3600, .max = KEEP_MAX_S,
		.help = "remove what was read from the inbox after so long, such as 365d (default: never)"},
	{"keep_number", CONF_INT, offsetof(struct config, keep_number), .min = 1, .max = 1000000,
		.help = "remove what was read beyond so many in each channel (default: never)"},
	{"on_publication", CONF_PATH, offsetof(struct config, on_publication),
		.help = "program run for each document stored (see hooks/)"},
	{"on_recall", CONF_PATH, offsetof(struct config, on_recall),
		.help = "program run for each document recalled"},
	{"on_deadline", CONF_PATH, offsetof(struct config, on_deadline),
		.help = "program run before a deadline, the end of replying, or a seminar"},
	{"deadline_notice", CONF_DURATION, offsetof(struct config, deadline_notice_s), .fallback = "3d",
		.min = 60, .max = KEEP_MAX_S, .help = "how long before it on_deadline is run"},
	{"hook_channels", CONF_LIST, offsetof(struct config, hook_channels),
		.help = "run programs for these channels alone (default: all)"},
	{"hook_kinds", CONF_LIST, offsetof(struct config, hook_kinds),
		.help = "run programs for these kinds alone: publish, supersede, recall (default: all)"},
	{"hook_timeout", CONF_DURATION, offsetof(struct config, hook_timeout_s), .fallback = "60s",
		.min = 1, .max = 3600, .help = "how long such a program may take"},
	{"user", CONF_STRING, offsetof(struct config, user),
		.help = "when started as root, become this user first (state and inbox must be its own)"},
	{"confine", CONF_BOOL, offsetof(struct config, confine), .fallback = "yes",
		.help = "give up what receiving does not need (seccomp, Landlock), where the kernel can"},
	{"log_level", CONF_STRING, offsetof(struct config, level), .fallback = "info",
		.help = "error, warning, info or debug"},
	{0},
};

static bool is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool broker_parse_port(const char *text, int *ret)
{
	char *end;
	long port;

	if (*text < '1' || *text > '9')
		return false;
	port = strtol(text, &end, 10);
	if (*end || end - text > 5 || port > 65535)
		return false;
	*ret = (int)port;
	return true;
}

static bool host_is_plain(const char *host, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_%", host[i]))
			return false;
	}
	return len > 0;
}

bool broker_parse(const char *text, struct broker *ret, struct err *err)
{
	struct broker broker = {.tls = strncmp(text, "mqtts://", 8) == 0};
	const char *name = broker.tls ? text + 8 : text;
	const char *colon = strrchr(name, ':');
	const char *host = name;
	size_t len;

	if (!colon || !broker_parse_port(colon + 1, &broker.port))
		return err_set(err, ERR_USAGE, "broker '%s': expected host:port or mqtts://host:port",
			ERR_QUOTED(text));
	len = (size_t)(colon - host);
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	} else if (memchr(host, ':', len)) {
		return err_set(err, ERR_USAGE,
			"broker '%s': an IPv6 address stands in brackets, [::1]:1883", ERR_QUOTED(text));
	}
	if (len >= sizeof broker.host || strlen(name) > LIMIT_AUDIENCE || !host_is_plain(host, len))
		return err_set(
			err, ERR_USAGE, "broker '%s': not the name or address of a host", ERR_QUOTED(text));
	memcpy(broker.host, host, len);
	(void)snprintf(broker.name, sizeof broker.name, "%s", name);
	if (!broker.tls && !is_loopback(broker.host))
		return err_set(err, ERR_USAGE,
			"broker '%s': without TLS only this machine's own address is allowed: "
			"write mqtts://%s",
			ERR_QUOTED(text), broker.name);
	*ret = broker;
	return true;
}

bool config_parse_size(const char *text, int64_t *ret, struct err *err)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	long long value;
	int shift = 0;

	value = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : -1;
	if (value < 0 || value > INT64_C(1) << 50)
		return err_set(err, ERR_USAGE, "'%s' is no size: write 500M or 2G", ERR_QUOTED(text));
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1] || value >= INT64_C(1) << 20)
			return err_set(err, ERR_USAGE, "'%s' is no size: write 500M or 2G", ERR_QUOTED(text));
		shift = 10 * (int)(unit - units + 1);
	}
	*ret = value << shift;
	return true;
}

static bool config_derive_brokers(struct config *config, struct err *err)
{
	if (config->broker.count > BROKERS_MAX)
		return err_set(err, ERR_USAGE, "more than %d brokers", BROKERS_MAX);
	for (size_t i = 0; i < config->broker.count; i++) {
		if (!broker_parse(config->broker.items[i], &config->brokers[i], err))
			return false;
		if (config->brokers[i].tls && !config->broker_ca)
			return err_set(err, ERR_USAGE,
				"broker '%s' needs broker_ca, the certificates to check it by",
				config->broker.items[i]);
	}
	config->broker_count = config->broker.count;
	return true;
}

/* Certificate and key come together, and only TLS can present them. */
static bool config_derive_certificate(const struct config *config, struct err *err)
{
	if (config->tls_certificate && !config->tls_key)
		return err_set(err, ERR_USAGE, "tls_certificate is set without tls_key, its key");
	if (config->tls_key && !config->tls_certificate)
		return err_set(err, ERR_USAGE, "tls_key is set without tls_certificate");
	if (!config->tls_certificate)
		return true;
	for (size_t i = 0; i < config->broker_count; i++) {
		if (config->brokers[i].tls)
			return true;
	}
	return err_set(
		err, ERR_USAGE, "tls_certificate is set, but no broker is given as mqtts://host:port");
}

static bool config_derive(struct config *config, struct err *err)
{
	char *inbox;

	if (!ident_is_unit(config->unit, strlen(config->unit)) ||
		strcmp(config->unit, IDENT_DISPATCHER) == 0)
		return err_set(err, ERR_USAGE, "unit '%s' is no unit id", ERR_QUOTED(config->unit));
	if (!ident_is_device(config->device, strlen(config->device)))
		return err_set(err, ERR_USAGE, "device '%s' is no device id", ERR_QUOTED(config->device));
	(void)ident_client_id(config->unit, config->device, config->client_id);
	if (!config_derive_brokers(config, err) || !config_derive_certificate(config, err))
		return false;
	if (!fingerprint_parse(config->root_fingerprint, &config->root, err))
		return err_context(err, "root_fingerprint");
	if (config->quota && !config_parse_size(config->quota, &config->quota_bytes, err))
		return err_context(err, "quota");
	if (!log_level_parse(config->level, &config->log_level))
		return err_set(err, ERR_USAGE, "log_level '%s': error, warning, info or debug",
			ERR_QUOTED(config->level));
	if (!config->inbox) {
		if (asprintf(&inbox, "%s/inbox", config->state) < 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
		config->inbox = inbox;
	}
	return true;
}

bool config_finish(struct config *config, struct err *err)
{
	if (conf_finish(&config->conf, err) && config_derive(config, err))
		return true;
	config_release(config);
	return false;
}

bool config_read_text(
	const char *source, const char *text, size_t len, struct config *ret, struct err *err)
{
	*ret = (struct config){.unit = NULL};
	conf_init(&ret->conf, config_keys, ret);
	if (conf_parse(&ret->conf, source, text, len, err))
		return true;
	config_release(ret);
	return false;
}

bool config_parse(
	const char *source, const char *text, size_t len, struct config *ret, struct err *err)
{
	return config_read_text(source, text, len, ret, err) && config_finish(ret, err);
}

void config_release(struct config *config)
{
	conf_release(&config->conf);
	*config = (struct config){.unit = NULL};
}
