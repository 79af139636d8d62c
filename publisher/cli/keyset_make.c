#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/file.h"
#include "common/keyset.h"
#include "publisher/cli/keyline.h"
#include "publisher/cli/keyset_file.h"
#include "publisher/cli/keyset_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/when.h"

const struct cli_option keyset_make_options[] = {
	{"root-key", "FILE", "the root's key file", false},
	{"passphrase-file", "FILE", "read the passphrase from its first line", false},
	{"out", "FILE", "the keyset file to make", false},
	{"previous", "FILE", "the version before, whose keys and channels are kept", false},
	{"expires", "DATE", "last day on which the keyset is in force", false},
	{"key", "KEY", "list a key: its file, or ROLE:NAME:PUBLIC as keygen printed it", true},
	{"approvals", "CHANNEL=N", "how many editors a channel demands (2 unless given)", true},
	{"retire", "KID", "this key signs nothing more", true},
	{"compromised", "KID", "this key was stolen", true},
	{"since", "TIME", "since when --retire and --compromised hold (now unless given)", false},
	{"next-root", "KEY", "announce a successor of the root", false},
	{0},
};

/* The plan's channels, and what a first keyset demands unless told otherwise. */
static const char *const channels[] = {"weekly", "monthly", "opportunity", "seminar"};
enum { APPROVALS_DEFAULT = 2 }; /* four eyes */

static bool begin(struct keyset *keyset, const struct keyset *previous, struct err *err)
{
	if (previous) {
		*keyset = *previous;
		keyset->version++;
		keyset->has_previous = true;
		keyset->previous = previous->digest;
		keyset->has_next_root = false;
		return true;
	}
	keyset->version = 1;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (!keyset_set_approvals(keyset, channels[i], APPROVALS_DEFAULT, err))
			return false;
	return true;
}

/* A keyset that is renewed renews the keys that are still active. */
static void renew_keys(struct keyset *keyset)
{
	for (size_t i = 0; i < keyset->key_count; i++)
		if (keyset->keys[i].status == KEY_ACTIVE)
			keyset->keys[i].not_after = keyset->expires_at;
}

static bool set_dates(
	struct keyset *keyset, const struct cli_call *call, int64_t now, struct err *err)
{
	const char *expires;

	if (!cli_need(call, "expires", &expires, err) ||
		!when_parse("--expires", expires, WHEN_END_OF_DAY, &keyset->expires_at, err))
		return false;
	keyset->issued_at = now;
	if (keyset->expires_at <= now)
		return err_set(err, ERR_USAGE, "--expires: '%s' is over already", ERR_QUOTED(expires));
	renew_keys(keyset);
	return true;
}

/* All keys may be named again for the next version; one that was retired stays retired. */
static bool is_listed(const struct keyset *keyset, const struct keyline *line)
{
	char kid[KID_SIZE];
	const struct keyset_key *key = keyset_find(keyset, public_key_kid(&line->public, kid));

	return key && key->role == line->role && strcmp(key->name, line->name) == 0;
}

static bool add_key(struct keyset *keyset, const char *text, struct err *err)
{
	struct keyset_key key = {.status = KEY_ACTIVE,
		.since = keyset->issued_at,
		.not_before = keyset->issued_at,
		.not_after = keyset->expires_at};
	struct keyline line;

	if (!keyline_read(text, &line, err))
		return err_context(err, "--key");
	if (!role_in_keyset(line.role))
		return err_set(err, ERR_USAGE, "--key: a keyset lists no %s keys", role_name(line.role));
	if (is_listed(keyset, &line))
		return true;
	key.public = line.public;
	key.role = line.role;
	(void)snprintf(key.name, sizeof key.name, "%s", line.name);
	return keyset_add_key(keyset, &key, err) || err_context(err, "--key %s", ERR_QUOTED(text));
}

static bool set_approvals(struct keyset *keyset, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	char channel[CHANNEL_SIZE];

	if (!equals || !ident_is_channel(text, (size_t)(equals - text)) || equals[1] < '1' ||
		equals[1] > '0' + LIMIT_APPROVALS || equals[2] != '\0')
		return err_set(err, ERR_USAGE, "--approvals: '%s' is not CHANNEL=N with N from 1 to %d",
			ERR_QUOTED(text), LIMIT_APPROVALS);
	(void)snprintf(channel, sizeof channel, "%.*s", (int)(equals - text), text);
	return keyset_set_approvals(keyset, channel, equals[1] - '0', err);
}

