#include "common/keyfile.h"

#include <sys/stat.h>

#include "common/file.h"
#include "common/refusal.h"

enum { KEY_FILE_MODE = 0600, READ_ONLY_MODE = 0400, MODE_BITS = 07777 };

/* Owner and being a plain file are checked by reading it, on the open descriptor. */
static bool check_mode(const char *path, struct err *err)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return err_errno(err, "cannot read key file '%s'", path);

	unsigned mode = status.st_mode & MODE_BITS;

	return !S_ISREG(status.st_mode) || mode == KEY_FILE_MODE || mode == READ_ONLY_MODE ||
		   err_code(err, REFUSAL_KEY_FILE,
			   "key file '%s': its mode is %03o, it must be 600 or 400: "
			   "chmod 600",
			   path, mode);
}

bool keyfile_load(const char *path, struct keyfile *ret, struct err *err)
{
	auto_secret struct secret *text = NULL;

	if (!check_mode(path, err))
		return false;
	if (!file_read_secret(path, LIMIT_KEY_FILE, &text, err)) {
		if (err->kind != ERR_SYSTEM)
			err->code = REFUSAL_KEY_FILE;
		return false;
	}
	return keyfile_parse(text->bytes, text->len, ret, err) || err_context(err, "'%s'", path);
}

bool keyfile_create(const char *path, enum key_role role, const char *name,
	const struct signing_key *key, const struct secret *passphrase, const struct keyfile_cost *cost,
	struct err *err)
{
	auto_secret struct secret *text = NULL;

	return keyfile_format(role, name, key, passphrase, cost, &text, err) &&
		   file_write_new(path, text->bytes, text->len, KEY_FILE_MODE, err);
}

bool keyfile_load_unprotected(
	const char *path, enum key_role role, struct signing_key *ret, struct err *err)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;

	if (!keyfile_load(path, &file, err))
		return false;
	if (file.role != role)
		return err_code(err, REFUSAL_KEY_FILE, "key file '%s': its role is '%s', not '%s'", path,
			role_name(file.role), role_name(role));
	if (file.is_protected)
		return err_code(err, REFUSAL_KEY_FILE,
			"key file '%s': it is protected by a passphrase, which nobody can type here", path);
	return keyfile_open(&file, NULL, ret, err) || err_context(err, "'%s'", path);
}
