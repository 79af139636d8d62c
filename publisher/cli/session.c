#include "publisher/cli/session.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "db/registrar.h"

const struct conf_key session_keys[] = {
	{"dsn", CONF_CONNINFO, offsetof(struct settings, dsn),
		.help = "connection string of PostgreSQL; else the environment, as for psql"},
	{"root_fingerprint", CONF_STRING, offsetof(struct settings, root_fingerprint),
		.help = "fingerprint of the root key: who may sign keysets"},
	{"key", CONF_PATH, offsetof(struct settings, key), .help = "your own key file"},
	{"passphrase_file", CONF_PATH, offsetof(struct settings, passphrase_file),
		.help = "holds the passphrase of the key; else it is asked for"},
	{0},
};

/* Option -> configuration key, both of the same meaning. */
static const struct {
	const char *option;
	const char *key;
} overrides[] = {
	{"dsn", "dsn"},
	{"root", "root_fingerprint"},
	{"key", "key"},
	{"passphrase-file", "passphrase_file"},
};

const struct cli_option session_options[] = {
	{"config", "FILE", "settings (default ~/.config/certwire/certwire.conf)", false},
	{"dsn", "CONNINFO", "connection string of PostgreSQL", false},
	{"root", "FINGERPRINT", "fingerprint of the root key", false},
	{0},
};

static bool default_config(char *out, size_t size)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int len;

	if (folder && *folder)
		len = snprintf(out, size, "%s/certwire/certwire.conf", folder);
	else if (home && *home)
		len = snprintf(out, size, "%s/.config/certwire/certwire.conf", home);
	else
		return false;
	return len > 0 && (size_t)len < size;
}

static bool read_config(struct conf *conf, const struct cli_call *call, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);
	const char *path = cli_value(call, "config");
	char fallback[4096];

	if (!path) {
		bool exists = false;

		if (!default_config(fallback, sizeof fallback))
			return true;
		if (!file_exists_at(AT_FDCWD, fallback, &exists, err))
			return false;
		if (!exists)
			return true;
		path = fallback;
	}
	return file_read(path, CONF_TEXT_MAX, &text, err) &&
		   conf_parse(conf, path, buf_str(&text), text.len, err);
}

static bool apply_options(struct conf *conf, const struct cli_call *call, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(overrides); i++) {
		const char *value = cli_value(call, overrides[i].option);
		char origin[32];

		(void)snprintf(origin, sizeof origin, "--%s", overrides[i].option);
		if (value && !conf_set(conf, overrides[i].key, value, origin, err))
			return false;
	}
	return true;
}

bool session_init(struct session *ret, const struct cli_call *call, struct err *err)
{
	*ret = (struct session){.now = clock_now(clock_system())};
	conf_init(&ret->conf, session_keys, &ret->settings);
	return read_config(&ret->conf, call, err) && apply_options(&ret->conf, call, err) &&
		   conf_finish(&ret->conf, err);
}

void session_release(struct session *session)
{
	pg_free(session->pg);
	session->pg = NULL;
	if (session->conf.keys)
		conf_release(&session->conf);
}

bool session_connect(struct session *session, struct err *err)
{
	const char *dsn = session->settings.dsn;

	if (session->pg || pg_connect(dsn ? dsn : "", "certwire", NULL, &session->pg, err))
		return true;
	if (err->kind == ERR_SYSTEM)
		(void)err_set(err, ERR_SYSTEM,
			"%s; where it is: dsn in the configuration, --dsn, or PGHOST", err->text);
	return false;
}

bool session_denied(const struct session *session, const char *whose, struct err *err)
{
	if (session->pg && strcmp(pg_err_state(session->pg), "42501") == 0)
		(void)err_set(err, ERR_DENIED,
			"this is the work of %s, and your login has not that role; see: certwire whoami",
			whose);
	return false;
}

bool session_root(const struct session *session, struct fingerprint *ret, struct err *err)
{
	const char *text = session->settings.root_fingerprint;

	if (!text)
		return err_set(err, ERR_USAGE,
			"no root is pinned; give --root FINGERPRINT, or root_fingerprint in the "
			"configuration file");
	if (fingerprint_parse(text, ret, err))
		return true;
	err->kind = ERR_USAGE;
	return err_context(err, "root fingerprint");
}

bool session_keyring(struct session *session, struct keyring *ret, struct err *err)
{
	struct fingerprint pinned;
	auto_rows struct pg_rows *rows = NULL;

	if (!session_root(session, &pinned, err) || !session_connect(session, err) ||
		!registrar_keysets(session->pg, &rows, err))
		return false;
	auto_keyring struct keyring ring = {.count = 0};

	keyring_init(&ring, &pinned);
	for (int row = 0; row < pg_row_count(rows); row++) {
		const char *jws = pg_text(rows, row, REGISTRAR_KEYSET_JWS);

		if (!keyring_add(&ring, jws, strlen(jws), err))
			return err_context(
				err, "a keyset in PostgreSQL cannot be believed, tell an administrator");
	}
	*ret = ring;
	ring = (struct keyring){.count = 0};
	return true;
}

bool session_trust(
	struct session *session, struct keyring *ret, const struct keyset **ret_newest, struct err *err)
{
	auto_keyring struct keyring ring = {.count = 0};

	if (!session_keyring(session, &ring, err))
		return false;
	const struct keyset *newest = keyring_newest(&ring);

	if (!newest)
		return err_set(err, ERR_DENIED,
			"there is no keyset yet; a registrar imports one: certwire keyset import FILE");
	if (!keyset_check_current(newest, session->now, err))
		return err_context(err, "have the root sign a new keyset");
	*ret = ring;
	*ret_newest = newest;
	ring = (struct keyring){.count = 0};
	return true;
}
