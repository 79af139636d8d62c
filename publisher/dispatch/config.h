/*
 * What the dispatcher is told in its configuration file.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_CONFIG_H
#define CERTWIRE_PUBLISHER_DISPATCH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/conf.h"
#include "common/err.h"
#include "common/log.h"
#include "common/macros.h"

enum {
	CONFIG_BROKERS_MAX = 16,
	/* Longest broker name: the limit of a connect token's `aud`. */
	CONFIG_BROKER_NAME_SIZE = 256,
	CONFIG_HOST_SIZE = 256
};

/* A broker as the configuration names it. */
struct broker_address {
	char name[CONFIG_BROKER_NAME_SIZE]; /* "host:port", what the broker's tokens are made for */
	char host[CONFIG_HOST_SIZE]; /* without brackets */
	int port; /* 1 to 65535 */
	bool tls;
};

struct settings {
	char *dsn;
	char *name; /* a device id: the lease's holder, and dispatcher.<name> at the brokers */
	char *key; /* path of the key file */
	char *root_fingerprint;
	struct conf_list brokers;
	char *broker_ca; /* path, NULL when no broker needs it */
	int64_t poll_interval_s;
	int64_t lease_s;
	int64_t push_parts; /* parts of a fresh publication that go to its channel's topic */
	int64_t offer_retry_s; /* first wait before an offer is repeated */
	char *metrics; /* host:port on loopback; NULL: no metrics are served */
	char *log_level;
};

struct config {
	struct settings settings;
	struct conf conf;
	struct broker_address addresses[CONFIG_BROKERS_MAX];
	size_t address_count;
	struct sockaddr_storage metrics; /* settings.metrics as read */
	enum log_level log_level;
};

extern const struct conf_key config_keys[];

/*
 * Reads and checks the file; ERR_USAGE names file and line, or the key. `config` needs no
 * initialising; config_release it, also after a failure.
 */
bool config_load(struct config *config, const char *path, struct err *err) MUST_USE NONNULL;
void config_release(struct config *config) NONNULL;

/*
 * "host:port", "mqtt://host:port" or "mqtts://host:port"; an IPv6 address in brackets. Without TLS
 * only localhost, 127.0.0.0/8 and ::1 are accepted: tokens and sealed traffic leave the machine
 * inside TLS or not at all. ERR_USAGE.
 */
bool config_parse_broker(
	const char *text, struct broker_address *ret, struct err *err) MUST_USE NONNULL;

/*
 * "host:port" of this machine alone, as above: who may read metrics is who may log in here. ERR_USAGE.
 */
bool config_parse_metrics(
	const char *text, struct sockaddr_storage *ret, struct err *err) MUST_USE NONNULL;

#endif