static bool set_status(struct keyset *keyset, const char *option, const char *kid,
	enum key_status status, int64_t since, struct err *err)
{
	for (size_t i = 0; i < keyset->key_count; i++)
		if (strcmp(keyset->keys[i].kid, kid) == 0) {
			keyset->keys[i].status = status;
			keyset->keys[i].since = since;
			return true;
		}
	return err_set(
		err, ERR_USAGE, "--%s: the previous keyset has no key '%s'", option, ERR_QUOTED(kid));
}

static bool set_statuses(
	struct keyset *keyset, const struct cli_call *call, int64_t now, struct err *err)
{
	const char *since_text = cli_value(call, "since");
	const char *kid;
	int64_t since = now;

	if (since_text && !when_parse("--since", since_text, WHEN_START_OF_DAY, &since, err))
		return false;
	for (size_t i = 0; (kid = cli_value_at(call, "retire", i)); i++)
		if (!set_status(keyset, "retire", kid, KEY_RETIRED, since, err))
			return false;
	for (size_t i = 0; (kid = cli_value_at(call, "compromised", i)); i++)
		if (!set_status(keyset, "compromised", kid, KEY_COMPROMISED, since, err))
			return false;
	return true;
}

static bool set_next_root(struct keyset *keyset, const struct cli_call *call, struct err *err)
{
	const char *text = cli_value(call, "next-root");
	struct keyline line;

	if (!text)
		return true;
	if (!keyline_read(text, &line, err))
		return err_context(err, "--next-root");
	if (line.role != ROLE_ROOT)
		return err_set(
			err, ERR_USAGE, "--next-root: that is a key of role %s", role_name(line.role));
	keyset->has_next_root = true;
	keyset->next_root = line.public;
	return true;
}

static bool fill(struct keyset *keyset, const struct cli_call *call, const struct keyset *previous,
	int64_t now, struct err *err)
{
	const char *text;

	if (!begin(keyset, previous, err) || !set_dates(keyset, call, now, err) ||
		!set_statuses(keyset, call, now, err) || !set_next_root(keyset, call, err))
		return false;
	for (size_t i = 0; (text = cli_value_at(call, "key", i)); i++)
		if (!add_key(keyset, text, err))
			return false;
	for (size_t i = 0; (text = cli_value_at(call, "approvals", i)); i++)
		if (!set_approvals(keyset, text, err))
			return false;
	return true;
}

/* Judged as a stranger would judge it, before the file exists. */
static bool sign_and_write(const struct keyset *keyset, const struct keyset *previous,
	const struct signing_key *root, const char *path, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS + 1);
	auto_keyset struct keyset *accepted = NULL;
	struct fingerprint pinned = fingerprint_of(&root->public);

	return keyset_sign(keyset, root, &jws, err) &&
		   keyset_accept(previous, &pinned, jws.data, jws.len, &accepted, err) &&
		   buf_append_str(&jws, "\n", err) && file_write_new(path, jws.data, jws.len, 0644, err);
}

static bool report(const struct keyset *keyset, int64_t now, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_buf struct buf notes = BUF_INIT(OUTPUT_MAX);

	if (!keyset_view_describe(keyset, now, &text, err) || !keyset_view_warn(keyset, &notes, err))
		return false;
	(void)fputs(buf_str(&notes), stderr);
	return output_text(&text, err);
}

bool verb_keyset_make(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_signing_key struct signing_key root = SIGNING_KEY_INIT;
	auto_keyset struct keyset *previous = NULL;
	auto_keyset struct keyset *keyset = keyset_new(err);
	const char *previous_path = cli_value(call, "previous");
	const char *root_path;
	const char *out_path;

	if (!session_init(&session, call, err) || !keyset ||
		!cli_need(call, "root-key", &root_path, err) || !cli_need(call, "out", &out_path, err))
		return false;
	if (previous_path && !keyset_file_open(previous_path, &previous, err))
		return err_context(err, "--previous");
	if (!fill(keyset, call, previous, session.now, err) ||
		!signer_open(&session, root_path, ROLE_ROOT, &root, err))
		return false;
	keyset->root = root.public;
	return sign_and_write(keyset, previous, &root, out_path, err) &&
		   report(keyset, session.now, err);
}
