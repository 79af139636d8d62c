#include <sodium.h>
#include <time.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* As long as what is signed: a token or receipt; an entry; and what a grant seals. */
enum { ROUNDS = 5000, VERIFIED_BYTES = 220, SIGNED_BYTES = 1500, SEALED_BYTES = 48 };

struct keys {
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

static double thread_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double verify_s(const struct keys *keys)
{
	uint8_t message[VERIFIED_BYTES] = {0}, signature[crypto_sign_BYTES];
	double began;

	crypto_sign_detached(signature, NULL, message, sizeof(message), keys->secret);
	began = thread_s();
	for (int i = 0; i < ROUNDS; i++)
		if (crypto_sign_verify_detached(signature, message, sizeof(message), keys->public) != 0)
			give_up("a signature does not verify");
	return (thread_s() - began) / ROUNDS;
}

static double sign_s(const struct keys *keys)
{
	uint8_t message[SIGNED_BYTES] = {0}, signature[crypto_sign_BYTES];
	double began = thread_s();

	for (int i = 0; i < ROUNDS; i++)
		crypto_sign_detached(signature, NULL, message, sizeof(message), keys->secret);
	return (thread_s() - began) / ROUNDS;
}

/* The sealed box alone: what is sealed to can be made from the device's signing key once. */
static double seal_s(const struct keys *keys)
{
	uint8_t message[SEALED_BYTES] = {0}, sealed[SEALED_BYTES + crypto_box_SEALBYTES];
	uint8_t box[crypto_box_PUBLICKEYBYTES];
	double began;

	if (crypto_sign_ed25519_pk_to_curve25519(box, keys->public) != 0)
		give_up("a public key is none");
	began = thread_s();
	for (int i = 0; i < ROUNDS; i++)
		if (crypto_box_seal(sealed, message, sizeof(message), box) != 0)
			give_up("nothing seals");
	return (thread_s() - began) / ROUNDS;
}

bool load_verify(const struct cli_call *call, struct err *err)
{
	json_t *figures = json_object();
	struct keys keys;

	(void)call;
	crypto_sign_keypair(keys.public, keys.secret);
	json_object_set_new(figures, "verify_s", json_real(verify_s(&keys)));
	json_object_set_new(figures, "sign_s", json_real(sign_s(&keys)));
	json_object_set_new(figures, "seal_s", json_real(seal_s(&keys)));
	sodium_memzero(&keys, sizeof(keys));
	return load_print(figures, err);
}
