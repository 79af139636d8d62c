#include "publisher/cli/sealing.h"

void sealing_release(struct sealing *sealing)
{
	spool_release(&sealing->spool);
}

static bool seal_body(const struct secret *content_key, const struct manifest *manifest,
	const struct buf *manifest_bytes, const struct sources *sources, struct sealing *sealing,
	struct err *err)
{
	auto_body_writer struct body_writer *writer = NULL;

	return spool_open(&sealing->spool, err) &&
		   body_writer_new(content_key, manifest_bytes->data, manifest_bytes->len,
			   manifest_total_bytes(manifest), spool_put, &sealing->spool, &writer, err) &&
		   sources_push(sources, manifest, writer, err) &&
		   body_writer_finish(writer, &sealing->body, err);
}

static bool opens_drafts(const struct keyset_key *key, int64_t now)
{
	return (key->role == ROLE_DISPATCHER || key->role == ROLE_EDITOR ||
			   key->role == ROLE_RECOVERY) &&
		   keyset_key_valid(key, now);
}

static bool seal_key(const struct secret *content_key, const struct pub_id *id,
	const struct keyset *keyset, int64_t now, struct sealing *sealing, struct err *err)
{
	bool has_dispatcher = false;

	for (size_t i = 0; i < keyset->key_count; i++) {
		const struct keyset_key *key = &keyset->keys[i];

		if (!opens_drafts(key, now))
			continue;
		struct sealing_grant *grant = &sealing->grants[sealing->grant_count++];

		grant->kid = key->kid;
		if (!grant_seal(id, content_key, &key->public, grant->sealed, err))
			return err_context(err, "key %s (%s)", key->kid, key->name);
		has_dispatcher |= key->role == ROLE_DISPATCHER;
	}
	if (!has_dispatcher)
		return err_set(err, ERR_DENIED,
			"keyset %lld lists no dispatcher that is valid now: nobody could send this",
			(long long)keyset->version);
	return true;
}

bool sealing_make(const struct manifest *manifest, const struct buf *manifest_bytes,
	const struct sources *sources, const struct keyset *keyset, int64_t now, struct sealing *ret,
	struct err *err)
{
	auto_sealing struct sealing sealing = SEALING_INIT;
	auto_secret struct secret *content_key = content_key_random(err);

	if (!content_key || !seal_key(content_key, &manifest->id, keyset, now, &sealing, err) ||
		!seal_body(content_key, manifest, manifest_bytes, sources, &sealing, err))
		return false;
	*ret = sealing;
	sealing.spool = (struct spool)SPOOL_INIT;
	return true;
}
