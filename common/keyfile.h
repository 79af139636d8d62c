/*
 * Key files (docs/protocol.md section 2): a text of a few lines, its secret sealed by a passphrase
 * unless the role allows otherwise.
 *
 * Every refusal of a file has code 901, a wrong passphrase 902. A whole file is only ever held in
 * guarded memory.
 */
#ifndef CERTWIRE_COMMON_KEYFILE_H
#define CERTWIRE_COMMON_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/role.h"
#include "common/secret.h"

/* Effort of Argon2id. */
struct keyfile_cost {
	unsigned long long operations; /* 1 to 10 */
	size_t memory_bytes; /* 8 MiB to 1 GiB */
};

/* 3 operations over 256 MiB: about a second. */
extern const struct keyfile_cost keyfile_cost_default;

struct keyfile {
	enum key_role role;
	char name[LIMIT_KEY_NAME + 1];
	struct public_key public;
	bool is_protected;
	struct keyfile_cost cost; /* when protected, as are the next two */
	uint8_t salt[16];
	struct buf header; /* the lines above "secret:", which the seal covers */
	struct secret *secret; /* owned: the seed, or nonce and sealed seed */
};

/* clang-format off */
#define KEYFILE_INIT {.secret = NULL}
/* clang-format on */

#define auto_keyfile CLEANUP(keyfile_release)

void keyfile_release(struct keyfile *file) NONNULL;

/* Opens no file and needs no passphrase. `*ret` is new. */
bool keyfile_parse(
	const void *text, size_t len, struct keyfile *ret, struct err *err) MUST_USE NONNULL;

/*
 * The key itself. `passphrase` is NULL exactly when the file is not protected (ERR_USAGE
 * otherwise). Checks that the seed belongs to the public key of the file. `*ret` is new.
 */
bool keyfile_open(const struct keyfile *file, const struct secret *passphrase,
	struct signing_key *ret, struct err *err) MUST_USE;

/*
 * The file's text, new, in guarded memory. `passphrase` NULL: unprotected, ERR_DENIED when the role
 * must be protected. `cost` NULL: the default.
 */
bool keyfile_format(enum key_role role, const char *name, const struct signing_key *key,
	const struct secret *passphrase, const struct keyfile_cost *cost, struct secret **ret,
	struct err *err) MUST_USE;

/* keyfile_parse of a file: no symbolic link, owned by the effective user, mode 0600 or 0400. */
bool keyfile_load(const char *path, struct keyfile *ret, struct err *err) MUST_USE NONNULL;

/* keyfile_format into a new file of mode 0600, durably; refuses (ERR_DENIED) an existing one. */
bool keyfile_create(const char *path, enum key_role role, const char *name,
	const struct signing_key *key, const struct secret *passphrase, const struct keyfile_cost *cost,
	struct err *err) MUST_USE;

/* keyfile_load and keyfile_open of an unprotected key of that role: for daemons. */
bool keyfile_load_unprotected(const char *path, enum key_role role, struct signing_key *ret,
	struct err *err) MUST_USE NONNULL;

#endif
