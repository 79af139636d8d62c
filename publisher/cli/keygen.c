#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/file.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/keyfile.h"
#include "publisher/cli/keyline.h"
#include "publisher/cli/signer.h"

#include <fcntl.h>

const struct cli_option keygen_options[] = {
	{"role", "ROLE", "root, registrar, editor, dispatcher or recovery", false},
	{"name", "NAME", "whose key it is, as others will see it", false},
	{"out", "FILE", "the key file to make", false},
	{"passphrase-file", "FILE", "read the passphrase from its first line", false},
	{"json", NULL, "print JSON", false},
	{0},
};

struct keygen {
	enum key_role role;
	const char *name;
	const char *path;
	const char *passphrase_file;
};

static bool read_call(const struct cli_call *call, struct keygen *ret, struct err *err)
{
	const char *role;

	if (!cli_need(call, "role", &role, err) || !cli_need(call, "name", &ret->name, err) ||
		!cli_need(call, "out", &ret->path, err))
		return false;
	ret->passphrase_file = cli_value(call, "passphrase-file");
	if (!role_parse(role, strlen(role), &ret->role) || ret->role == ROLE_DEVICE)
		return err_set(err, ERR_USAGE,
			"--role: '%s' is none of root, registrar, editor, dispatcher, recovery "
			"(a unit makes its device's key with certwire-unit enroll)",
			ERR_QUOTED(role));
	if (!ident_is_key_name(ret->name, strlen(ret->name)))
		return err_set(
			err, ERR_USAGE, "--name: 1 to %d bytes without control characters", LIMIT_KEY_NAME);
	if (role_may_be_unprotected(ret->role) && ret->passphrase_file)
		return err_set(err, ERR_USAGE,
			"a %s key has no passphrase, because a daemon could not type it; "
			"leave out --passphrase-file",
			role_name(ret->role));
	return true;
}

/* Before a passphrase is asked for, rather than after it was typed twice. */
static bool refuse_existing(const char *path, struct err *err)
{
	bool exists = false;

	if (!file_exists_at(AT_FDCWD, path, &exists, err))
		return false;
	if (exists)
		return err_set(err, ERR_DENIED,
			"'%s' exists; a key is never written over: choose another --out", ERR_QUOTED(path));
	return true;
}

/*
 * NULL: the usual one. Tests make and open hundreds of keys, and a second for each would be most of
 * their time; so a test build, and no other, makes cheap ones when the environment asks for them.
 */
static const struct keyfile_cost *cost_of_passphrase(void)
{
#ifdef CERTWIRE_FAULT_POINTS
	static const struct keyfile_cost cheap = {1, LIMIT_KEY_MEMORY_MIN};
	const char *asked = getenv("CERTWIRE_CHEAP_KEYS");

	if (asked && *asked)
		return &cheap;
#endif
	return NULL;
}

bool verb_keygen(const struct cli_call *call, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_secret struct secret *passphrase = NULL;
	struct keygen asked = {0};
	struct keyline line = {0};

	if (!read_call(call, &asked, err) || !refuse_existing(asked.path, err))
		return false;
	if (!role_may_be_unprotected(asked.role) &&
		!passphrase_new(asked.passphrase_file, &passphrase, err))
		return false;
	if (!signing_key_generate(&key, err) || !keyfile_create(asked.path, asked.role, asked.name,
												&key, passphrase, cost_of_passphrase(), err))
		return false;
	line = (struct keyline){.role = asked.role, .public = key.public};
	(void)snprintf(line.name, sizeof line.name, "%s", asked.name);
	return keyline_print(&line, cli_has(call, "json"), err);
}
