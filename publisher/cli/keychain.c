#include "publisher/cli/keychain.h"

#include <errno.h>
#include <stdio.h>

#include <keyutils.h>
#include <sodium.h>

#include "common/secret.h"

enum { NAME_SIZE = sizeof "certwire:" + KID_SIZE };

static const char *name_of(const char *kid, char out[static NAME_SIZE])
{
	(void)snprintf(out, NAME_SIZE, "certwire:%s", kid);
	return out;
}

/*
 * Without `create`: a process that has no session keyring of its own gets its user's, and not a new
 * one, which would end with this process.
 */
static key_serial_t session_keyring(void)
{
	return keyctl_get_keyring_ID(KEY_SPEC_SESSION_KEYRING, 0);
}

static bool refuse(struct err *err)
{
	if (errno == EDQUOT)
		return err_errno(err, "the kernel's keyring is full; see: keyctl show");
	return err_errno(err, "the kernel's session keyring cannot be used here (in a container its "
						  "profile may forbid it); "
						  "type the passphrase each time, or give --passphrase-file");
}

static key_serial_t find(const char *kid)
{
	key_serial_t ring = session_keyring();
	char name[NAME_SIZE];

	return ring < 0 ? -1 : (key_serial_t)keyctl_search(ring, "user", name_of(kid, name), 0);
}

bool keychain_put(const struct signing_key *key, unsigned seconds, struct err *err)
{
	auto_secret struct secret *seed = secret_new(KEY_SEED_BYTES, err);
	key_serial_t ring = session_keyring();
	char name[NAME_SIZE];

	if (!seed)
		return false;
	if (ring < 0)
		return refuse(err);
	(void)crypto_sign_ed25519_sk_to_seed(seed->bytes, key->secret->bytes);
	key_serial_t made = add_key("user", name_of(key->kid, name), seed->bytes, seed->len, ring);

	if (made < 0)
		return refuse(err);
	/* Only who possesses the session's keyring: not the user's other sessions. */
	if (keyctl_set_timeout(made, seconds) == 0 && keyctl_setperm(made, KEY_POS_ALL) == 0)
		return true;
	(void)refuse(err);
	(void)keyctl_revoke(made);
	return false;
}

bool keychain_get(
	const struct public_key *public, struct signing_key *ret, bool *ret_found, struct err *err)
{
	auto_secret struct secret *seed = secret_new(KEY_SEED_BYTES, err);
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	char kid[KID_SIZE];

	if (!seed)
		return false;
	key_serial_t found = find(public_key_kid(public, kid));

	*ret_found = false;
	if (found < 0 || keyctl_read(found, (char *)seed->bytes, seed->len) != KEY_SEED_BYTES)
		return true;
	if (!signing_key_from_seed(seed->bytes, &key, err))
		return false;
	if (!public_key_equal(&key.public, public))
		return true;
	*ret_found = true;
	*ret = key;
	key = (struct signing_key)SIGNING_KEY_INIT;
	return true;
}

bool keychain_has(const char *kid)
{
	return find(kid) >= 0;
}

bool keychain_drop(const char *kid, bool *ret_found, struct err *err)
{
	if (session_keyring() < 0)
		return refuse(err);
	key_serial_t found = find(kid);

	*ret_found = found >= 0;
	return found < 0 || keyctl_revoke(found) == 0 || refuse(err);
}
