#include "publisher/dispatch/config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct settings, name)

const struct conf_key config_keys[] = {
	{"dsn", CONF_CONNINFO, FIELD(dsn), .required = true,
		.help = "how to reach PostgreSQL, as a member of certwire_dispatcher"},
	{"name", CONF_STRING, FIELD(name), .required = true,
		.help = "name of this dispatcher; its client id at the brokers is dispatcher.<name>"},
	{"key", CONF_PATH, FIELD(key), .required = true, .help = "its key file (role dispatcher)"},
	{"root_fingerprint", CONF_STRING, FIELD(root_fingerprint), .required = true,
		.help = "fingerprint of the root key that signs the keysets"},
	{"broker", CONF_LIST, FIELD(brokers), .required = true,
		.help = "brokers to feed: mqtts://host:port, or host:port on this machine"},
	{"broker_ca", CONF_PATH, FIELD(broker_ca),
		.help = "certificates (PEM) that vouch for the brokers"},
	{"poll_interval", CONF_DURATION, FIELD(poll_interval_s), .fallback = "1s", .min = 1, .max = 60,
		.help = "how often to look into PostgreSQL without being notified"},
	{"lease", CONF_DURATION, FIELD(lease_s), .fallback = "5s", .min = 2, .max = 300,
		.help = "how long this dispatcher stays the only one without renewing"},
	{"push_parts", CONF_INT, FIELD(push_parts), .fallback = "32", .min = 0, .max = 4096,
		.help = "parts of a fresh publication pushed to its channel; units ask for the rest"},
	{"offer_retry", CONF_DURATION, FIELD(offer_retry_s), .fallback = "30s", .min = 1, .max = 3600,
		.help = "first wait before an unanswered offer is repeated; it doubles"},
	{"metrics", CONF_STRING, FIELD(metrics),
		.help = "host:port on this machine where Prometheus finds /metrics; unset: nowhere"},
	{"log_level", CONF_STRING, FIELD(log_level), .fallback = "info",
		.help = "error, warning, info or debug"},
	{0},
};

static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcmp(host, "localhost") == 0;
}

/* Splits "host:port" or "[v6]:port". */
static bool split_host(const char *name, struct broker_address *out, struct err *err)
{
	const char *colon = strrchr(name, ':');
	const char *host = name;
	size_t host_len = colon ? (size_t)(colon - name) : 0;
	char *end;
	long port;

	if (host_len >= 2 && name[0] == '[' && colon[-1] == ']') {
		host++;
		host_len -= 2;
	} else if (memchr(host, ':', host_len)) {
		return err_set(err, ERR_USAGE, "an IPv6 address needs brackets, as in [::1]:1883");
	}
	if (host_len == 0 || host_len >= sizeof out->host)
		return err_set(err, ERR_USAGE, "expected host:port or mqtts://host:port");
	port = strtol(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || port < 1 || port > 65535)
		return err_set(err, ERR_USAGE, "the port must be a number from 1 to 65535");
	memcpy(out->host, host, host_len);
	out->host[host_len] = '\0';
	out->port = (int)port;
	return true;
}

bool config_parse_broker(const char *text, struct broker_address *ret, struct err *err)
{
	struct broker_address address = {0};
	const char *name = text;

	if (strncmp(text, "mqtts://", 8) == 0) {
		address.tls = true;
		name += 8;
	} else if (strncmp(text, "mqtt://", 7) == 0) {
		name += 7;
	}
	if (strlen(name) >= sizeof address.name)
		return err_set(err, ERR_USAGE, "broker '%s' is longer than %d bytes", ERR_QUOTED(text),
			CONFIG_BROKER_NAME_SIZE - 1);
	memcpy(address.name, name, strlen(name) + 1);
	if (!split_host(name, &address, err))
		return err_context(err, "broker '%s'", ERR_QUOTED(text));
	if (!address.tls && !is_loopback(address.host))
		return err_set(err, ERR_USAGE,
			"broker '%s' is not on this machine: use mqtts:// (plain MQTT is for loopback only)",
			ERR_QUOTED(text));
	*ret = address;
	return true;
}

bool config_parse_metrics(const char *text, struct sockaddr_storage *ret, struct err *err)
{
	struct broker_address address = {0};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const char *host = address.host;

	if (!split_host(text, &address, err))
		return err_context(err, "metrics '%s'", ERR_QUOTED(text));
	if (!is_loopback(host))
		return err_set(err, ERR_USAGE,
			"metrics '%s' is not on this machine: they are served on loopback only, as in "
			"127.0.0.1:9464",
			ERR_QUOTED(text));
	*ret = (struct sockaddr_storage){0};
	v4.sin_port = v6.sin6_port = htons((uint16_t)address.port);
	if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
		memcpy(ret, &v6, sizeof v6);
		return true;
	}
	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(ret, &v4, sizeof v4);
	return true;
}

static bool check_brokers(struct config *config, struct err *err)
{
	const struct conf_list *list = &config->settings.brokers;

	if (list->count > CONFIG_BROKERS_MAX)
		return err_set(
			err, ERR_USAGE, "%zu brokers are more than %d", list->count, CONFIG_BROKERS_MAX);
	for (size_t i = 0; i < list->count; i++) {
		struct broker_address *address = &config->addresses[i];

		if (!config_parse_broker(list->items[i], address, err))
			return false;
		if (address->tls && !config->settings.broker_ca)
			return err_set(err, ERR_USAGE, "broker '%s' speaks TLS: set broker_ca", address->name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(address->name, config->addresses[j].name) == 0)
				return err_set(err, ERR_USAGE, "broker '%s' is given twice", address->name);
	}
	config->address_count = list->count;
	return true;
}

bool config_load(struct config *config, const char *path, struct err *err)
{
	memset(config, 0, sizeof *config);
	conf_init(&config->conf, config_keys, &config->settings);
	if (!conf_load(&config->conf, path, err) || !check_brokers(config, err))
		return false;
	if (!log_level_parse(config->settings.log_level, &config->log_level))
		return err_set(err, ERR_USAGE, "log_level '%s' is not one of error, warning, info, debug",
			ERR_QUOTED(config->settings.log_level));
	return !config->settings.metrics ||
		   config_parse_metrics(config->settings.metrics, &config->metrics, err);
}

void config_release(struct config *config)
{
	conf_release(&config->conf);
}
