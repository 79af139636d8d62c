#include "common/keyfile_seal.h"

#include <string.h>

#include "common/refusal.h"

const struct keyfile_cost keyfile_cost_default = {3, 268435456};

/* The key that a passphrase stretches to. New. */
static bool stretch(const struct keyfile *file, const struct secret *passphrase,
	struct secret **ret, struct err *err)
{
	auto_secret struct secret *key = secret_new(crypto_aead_xchacha20poly1305_ietf_KEYBYTES, err);

	if (!key)
		return false;
	if (crypto_pwhash(key->bytes, key->len, (const char *)passphrase->bytes, passphrase->len,
			file->salt, file->cost.operations, file->cost.memory_bytes,
			crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_SYSTEM, "not enough memory (%zu bytes) to use the passphrase",
			file->cost.memory_bytes);
	*ret = TAKE(key);
	return true;
}

static bool copy_seed(const struct signing_key *key, struct secret **ret, struct err *err)
{
	struct secret *seed = secret_new(KEY_SEED_BYTES, err);

	if (!seed)
		return false;
	(void)crypto_sign_ed25519_sk_to_seed(seed->bytes, key->secret->bytes);
	*ret = seed;
	return true;
}

bool keyfile_seal(struct keyfile *file, const struct signing_key *key,
	const struct secret *passphrase, struct err *err)
{
	auto_secret struct secret *seed = NULL;
	auto_secret struct secret *stretched = NULL;
	auto_secret struct secret *sealed = NULL;

	if (!copy_seed(key, &seed, err))
		return false;
	if (!passphrase) {
		file->secret = TAKE(seed);
		return true;
	}
	sealed = secret_new(KEYFILE_SEALED_BYTES, err);
	if (!sealed || !stretch(file, passphrase, &stretched, err))
		return false;
	randombytes_buf(sealed->bytes, KEYFILE_NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed->bytes + KEYFILE_NONCE_BYTES, NULL,
		seed->bytes, seed->len, file->header.data, file->header.len, NULL, sealed->bytes,
		stretched->bytes);
	file->secret = TAKE(sealed);
	return true;
}

/* The seed of a protected file. New. */
static bool open_seal(const struct keyfile *file, const struct secret *passphrase,
	struct secret **ret, struct err *err)
{
	auto_secret struct secret *stretched = NULL;
	auto_secret struct secret *seed = secret_new(KEY_SEED_BYTES, err);

	if (!seed || !stretch(file, passphrase, &stretched, err))
		return false;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed->bytes, NULL, NULL,
			file->secret->bytes + KEYFILE_NONCE_BYTES, file->secret->len - KEYFILE_NONCE_BYTES,
			file->header.data, file->header.len, file->secret->bytes, stretched->bytes) != 0)
		return err_code(
			err, REFUSAL_PASSPHRASE, "the passphrase is wrong, or the key file was changed");
	*ret = TAKE(seed);
	return true;
}

bool keyfile_open(const struct keyfile *file, const struct secret *passphrase,
	struct signing_key *ret, struct err *err)
{
	auto_secret struct secret *opened = NULL;
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;

	if (file->is_protected != (passphrase != NULL))
		return file->is_protected
				   ? err_set(err, ERR_USAGE, "the key of '%s' needs a passphrase", file->name)
				   : err_set(err, ERR_USAGE, "the key of '%s' has not a passphrase", file->name);
	if (passphrase && !open_seal(file, passphrase, &opened, err))
		return false;
	if (!signing_key_from_seed(opened ? opened->bytes : file->secret->bytes, &key, err))
		return false;
	if (!public_key_equal(&key.public, &file->public))
		return err_code(
			err, REFUSAL_KEY_FILE, "key file: its secret is not that of its public key");
	*ret = key;
	key = (struct signing_key)SIGNING_KEY_INIT;
	return true;
}
