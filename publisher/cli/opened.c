#include "publisher/cli/opened.h"

#include <string.h>

#include "common/kind.h"
#include "common/seal.h"
#include "db/editor.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/rule.h"

static bool take_rule(struct opened *opened, struct err *err)
{
	struct pg_bytes rule = opened->found.publication.audience;

	buf_init(&opened->rule, RULE_BYTES_MAX);
	return buf_append(&opened->rule, rule.data, rule.len, err) || err_context(err, "audience rule");
}

static bool take_content_key(struct session *session, struct opened *opened, struct err *err)
{
	const char *id = opened->found.publication.id;
	uint8_t sealed[GRANT_BYTES];
	bool found = false;

	if (!editor_content_key(session->pg, id, opened->editor.kid, sealed, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_DENIED,
			"publication %s is not sealed to your key %s: it was drafted before a keyset listed "
			"it; an editor "
			"who can read it runs: certwire edit %s",
			opened->found.brief, opened->editor.kid, opened->found.brief);
	return signer_unlock(session, &opened->editor, err) &&
		   grant_open(sealed, &opened->found.id, &opened->editor.key, &opened->content_key, err);
}

static bool take_manifest(struct session *session, struct opened *opened, struct err *err)
{
	const struct editor_publication *publication = &opened->found.publication;

	buf_init(&opened->manifest_bytes, LIMIT_MANIFEST);
	return spool_open(&opened->spool, err) &&
		   editor_parts(session->pg, publication->id, 0, publication->body.parts, spool_put,
			   &opened->spool, err) &&
		   body_read_manifest(&publication->body, opened->content_key, spool_get, &opened->spool,
			   &opened->manifest_bytes, NULL, err) &&
		   manifest_parse(
			   opened->manifest_bytes.data, opened->manifest_bytes.len, &opened->manifest, err) &&
		   manifest_check_names(&opened->manifest, err);
}

static int64_t time_of(int64_t manifest_time)
{
	return manifest_time == TIME_NONE ? 0 : manifest_time;
}

/* The dispatcher acts on PostgreSQL's word; editors and units on the manifest's: they must agree. */
static bool compare(const struct opened *opened, struct err *err)
{
	const struct editor_publication *row = &opened->found.publication;
	const struct manifest *manifest = &opened->manifest;
	struct digest digest = digest_of(opened->manifest_bytes.data, opened->manifest_bytes.len);
	struct digest rule = digest_of(opened->rule.data, opened->rule.len);

	if (!digest_equal(&digest, &row->manifest_digest))
		return err_code(err, REFUSAL_MANIFEST_DIGEST,
			"the manifest is not the one that PostgreSQL names: do not approve it, tell an "
			"administrator");
	if (!digest_equal(&rule, &manifest->audience))
		return err_code(err, REFUSAL_MANIFEST_ENTRY,
			"the audience rule in PostgreSQL is not the drafter's: do not approve it, tell an "
			"administrator");
	if (!pub_id_equal(&manifest->id, &opened->found.id) ||
		strcmp(kind_name(manifest->kind), row->kind) != 0 ||
		strcmp(manifest->channel, row->channel) != 0 ||
		strcmp(manifest->number, row->number) != 0 ||
		time_of(manifest->not_before) != row->not_before ||
		time_of(manifest->expires_at) != row->expires_at)
		return err_code(err, REFUSAL_MANIFEST_ENTRY,
			"manifest and PostgreSQL disagree on id, kind, channel, number or times: "
			"do not approve it, tell an administrator");
	return true;
}

static bool find(struct session *session, const char *id, struct opened *ret, struct err *err)
{
	return session_trust(session, &ret->ring, &ret->keyset, err) &&
		   lookup_publication(session, id, &ret->found, err) && take_rule(ret, err);
}

static bool open_found(struct session *session, struct opened *ret, struct err *err)
{
	if (!take_content_key(session, ret, err) || !take_manifest(session, ret, err) ||
		!compare(ret, err))
		return false;
	const struct editor_publication *publication = &ret->found.publication;
	int64_t at = publication->issued_at ? publication->issued_at : session->now;

	return approvals_read(
		session->pg, publication->id, &ret->manifest_bytes, ret->keyset, at, &ret->approvals, err);
}

bool opened_read(struct session *session, const char *id, struct opened *ret, struct err *err)
{
	return find(session, id, ret, err) &&
		   signer_load(session, ret->keyset, ROLE_EDITOR, &ret->editor, err) &&
		   open_found(session, ret, err);
}

bool opened_look(struct session *session, const char *id, struct opened *ret, struct err *err)
{
	return find(session, id, ret, err) &&
		   signer_load_reader(session, ret->keyset, &ret->editor, err) &&
		   open_found(session, ret, err);
}

void opened_release(struct opened *opened)
{
	approvals_release(&opened->approvals);
	buf_release(&opened->rule);
	manifest_release(&opened->manifest);
	buf_release(&opened->manifest_bytes);
	spool_release(&opened->spool);
	secret_free(opened->content_key);
	opened->content_key = NULL;
	signer_release(&opened->editor);
	keyring_release(&opened->ring);
	lookup_release(&opened->found);
}

bool opened_view(const struct opened *opened, struct buf *out, struct err *err)
{
	const struct editor_publication *publication = &opened->found.publication;

	return buf_printf(
			   out, err, "%s  %s\n", publication->id, publication_state_text(publication->state)) &&
		   manifest_view(&opened->manifest, &opened->rule, out, err) &&
		   approvals_view(&opened->approvals, out, err);
}
