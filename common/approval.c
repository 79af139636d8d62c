#include "common/approval.h"

#include <string.h>

#include "common/digest.h"
#include "common/jws.h"
#include "common/limits.h"
#include "common/refusal.h"

bool approval_sign(const struct signing_key *editor, const void *manifest, size_t len,
	struct buf *out, struct err *err)
{
	struct digest digest = digest_of(manifest, len);

	return jws_sign_detached(&jws_manifest, editor, digest.bytes, DIGEST_BYTES, out, err);
}

bool approval_verify(const char *signature, const struct digest *manifest,
	const struct keyset *keyset, int64_t at, const struct keyset_key **ret_signer, struct err *err)
{
	auto_jws struct jws jws = JWS_INIT;
	const struct keyset_key *key;

	if (!jws_parse_detached(
			&jws_manifest, signature, strlen(signature), manifest->bytes, DIGEST_BYTES, &jws, err))
		return false;
	key = keyset_find(keyset, jws.kid);
	if (!key)
		return err_code(
			err, REFUSAL_EDITOR_KEY, "editor's signature: key %s is not in the keyset", jws.kid);
	if (!jws_verify(&jws, &key->public, err))
		return false;
	if (!keyset_signer(keyset, jws.kid, ROLE_EDITOR, at, REFUSAL_EDITOR_KEY, &key, err))
		return err_context(err, "editor's signature");
	*ret_signer = key;
	return true;
}

static bool is_among(
	const struct keyset_key *key, const struct keyset_key *const *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(others[i]->name, key->name) == 0)
			return true;
	return false;
}

bool approvals_check(char *const *signatures, size_t count, const struct digest *manifest,
	const struct keyset *keyset, int64_t at, int demanded, struct err *err)
{
	const struct keyset_key *editors[LIMIT_APPROVALS];
	size_t different = 0;

	if (demanded < 1 || count > LIMIT_APPROVALS)
		return err_code(err, REFUSAL_APPROVALS,
			"the keyset does not say how many editors this channel demands, or too many signed");
	for (size_t i = 0; i < count; i++) {
		const struct keyset_key *editor;

		if (!approval_verify(signatures[i], manifest, keyset, at, &editor, err))
			return false;
		if (!is_among(editor, editors, different))
			editors[different++] = editor;
	}
	return different >= (size_t)demanded ||
		   err_code(err, REFUSAL_APPROVALS, "%zu different editors signed, the channel demands %d",
			   different, demanded);
}
