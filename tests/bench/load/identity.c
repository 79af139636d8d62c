#include "tests/bench/load/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/token.h"
#include "tests/bench/load/must.h"

void identity_of(int number, struct identity *ret)
{
	if (number < 0)
		snprintf(ret->unit, sizeof(ret->unit), "dispatcher");
	else
		snprintf(ret->unit, sizeof(ret->unit), "unit-%d", number);
	snprintf(
		ret->client_id, sizeof(ret->client_id), number < 0 ? "dispatcher.a" : "unit-%d.d1", number);
}

static void key_of(const char *name, struct signing_key *ret)
{
	char text[64 + CLIENT_ID_SIZE];
	uint8_t seed[KEY_SEED_BYTES];
	int len = snprintf(text, sizeof(text), "certwire bench %s", name);

	crypto_generichash(seed, sizeof(seed), (const uint8_t *)text, (unsigned long long)len, NULL, 0);
	MUST(signing_key_from_seed(seed, ret, &err));
}

void identity_key(const struct identity *who, struct signing_key *ret)
{
	key_of(who->client_id, ret);
}

/* The device's own key id on a signature by nobody: as far as the verification, and no further. */
static void token_forged(const struct identity *who, const char *audience, struct buf *out)
{
	auto_signing_key struct signing_key own = SIGNING_KEY_INIT;
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;

	identity_key(who, &own);
	key_of("nobody", &key);
	memcpy(key.kid, own.kid, sizeof(key.kid));
	MUST(token_make(who->client_id, audience, time(NULL), &key, out, &err));
}

void identity_password(
	const struct identity *who, enum credential credential, const char *audience, struct buf *out)
{
	if (credential == CREDENTIAL_PASSWORD) {
		MUST(buf_printf(out, &err, "pw-%s", who->client_id));
	} else if (credential == CREDENTIAL_FORGED) {
		token_forged(who, audience, out);
	} else if (credential == CREDENTIAL_TOKEN) {
		auto_signing_key struct signing_key key = SIGNING_KEY_INIT;

		identity_key(who, &key);
		MUST(token_make(who->client_id, audience, time(NULL), &key, out, &err));
	}
}

enum credential credential_of(const char *word)
{
	static const char *const words[] = {"none", "password", "token", "forged"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(word, words[i]))
			return (enum credential)i;
	give_up("no such credential as '%s': none, password, token or forged", word);
}
