#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "db/registrar.h"
#include "publisher/cli/keyset_text.h"
#include "publisher/cli/session.h"

static bool put(struct session *session, const struct keyset *keyset, const struct buf *jws,
	struct err *err)
{
	const struct registrar_keyset row = {.version = keyset->version,
		.jws = buf_str(jws),
		.digest = keyset->digest,
		.issued_at = keyset->issued_at,
		.expires_at = keyset->expires_at,
		.previous = keyset->has_previous ? &keyset->previous : NULL};

	return registrar_put_keyset(session->pg, &row, err);
}

/* Imported twice is imported: the second time changes nothing. */
static bool is_held(const struct keyring *ring, const struct buf *jws)
{
	const struct keyset *newest = keyring_newest(ring);
	struct digest digest = digest_of(jws->data, jws->len);

	return newest && digest_equal(&newest->digest, &digest);
}

bool verb_keyset_import(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_buf struct buf jws = BUF_INIT(0);
	struct fingerprint none = {""};
	auto_keyring struct keyring ring;

	keyring_init(&ring, &none);
	if (!session_init(&session, call, err) || !keyset_file_read(call->argv[0], &jws, err) ||
		!session_keyring(&session, &ring, err))
		return false;
	bool held = is_held(&ring, &jws);

	if (!held && !keyring_add(&ring, buf_str(&jws), jws.len, err))
		return err_context(err, "'%s'", ERR_QUOTED(call->argv[0]));
	const struct keyset *keyset = keyring_newest(&ring);

	if (!held && (!keyset_check_current(keyset, session.now, err) ||
					 !put(&session, keyset, &jws, err)))
		return false;
	(void)printf("keyset %lld %s\n", (long long)keyset->version,
		held ? "is in PostgreSQL already; nothing changed" : "is in force");
	return true;
}
