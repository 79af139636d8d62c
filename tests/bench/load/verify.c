#include <sodium.h>
#include <string.h>
#include <time.h>

#include "common/token.h"
#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* As long as a token that is signed, header and all. */
enum { ROUNDS = 5000, SIGNED_BYTES = 220 };

static double thread_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool load_verify(const struct cli_call *call, struct err *err)
{
	uint8_t message[SIGNED_BYTES] = {0}, signature[crypto_sign_BYTES];
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	json_t *figures = json_object();
	double began;

	(void)call;
	crypto_sign_keypair(public, secret);
	crypto_sign_detached(signature, NULL, message, sizeof(message), secret);
	began = thread_s();
	for (int i = 0; i < ROUNDS; i++)
		if (crypto_sign_verify_detached(signature, message, sizeof(message), public) != 0)
			give_up("a signature does not verify");
	json_object_set_new(figures, "verify_s", json_real((thread_s() - began) / ROUNDS));
	sodium_memzero(secret, sizeof(secret));
	return load_print(figures, err);
}
