#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/language.h"
#include "db/registrar.h"
#include "publisher/cli/keyset_file.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"

static bool put(
	struct session *session, const struct keyset *keyset, const struct buf *jws, struct err *err)
{
	const struct registrar_keyset row = {.version = keyset->version,
		.jws = buf_str(jws),
		.digest = keyset->digest,
		.issued_at = keyset->issued_at,
		.expires_at = keyset->expires_at,
		.previous = keyset->has_previous ? &keyset->previous : NULL};

	return registrar_put_keyset(session->pg, &row, err) ||
		   session_denied(session, "a registrar", err);
}

const struct cli_option keyset_import_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

bool verb_keyset_import(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_buf struct buf jws = BUF_INIT(0);
	auto_keyring struct keyring ring = {.count = 0};

	if (!session_init(&session, call, err) || !keyset_file_read(call->argv[0], &jws, err) ||
		!session_keyring(&session, &ring, err))
		return false;
	size_t held = ring.count;

	if (!keyring_add(&ring, buf_str(&jws), jws.len, err))
		return err_context(err, "'%s'", ERR_QUOTED(call->argv[0]));
	const struct keyset *newest = keyring_newest(&ring);

	/* Imported twice is imported: the second time changes nothing. */
	if (ring.count > held &&
		(!keyset_check_current(newest, session.now, err) || !put(&session, newest, &jws, err)))
		return false;
	if (cli_has(call, "json"))
		return output_json(json_pack("{s:I, s:b}", "version", (json_int_t)newest->version,
							   "imported", ring.count > held),
			err);
	(void)printf(language_text("keyset       version %lld %s\n"), (long long)newest->version,
		ring.count > held ? language_text("is in force")
						  : language_text("is the newest; this file was imported before"));
	return true;
}
