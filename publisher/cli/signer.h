/*
 * A person's own key: which file, whose, and the passphrase that opens it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_SIGNER_H
#define CERTWIRE_PUBLISHER_CLI_SIGNER_H

#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/keyfile.h"
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

/* The person's own key, found in a keyset. */
struct signer {
	struct keyfile file;
	const char *path; /* borrowed from the settings */
	char kid[KID_SIZE];
	const struct keyset_key *entry; /* borrowed from the keyset */
	struct signing_key key; /* once unlocked */
};

/* clang-format off */
#define SIGNER_INIT {.file = KEYFILE_INIT, .key = SIGNING_KEY_INIT}
/* clang-format on */

#define auto_signer CLEANUP(signer_release)

void signer_release(struct signer *signer) NONNULL;

/*
 * Loads the settings' key, which the keyset must list in that role and which must be valid now: so
 * nobody types a passphrase for nothing. `*ret` is new; it outlives neither session nor keyset.
 */
bool signer_load(const struct session *session, const struct keyset *keyset, enum key_role role,
	struct signer *ret, struct err *err) MUST_USE NONNULL;

/* The same for who only reads what is published: an editor's key, or recovery's. */
bool signer_load_reader(const struct session *session, const struct keyset *keyset,
	struct signer *ret, struct err *err) MUST_USE NONNULL;

/* The same from the file alone, whatever keysets say: an editor's or registrar's. */
bool signer_load_unlisted(
	const struct session *session, struct signer *ret, struct err *err) MUST_USE NONNULL;

/* Whether the settings' key can be opened without asking anybody: unlocked, or by a passphrase file. */
bool signer_at_hand(const struct session *session) MUST_USE NONNULL;

/* Opens it with its passphrase, though the kernel may have it (publisher/cli/keychain.h). */
bool signer_unlock_anew(
	const struct session *session, struct signer *signer, struct err *err) MUST_USE NONNULL;

/*
 * Opens it: `signer->key` can sign. Takes it from the kernel's keyring where it is unlocked there, else
 * asks for the passphrase unless the settings name a file of it.
 */
bool signer_unlock(
	const struct session *session, struct signer *signer, struct err *err) MUST_USE NONNULL;

#endif
