#include "common/publication.h"

#include <inttypes.h>

#include "common/approval.h"
#include "common/refusal.h"

static bool check_agreement(
	const struct entry *entry, const struct manifest *manifest, size_t len, struct err *err)
{
	uint32_t parts;

	if (!pub_id_equal(&manifest->id, &entry->publication))
		return err_code(
			err, REFUSAL_MANIFEST_ENTRY, "manifest: its id is not the entry's publication");
	if (manifest->kind != entry->kind)
		return err_code(err, REFUSAL_MANIFEST_ENTRY, "manifest: kind '%s', the entry's is '%s'",
			kind_name(manifest->kind), kind_name(entry->kind));
	if (!body_count_parts(len, manifest_total_bytes(manifest), &parts, err))
		return false;
	return parts == entry->body.parts ||
		   err_code(err, REFUSAL_MANIFEST_ENTRY, "manifest: it makes %u parts, the entry says %u",
			   (unsigned)parts, (unsigned)entry->body.parts);
}

static bool check_approvals(const struct entry *entry, const struct manifest *manifest,
	const struct keyring *ring, struct err *err)
{
	const struct keyset *named = keyring_version(ring, entry->keyset);

	if (!named)
		return err_code(
			err, REFUSAL_ENTRY_KEYSET, "entry: keyset %" PRId64 " is not held", entry->keyset);
	/* The manifest's digest is the entry's by now. */
	return approvals_check(entry->signatures, entry->signature_count, &entry->manifest,
		keyring_newest(ring), entry->issued_at, keyset_approvals(named, manifest->channel), err);
}

static bool judge(const struct entry *entry, const struct manifest *manifest, const void *data,
	size_t len, const struct keyring *ring, int64_t now, int64_t max_bytes, struct err *err)
{
	struct digest digest = digest_of(data, len);

	if (!manifest_check_total(manifest, max_bytes, err))
		return false;
	if (!digest_equal(&digest, &entry->manifest))
		return err_code(
			err, REFUSAL_MANIFEST_DIGEST, "manifest: its digest is not what the entry says");
	if (!check_agreement(entry, manifest, len, err) || !check_approvals(entry, manifest, ring, err))
		return false;
	if (now != TIME_NONE && manifest->expires_at != TIME_NONE && now > manifest->expires_at)
		return err_code(
			err, REFUSAL_EXPIRED, "the publication expired at %" PRId64, manifest->expires_at);
	return manifest_check_names(manifest, err);
}

bool publication_judge(const struct entry *entry, const void *manifest, size_t len,
	const struct keyring *ring, int64_t now, int64_t max_bytes, struct manifest *ret,
	struct err *err)
{
	auto_manifest struct manifest parsed = MANIFEST_INIT;

	if (!manifest_parse(manifest, len, &parsed, err) ||
		!judge(entry, &parsed, manifest, len, ring, now, max_bytes, err))
		return false;
	*ret = parsed;
	parsed = (struct manifest)MANIFEST_INIT;
	return true;
}
