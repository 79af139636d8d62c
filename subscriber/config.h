/*
 * The configuration of a unit's device: one table of keys, checked once, used everywhere.
 */
#ifndef CERTWIRE_SUBSCRIBER_CONFIG_H
#define CERTWIRE_SUBSCRIBER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/log.h"
#include "common/macros.h"

enum { BROKERS_MAX = 16, BROKER_HOST_SIZE = 254 };

/* One of the brokers, in the order in which they are tried. */
struct broker {
	char name[BROKER_HOST_SIZE + 8]; /* "host:port": the audience of tokens */
	char host[BROKER_HOST_SIZE]; /* without brackets */
	int port;
	bool tls;
};

struct config {
	/* As the table has them. */
	char *unit;
	char *device;
	char *state;
	char *inbox;
	struct conf_list broker;
	char *broker_ca;
	char *tls_certificate; /* NULL, and the next as well: none is presented */
	char *tls_key;
	char *root_fingerprint;
	int64_t sync_interval_s;
	int64_t keepalive_s;
	char *quota;
	int64_t keep_age_s; /* 0: for ever */
	int64_t keep_number; /* in each channel; 0: all */
	char *on_publication;
	char *on_recall;
	char *on_deadline;
	struct conf_list hook_channels;
	struct conf_list hook_kinds;
	int64_t hook_timeout_s;
	int64_t deadline_notice_s;
	char *level;
	char *user;
	bool confine;

	/* What follows from them. */
	struct broker brokers[BROKERS_MAX];
	size_t broker_count;
	struct fingerprint root;
	int64_t quota_bytes; /* 0: none */
	enum log_level log_level;
	char client_id[CLIENT_ID_SIZE];

	struct conf conf; /* owns the strings above */
};

#define auto_config CLEANUP(config_release)

extern const struct conf_key config_keys[];

/* Where settings come from, each over the ones before: files, environment, command line. */
struct config_sources {
	const char *path; /* the one file; NULL: as below */
	const char *state_dir; /* overrides the key `state`; NULL: no */
	const char *const *settings; /* "key=value", ends with NULL; NULL: none */
};

/*
 * Without a path: unit.conf in the state folder if one was given, or else CONFIG_SYSTEM and then the
 * user's own file, of which one may be absent. After them the variables CERTWIRE_UNIT_<KEY>, after
 * those the settings. Names what is wrong by file and line, variable or option; what no source may
 * say is refused.
 */
bool config_load(
	const struct config_sources *sources, struct config *ret, struct err *err) MUST_USE NONNULL;

#define CONFIG_SYSTEM "/etc/certwire/unit.conf"
#define CONFIG_VARIABLE "CERTWIRE_UNIT_"

/* The same from text, for tests. */
bool config_parse(const char *source, const char *text, size_t len, struct config *ret,
	struct err *err) MUST_USE NONNULL;

/* What a text gives, as it is: no defaults, and what it does not give is NULL. */
bool config_read_text(const char *source, const char *text, size_t len, struct config *ret,
	struct err *err) MUST_USE NONNULL;

/*
 * Defaults and checks once every source was read into `config->conf`; on failure the config is
 * released. For config_sources.c.
 */
bool config_finish(struct config *config, struct err *err) MUST_USE NONNULL;

/* Where a key's value is from: "file:line", "default", a variable or an option. Borrowed. */
const char *config_origin(const struct config *config, const char *key) MUST_USE NONNULL;

void config_release(struct config *config) NONNULL;

/* Where config_load looks when `path` is NULL; new, the caller frees. */
bool config_default_path(const char *state_dir, char **ret, struct err *err) MUST_USE;

/* Appends each key that `text` does not give yet, as comments that say what it is for. */
bool config_comment(struct buf *text, struct err *err) MUST_USE NONNULL;

/*
 * "host:port", "[::1]:port" or "mqtts://host:port". Without TLS only a loopback address or
 * "localhost" is let through, because anyone on the way could read and forge the rest. ERR_USAGE.
 */
bool broker_parse(const char *text, struct broker *ret, struct err *err) MUST_USE NONNULL;

/* "2G": a whole number with an optional K, M, G or T (powers of 1024). ERR_USAGE. */
bool config_parse_size(const char *text, int64_t *ret, struct err *err) MUST_USE NONNULL;

#endif
