/*
 * What a verb works with: settings from the configuration file and the options above them, the
 * connection to PostgreSQL, and the keysets believed by the pinned root alone.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SESSION_H
#define CERTWIRE_PUBLISHER_CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/cli.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "db/pg.h"

struct settings {
	char *dsn;
	char *root_fingerprint;
	char *key;
	char *passphrase_file;
};

struct session {
	struct conf conf;
	struct settings settings;
	struct pg *pg; /* NULL until session_connect */
	int64_t now; /* when the verb began */
};

/* clang-format off */
#define SESSION_INIT {.pg = NULL}
/* clang-format on */

#define auto_session CLEANUP(session_release)

/* What certwire.conf may hold. */
extern const struct conf_key session_keys[];

/* Options that every verb takes: config, dsn, root. */
extern const struct cli_option session_options[];

/* Options of a verb that uses the person's own key, for its table. */
/* clang-format off */
#define SESSION_KEY_OPTIONS \
	{"key", "FILE", "your key file", false}, \
	{"passphrase-file", "FILE", "read the passphrase from its first line", false}
/* clang-format on */

/*
 * Reads --config, or ~/.config/certwire/certwire.conf when it exists, then the options over it.
 * `*ret` must not move in memory until session_release.
 */
bool session_init(
	struct session *ret, const struct cli_call *call, struct err *err) MUST_USE NONNULL;
void session_release(struct session *session) NONNULL;

/* Connects as psql does; does nothing when connected. */
bool session_connect(struct session *session, struct err *err) MUST_USE NONNULL;

/* The pinned root. ERR_USAGE saying how to pin one when there is none. */
bool session_root(
	const struct session *session, struct fingerprint *ret, struct err *err) MUST_USE NONNULL;

/* Connects, reads all keysets and believes those that follow from the root. `*ret` is new; it may be
 * empty, and its newest expired. */
bool session_keyring(
	struct session *session, struct keyring *ret, struct err *err) MUST_USE NONNULL;

/*
 * The same, and the newest keyset must be there and be in force now. `*ret_newest` is borrowed from
 * the ring.
 */
bool session_trust(struct session *session, struct keyring *ret, const struct keyset **ret_newest,
	struct err *err) MUST_USE NONNULL;

/*
 * After a failure: when PostgreSQL denied it to this login, says `whose` work it is, such as "an auditor
 * or administrator". Returns false.
 */
bool session_denied(const struct session *session, const char *whose, struct err *err) NONNULL;

#endif
