/*
 * A person's own key: which file, whose, and the passphrase that opens it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SIGNER_H
#define CERTWIRE_PUBLISHER_CLI_SIGNER_H

#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/macros.h"
#include "common/role.h"
#include "common/secret.h"
#include "publisher/cli/session.h"

enum { PASSPHRASE_MIN = 8 };

/* The first line of a file of mode 0600, without its line end. `*ret` is new. */
bool passphrase_read(const char *path, struct secret **ret, struct err *err) MUST_USE NONNULL;

/* A new passphrase: from the file when given, else asked for twice. At least PASSPHRASE_MIN bytes. */
bool passphrase_new(const char *path, struct secret **ret, struct err *err) MUST_USE;

/*
 * Opens the key file `path`, which must be of that role; asks for the passphrase unless the settings
 * name a file of it. `*ret` is new.
 */
bool signer_open(const struct session *session, const char *path, enum key_role role,
	struct signing_key *ret, struct err *err) MUST_USE NONNULL;

/*
 * signer_open of the settings' key, once it is known that the keyset lists it in that role and that
 * it is valid now: nobody types a passphrase for nothing. `*ret_entry` is borrowed from the keyset.
 */
bool signer_open_own(const struct session *session, const struct keyset *keyset, enum key_role role,
	struct signing_key *ret, const struct keyset_key **ret_entry, struct err *err) MUST_USE NONNULL;

#endif
