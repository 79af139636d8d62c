/*
 * Who the clients are. Client n is device d1 of unit-n; its key is derived from its name, so that whoever fills
 * the database makes the same.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_IDENTITY_H
#define CERTWIRE_TESTS_BENCH_LOAD_IDENTITY_H

#include "common/buf.h"
#include "common/ident.h"
#include "common/key.h"

enum credential { CREDENTIAL_NONE, CREDENTIAL_PASSWORD, CREDENTIAL_TOKEN, CREDENTIAL_FORGED };

struct identity {
	char unit[UNIT_SIZE];
	char client_id[CLIENT_ID_SIZE];
};

/* Unit `number`; below 0 the dispatcher. */
void identity_of(int number, struct identity *ret) NONNULL;

/* Its key: the seed is the digest of "certwire bench <client id>". New. */
void identity_key(const struct identity *who, struct signing_key *ret) NONNULL;

/*
 * Appends what it presents as its password: "pw-<client id>", or a token for `audience`, or one signed by
 * another key.
 */
void identity_password(const struct identity *who, enum credential credential, const char *audience,
	struct buf *out) NONNULL;

/* Parses "none", "password", "token", "forged". */
enum credential credential_of(const char *word) NONNULL;

#endif
