/* How keysets follow each other: signing one, and judging one that arrived. */
#include "common/keyset.h"

#include <inttypes.h>

bool keyset_sign(
	const struct keyset *keyset, const struct signing_key *root, struct buf *jws, struct err *err)
{
	auto_buf struct buf payload = BUF_INIT(LIMIT_KEYSET_JWS);

	if (!public_key_equal(&keyset->root, &root->public))
		return err_set(err, ERR_DATA, "keyset: key %s is not the root it names", root->kid);
	return keyset_format(keyset, &payload, err) &&
		   jws_sign(&jws_keyset, root, payload.data, payload.len, jws, err);
}

static bool check_root(const struct keyset *held, const struct fingerprint *pinned,
	const struct keyset *keyset, struct err *err)
{
	if (!held)
		return (pinned && fingerprint_matches(pinned, &keyset->root)) ||
			   err_code(err, REFUSAL_KEYSET_SIGNATURE, "keyset: its root is not the pinned one");
	return public_key_equal(&held->root, &keyset->root) ||
		   (held->has_next_root && public_key_equal(&held->next_root, &keyset->root)) ||
		   err_code(err, REFUSAL_KEYSET_SIGNATURE,
			   "keyset: its root is neither that of version %" PRId64
			   " nor the successor announced there",
			   held->version);
}

static bool check_order(const struct keyset *held, const struct keyset *keyset, struct err *err)
{
	if (!held)
		return true;
	if (keyset->version <= held->version)
		return err_code(err, REFUSAL_KEYSET_ORDER,
			"keyset: version %" PRId64 " is not above %" PRId64 ", which is held", keyset->version,
			held->version);
	return keyset->version != held->version + 1 || digest_equal(&keyset->previous, &held->digest) ||
		   err_code(err, REFUSAL_KEYSET_ORDER,
			   "keyset: 'previous' is not version %" PRId64 " as it is held", held->version);
}

bool keyset_check_follows(const struct keyset *held, const struct keyset *next, struct err *err)
{
	return check_root(held, NULL, next, err) && check_order(held, next, err);
}

bool keyset_accept(const struct keyset *held, const struct fingerprint *pinned, const void *jws,
	size_t len, struct keyset **ret, struct err *err)
{
	auto_jws struct jws parsed = JWS_INIT;
	auto_keyset struct keyset *keyset = NULL;

	if (!jws_parse(&jws_keyset, jws, len, &parsed, err) ||
		!keyset_parse(parsed.payload.data, parsed.payload.len, &keyset, err) ||
		!check_root(held, pinned, keyset, err) || !jws_verify(&parsed, &keyset->root, err) ||
		!check_order(held, keyset, err))
		return false;
	keyset->digest = digest_of(jws, len);
	*ret = TAKE(keyset);
	return true;
}
