#include "publisher/cli/signer.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/file.h"
#include "common/keyfile.h"
#include "common/language.h"
#include "publisher/cli/keychain.h"
#include "publisher/cli/tty.h"

enum { PROMPT_SIZE = 320 };

static const char instead[] = "--passphrase-file FILE";

bool passphrase_read(const char *path, struct secret **ret, struct err *err)
{
	auto_secret struct secret *line = NULL;

	if (!file_read_secret(path, TTY_PASSPHRASE_MAX, &line, err))
		return err_context(err, "passphrase file");
	size_t len = 0;

	while (len < line->len && line->bytes[len] != '\n' && line->bytes[len] != '\r')
		len++;
	if (len == 0)
		return err_set(err, ERR_DATA,
			"passphrase file '%s': its first line is empty; write the passphrase there",
			ERR_QUOTED(path));
	sodium_memzero(line->bytes + len, line->len - len);
	line->len = len;
	*ret = TAKE(line);
	return true;
}

static bool check_length(const struct secret *passphrase, struct err *err)
{
	if (passphrase->len < PASSPHRASE_MIN)
		return err_set(err, ERR_USAGE,
			"a passphrase needs at least %d characters; nothing was written", PASSPHRASE_MIN);
	return true;
}

static bool ask_twice(struct secret **ret, struct err *err)
{
	auto_secret struct secret *first = NULL;
	auto_secret struct secret *second = NULL;

	if (!tty_passphrase("Passphrase for the new key 新密钥口令: ", instead, &first, err) ||
		!check_length(first, err) ||
		!tty_passphrase("The same again 再输入一次: ", instead, &second, err))
		return false;
	if (first->len != second->len || sodium_memcmp(first->bytes, second->bytes, first->len) != 0)
		return err_set(err, ERR_USAGE, "the two passphrases differ; nothing was written");
	*ret = TAKE(first);
	return true;
}

bool passphrase_new(const char *path, struct secret **ret, struct err *err)
{
	auto_secret struct secret *passphrase = NULL;

	if (!path)
		return ask_twice(ret, err);
	if (!passphrase_read(path, &passphrase, err) || !check_length(passphrase, err))
		return false;
	*ret = TAKE(passphrase);
	return true;
}

static bool passphrase_of(const struct session *session, const struct keyfile *file,
	const char *path, struct secret **ret, struct err *err)
{
	char prompt[PROMPT_SIZE];

	if (session->settings.passphrase_file)
		return passphrase_read(session->settings.passphrase_file, ret, err);
	(void)snprintf(prompt, sizeof prompt, "Passphrase 口令 · %s %s (%s): ", role_name(file->role),
		file->name, ERR_QUOTED(path));
	return tty_passphrase(prompt, instead, ret, err);
}

static bool open_loaded(const struct session *session, const struct keyfile *file, const char *path,
	struct signing_key *ret, struct err *err)
{
	auto_secret struct secret *passphrase = NULL;

	if (file->is_protected && !passphrase_of(session, file, path, &passphrase, err))
		return false;
	return keyfile_open(file, passphrase, ret, err) || err_context(err, "'%s'", ERR_QUOTED(path));
}

static bool check_role(
	const struct keyfile *file, const char *path, enum key_role role, struct err *err)
{
	if (file->role != role)
		return err_set(err, ERR_DENIED,
			"'%s' is a key of role %s; this is the work of role %s: use that key, or ask who has "
			"it",
			ERR_QUOTED(path), role_name(file->role), role_name(role));
	return true;
}

bool signer_open(const struct session *session, const char *path, enum key_role role,
	struct signing_key *ret, struct err *err)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;

	return keyfile_load(path, &file, err) && check_role(&file, path, role, err) &&
		   open_loaded(session, &file, path, ret, err);
}

static bool find_listed(const struct session *session, const struct keyset *keyset,
	struct signer *signer, struct err *err)
{
	const struct keyfile *file = &signer->file;
	const struct keyset_key *key = keyset_find(keyset, public_key_kid(&file->public, signer->kid));

	if (!key || key->role != file->role)
		return err_set(err, ERR_DENIED,
			"keyset %lld does not list key %s (%s) as %s; the root has to add it",
			(long long)keyset->version, signer->kid, file->name, role_name(file->role));
	if (!keyset_key_valid(key, session->now))
		return err_set(err, ERR_DENIED,
			"key %s (%s) is not valid now: %s in keyset %lld; use your newer key, or have the root "
			"list one",
			signer->kid, file->name,
			key->status == KEY_ACTIVE ? language_text("outside its dates")
									  : key_status_name(key->status),
			(long long)keyset->version);
	signer->entry = key;
	return true;
}

void signer_release(struct signer *signer)
{
	keyfile_release(&signer->file);
	signing_key_release(&signer->key);
}

static bool find_file(struct signer *signer, struct err *err)
{
	if (!signer->path)
		return err_set(
			err, ERR_USAGE, "which key? give --key FILE, or key in the configuration file");
	return keyfile_load(signer->path, &signer->file, err);
}

/* The key is of the role, or of `other`. */
static bool load_listed(const struct session *session, const struct keyset *keyset,
	enum key_role role, enum key_role other, struct signer *ret, struct err *err)
{
	auto_signer struct signer signer = SIGNER_INIT;

	signer.path = session->settings.key;
	if (!find_file(&signer, err) ||
		!check_role(&signer.file, signer.path, signer.file.role == other ? other : role, err) ||
		!find_listed(session, keyset, &signer, err))
		return false;
	*ret = signer;
	signer = (struct signer)SIGNER_INIT;
	return true;
}

bool signer_load(const struct session *session, const struct keyset *keyset, enum key_role role,
	struct signer *ret, struct err *err)
{
	return load_listed(session, keyset, role, role, ret, err);
}

bool signer_load_reader(
	const struct session *session, const struct keyset *keyset, struct signer *ret, struct err *err)
{
	return load_listed(session, keyset, ROLE_EDITOR, ROLE_RECOVERY, ret, err);
}

bool signer_load_unlisted(const struct session *session, struct signer *ret, struct err *err)
{
	auto_signer struct signer signer = SIGNER_INIT;

	signer.path = session->settings.key;
	if (!find_file(&signer, err))
		return false;
	if (signer.file.role != ROLE_EDITOR && signer.file.role != ROLE_REGISTRAR)
		return err_set(err, ERR_DENIED,
			"'%s' is a key of role %s; an editor's or registrar's is unlocked",
			ERR_QUOTED(signer.path), role_name(signer.file.role));
	(void)public_key_kid(&signer.file.public, signer.kid);
	*ret = signer;
	signer = (struct signer)SIGNER_INIT;
	return true;
}

bool signer_at_hand(const struct session *session)
{
	auto_signer struct signer signer = SIGNER_INIT;
	struct err ignored;

	if (!session->settings.key || session->settings.passphrase_file)
		return session->settings.key != NULL;
	return signer_load_unlisted(session, &signer, &ignored) && keychain_has(signer.kid);
}

bool signer_unlock_anew(const struct session *session, struct signer *signer, struct err *err)
{
	return open_loaded(session, &signer->file, signer->path, &signer->key, err);
}

bool signer_unlock(const struct session *session, struct signer *signer, struct err *err)
{
	bool found = false;

	if (signer->file.is_protected && !session->settings.passphrase_file &&
		!keychain_get(&signer->file.public, &signer->key, &found, err))
		return false;
	return found || signer_unlock_anew(session, signer, err);
}
