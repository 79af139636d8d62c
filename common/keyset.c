#include "common/keyset.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct keyset *keyset_new(struct err *err)
{
	struct keyset *keyset = calloc(1, sizeof(*keyset));

	if (!keyset)
		(void)err_set(err, ERR_SYSTEM, "out of memory for a keyset");
	return keyset;
}

void keyset_free(struct keyset *keyset)
{
	free(keyset);
}

bool keyset_add_key(struct keyset *keyset, const struct keyset_key *key, struct err *err)
{
	if (keyset->key_count == LIMIT_KEYSET_KEYS)
		return err_code(
			err, REFUSAL_KEYSET_MALFORMED, "keyset: more than %d keys", LIMIT_KEYSET_KEYS);
	for (size_t i = 0; i < keyset->key_count; i++)
		if (public_key_equal(&keyset->keys[i].public, &key->public))
			return err_code(err, REFUSAL_KEYSET_MALFORMED, "keyset: key %s is there twice",
				keyset->keys[i].kid);

	struct keyset_key *added = &keyset->keys[keyset->key_count++];

	*added = *key;
	public_key_kid(&added->public, added->kid);
	return true;
}

bool keyset_set_approvals(
	struct keyset *keyset, const char *channel, int approvals, struct err *err)
{
	size_t nth = 0;

	if (!ident_is_channel(channel, strlen(channel)))
		return err_code(err, REFUSAL_KEYSET_MALFORMED, "keyset: '%s' is no name of a channel",
			ERR_QUOTED(channel));
	if (approvals < 1 || approvals > LIMIT_APPROVALS)
		return err_code(err, REFUSAL_KEYSET_MALFORMED,
			"keyset: channel '%s' demands %d approvals, not 1 to %d", channel, approvals,
			LIMIT_APPROVALS);
	while (nth < keyset->channel_count && strcmp(keyset->channels[nth].name, channel) != 0)
		nth++;
	if (nth == LIMIT_KEYSET_CHANNELS)
		return err_code(
			err, REFUSAL_KEYSET_MALFORMED, "keyset: more than %d channels", LIMIT_KEYSET_CHANNELS);
	if (nth == keyset->channel_count)
		keyset->channel_count++;
	memcpy(keyset->channels[nth].name, channel, strlen(channel) + 1);
	keyset->channels[nth].approvals = approvals;
	return true;
}

bool keyset_check_current(const struct keyset *keyset, int64_t now, struct err *err)
{
	return now < keyset->expires_at ||
		   err_code(err, REFUSAL_KEYSET_EXPIRED, "keyset %" PRId64 " has expired", keyset->version);
}

const struct keyset_key *keyset_find(const struct keyset *keyset, const char *kid)
{
	for (size_t i = 0; i < keyset->key_count; i++)
		if (strcmp(keyset->keys[i].kid, kid) == 0)
			return &keyset->keys[i];
	return NULL;
}

bool keyset_key_valid(const struct keyset_key *key, int64_t at)
{
	if (key->role == ROLE_DISPATCHER && key->status == KEY_COMPROMISED)
		return false;
	return key->not_before <= at && at < key->not_after &&
		   (key->status == KEY_ACTIVE || key->since > at);
}

bool keyset_signer(const struct keyset *keyset, const char *kid, enum key_role role, int64_t at,
	enum refusal code, const struct keyset_key **ret, struct err *err)
{
	const struct keyset_key *key = keyset_find(keyset, kid);

	if (!key)
		return err_code(err, (int)code, "key %s is not in keyset %" PRId64, kid, keyset->version);
	if (key->role != role)
		return err_code(
			err, (int)code, "key %s is %s's, not %s's", kid, role_name(key->role), role_name(role));
	if (!keyset_key_valid(key, at))
		return err_code(err, (int)code, "key %s (%s) was not valid at %" PRId64, kid,
			key_status_name(key->status), at);
	*ret = key;
	return true;
}

bool keyset_verify(const struct keyset *keyset, const struct jws *jws, enum key_role role,
	int64_t at, struct err *err)
{
	const struct keyset_key *key;

	return keyset_signer(keyset, jws->kid, role, at, jws->type->forged, &key, err)
			   ? jws_verify(jws, &key->public, err)
			   : err_context(err, "%s", jws->type->what);
}

int keyset_approvals(const struct keyset *keyset, const char *channel)
{
	for (size_t i = 0; i < keyset->channel_count; i++)
		if (strcmp(keyset->channels[i].name, channel) == 0)
			return keyset->channels[i].approvals;
	return 0;
}

const char *key_status_name(enum key_status status)
{
	return key_status_names[status];
}
