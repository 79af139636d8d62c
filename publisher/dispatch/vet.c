#include "publisher/dispatch/vet.h"

#include <string.h>

#include "common/limits.h"
#include "common/manifest.h"
#include "common/publication.h"
#include "common/refusal.h"
#include "common/seal.h"

/* What the database says in plain must be what the editors signed. */
static bool vet_row(
	const struct ledger_draft *draft, const struct manifest *manifest, struct err *err)
{
	struct digest rule = digest_of(draft->audience.data, draft->audience.len);

	if (strcmp(draft->channel, manifest->channel) != 0)
		return err_code(err, REFUSAL_MANIFEST_ENTRY, "the manifest is for another channel");
	if (strcmp(draft->number, manifest->number) != 0)
		return err_code(err, REFUSAL_MANIFEST_ENTRY, "the manifest bears another number");
	if (draft->not_before != manifest->not_before || draft->expires_at != manifest->expires_at)
		return err_code(err, REFUSAL_MANIFEST_ENTRY, "the manifest has other times");
	if (!digest_equal(&rule, &manifest->audience))
		return err_code(
			err, REFUSAL_MANIFEST_ENTRY, "the audience rule is not the one that was signed");
	return true;
}

static bool vet_has(const struct ledger_draft *draft, const struct manifest_reference *reference)
{
	for (size_t i = 0; i < draft->reference_count; i++)
		if (draft->references[i].recalls == reference->recalls &&
			pub_id_equal(&draft->references[i].publication, &reference->publication))
			return true;
	return false;
}

/* What is taken back is what the editors signed, neither more nor less nor otherwise. */
static bool vet_references(
	const struct ledger_draft *draft, const struct manifest *manifest, struct err *err)
{
	for (size_t i = 0; i < manifest->reference_count; i++) {
		const struct manifest_reference *reference = &manifest->references[i];

		if (manifest->kind != (reference->recalls ? KIND_RECALL : KIND_SUPERSEDE))
			return reference->recalls ? err_code(err, REFUSAL_MANIFEST_ENTRY,
											"a publication of kind '%s' cannot recall another",
											kind_name(manifest->kind))
									  : err_code(err, REFUSAL_MANIFEST_ENTRY,
											"a publication of kind '%s' cannot supersede another",
											kind_name(manifest->kind));
		if (!vet_has(draft, reference))
			return err_code(err, REFUSAL_MANIFEST_ENTRY,
				"the database does not say that it takes back what the manifest names");
	}
	return draft->reference_count == manifest->reference_count ||
		   err_code(
			   err, REFUSAL_MANIFEST_ENTRY, "the database names more than the manifest takes back");
}

static bool vet_manifest(const struct ledger_draft *draft, const struct buf *bytes,
	const struct keyring *ring, int64_t now, struct manifest *ret, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct entry entry = draft->entry; /* borrows the draft's signatures */

	entry.keyset = keyring_newest(ring)->version;
	entry.issued_at = now;
	if (!publication_judge(
			&entry, bytes->data, bytes->len, ring, now, LIMIT_PUBLICATION_BYTES, &manifest, err) ||
		!vet_row(draft, &manifest, err) || !vet_references(draft, &manifest, err))
		return false;
	*ret = manifest;
	manifest = (struct manifest)MANIFEST_INIT;
	return true;
}

bool vet_publication(const struct ledger_draft *draft, const struct signing_key *key,
	const struct keyring *ring, int64_t now, body_part_source *source, void *context,
	struct manifest *ret, struct err *err)
{
	auto_secret struct secret *content_key = NULL;
	auto_buf struct buf manifest = BUF_INIT(LIMIT_MANIFEST);

	if (!draft->has_grant)
		return err_code(err, REFUSAL_GRANT,
			"its content key is not sealed to this dispatcher: draft it again with the newest "
			"keyset");
	if (!grant_open(draft->grant, &draft->entry.publication, key, &content_key, err))
		return err_context(err, "content key");
	if (!body_read_manifest(&draft->entry.body, content_key, source, context, &manifest, NULL, err))
		return err_context(err, "body");
	return vet_manifest(draft, &manifest, ring, now, ret, err);
}
