#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* As long as what is signed: a token or receipt; an entry; and what a grant seals. */
enum { ROUNDS = 5000, VERIFIED_BYTES = 220, SIGNED_BYTES = 1500, SEALED_BYTES = 48 };

/* As many keys take turns as the service meets: with one alone the processor learns the way through its digits. */
enum { DEVICES = 1000 };

struct device {
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t box[crypto_box_PUBLICKEYBYTES];
	uint8_t message[VERIFIED_BYTES];
	uint8_t signature[crypto_sign_BYTES];
};

static double thread_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct device *make_devices(void)
{
	struct device *devices = calloc(DEVICES, sizeof(*devices));

	if (!devices)
		give_up("out of memory for %d devices", DEVICES);
	for (int i = 0; i < DEVICES; i++) {
		struct device *device = &devices[i];

		crypto_sign_keypair(device->public, device->secret);
		randombytes_buf(device->message, sizeof(device->message));
		crypto_sign_detached(
			device->signature, NULL, device->message, sizeof(device->message), device->secret);
		/* What is sealed to can be made from the device's signing key once. */
		if (crypto_sign_ed25519_pk_to_curve25519(device->box, device->public) != 0)
			give_up("a public key is none");
	}
	return devices;
}

static double verify_s(const struct device *devices, int count)
{
	double began = thread_s();

	for (int i = 0; i < ROUNDS; i++) {
		const struct device *device = &devices[i % count];

		if (crypto_sign_verify_detached(
				device->signature, device->message, sizeof(device->message), device->public) != 0)
			give_up("a signature does not verify");
	}
	return (thread_s() - began) / ROUNDS;
}

/* By one key, the dispatcher's. */
static double sign_s(const struct device *dispatcher)
{
	uint8_t message[SIGNED_BYTES] = {0}, signature[crypto_sign_BYTES];
	double began = thread_s();

	for (int i = 0; i < ROUNDS; i++) {
		memcpy(message, &i, sizeof(i));
		crypto_sign_detached(signature, NULL, message, sizeof(message), dispatcher->secret);
	}
	return (thread_s() - began) / ROUNDS;
}

/* The sealed box alone. */
static double seal_s(const struct device *devices)
{
	uint8_t message[SEALED_BYTES] = {0}, sealed[SEALED_BYTES + crypto_box_SEALBYTES];
	double began = thread_s();

	for (int i = 0; i < ROUNDS; i++)
		if (crypto_box_seal(sealed, message, sizeof(message), devices[i % DEVICES].box) != 0)
			give_up("nothing seals");
	return (thread_s() - began) / ROUNDS;
}

bool load_verify(const struct cli_call *call, struct err *err)
{
	json_t *figures = json_object();
	struct device *devices = make_devices();

	(void)call;
	json_object_set_new(figures, "verify_s", json_real(verify_s(devices, DEVICES)));
	json_object_set_new(figures, "verify_one_key_s", json_real(verify_s(devices, 1)));
	json_object_set_new(figures, "sign_s", json_real(sign_s(devices)));
	json_object_set_new(figures, "seal_s", json_real(seal_s(devices)));
	sodium_memzero(devices, DEVICES * sizeof(*devices));
	free(devices);
	return load_print(figures, err);
}
