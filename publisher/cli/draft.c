#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/approval.h"
#include "common/json.h"
#include "db/editor.h"
#include "db/editor_draft.h"
#include "publisher/cli/approvals.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/calendar.h"
#include "publisher/cli/draft_options.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/rule.h"
#include "publisher/cli/sealing.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/sources.h"

/* Everything that becomes a draft, in the order in which it is made. */
struct draft {
	struct session session;
	struct manifest manifest;
	struct buf rule;
	struct sources sources;
	char calendar[CALENDAR_NAME_SIZE]; /* name of the generated file */
	struct buf manifest_bytes;
	struct keyring ring;
	const struct keyset *keyset;
	int approvals;
	struct audience audience;
	struct signer editor;
	struct buf signature;
	struct sealing sealing;
	struct editor_approval approval;
};

static void draft_release(struct draft *draft)
{
	sealing_release(&draft->sealing);
	buf_release(&draft->signature);
	signer_release(&draft->editor);
	audience_release(&draft->audience);
	keyring_release(&draft->ring);
	buf_release(&draft->manifest_bytes);
	sources_release(&draft->sources);
	buf_release(&draft->rule);
	manifest_release(&draft->manifest);
	session_release(&draft->session);
}

/* A seminar goes into people's calendars. */
static bool add_calendar(struct draft *draft, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CALENDAR_MAX);

	if (strcmp(draft->manifest.channel, "seminar") != 0)
		return true;
	return calendar_format(&draft->manifest, &text, err) &&
		   sources_add(&draft->sources, calendar_name(&draft->manifest, draft->calendar), text.data,
			   text.len, err);
}

static bool check_any(const struct sources *sources, struct err *err)
{
	return sources->count > 0 ||
		   err_set(err, ERR_USAGE, "which files? 1 to %d make a publication", LIMIT_FILES);
}

/* All that can be refused without asking anyone. */
static bool read_what(const struct cli_call *call, struct draft *draft, struct err *err)
{
	buf_init(&draft->rule, RULE_BYTES_MAX);
	buf_init(&draft->manifest_bytes, LIMIT_MANIFEST);
	buf_init(&draft->signature, LIMIT_MANIFEST_JWS);
	return session_init(&draft->session, call, err) &&
		   draft_options_read(call, draft->session.now, &draft->manifest, &draft->rule, err) &&
		   sources_open(call->argv + 1, call->argc - 1, &draft->sources, err) &&
		   add_calendar(draft, err) && check_any(&draft->sources, err) &&
		   sources_describe(&draft->sources, &draft->manifest, err) &&
		   manifest_check_total(&draft->manifest, LIMIT_PUBLICATION_BYTES, err);
}

/* What the channel's policy adds, then the manifest is as it will be signed. */
static bool apply_policy(const struct cli_call *call, struct draft *draft, struct err *err)
{
	struct manifest *manifest = &draft->manifest;
	int64_t from = manifest->not_before == TIME_NONE ? draft->session.now : manifest->not_before;

	if (!cli_has(call, "expires") &&
		!editor_expiry(draft->session.pg, manifest->channel, from, &manifest->expires_at, err))
		return false;
	return manifest_format(manifest, &draft->manifest_bytes, err);
}

/* Who may draft, who must approve, who would receive. */
static bool read_who(struct draft *draft, struct err *err)
{
	const char *channel = draft->manifest.channel;
	struct session *session = &draft->session;

	if (!session_trust(session, &draft->ring, &draft->keyset, err))
		return false;
	draft->approvals = keyset_approvals(draft->keyset, channel);
	if (draft->approvals == 0)
		return err_set(err, ERR_USAGE, "keyset %lld has no channel '%s'; see: certwire keyset show",
			(long long)draft->keyset->version, channel);
	return signer_load(session, draft->keyset, ROLE_EDITOR, &draft->editor, err) &&
		   editor_check_my_key(session->pg, draft->editor.kid, err) &&
		   audience_read(
			   session->pg, channel, draft->rule.data, draft->rule.len, &draft->audience, err);
}

static bool seal_and_sign(struct draft *draft, struct err *err)
{
	return signer_unlock(&draft->session, &draft->editor, err) &&
		   sealing_make(&draft->manifest, &draft->manifest_bytes, &draft->sources, draft->keyset,
			   draft->session.now, &draft->sealing, err) &&
		   approval_sign(&draft->editor.key, draft->manifest_bytes.data, draft->manifest_bytes.len,
			   &draft->signature, err);
}

static bool put_parts(struct pg *pg, const char *id, struct sealing *sealing, struct err *err)
{
	uint8_t part[PART_BYTES];

	for (uint32_t i = 0; i < sealing->body.parts; i++)
		if (!spool_get(&sealing->spool, i, part, err) || !editor_draft_part(pg, id, i, part, err))
			return false;
	return true;
}

/* One transaction: a draft is there wholly or not at all. */
static bool store(struct pg *pg, void *context, struct err *err)
{
	struct draft *draft = context;
	struct sealing *sealing = &draft->sealing;
	char id[PUB_ID_SIZE];
	const struct editor_draft row = {.manifest = &draft->manifest,
		.manifest_digest = digest_of(draft->manifest_bytes.data, draft->manifest_bytes.len),
		.body = &sealing->body,
		.audience = draft->rule.data,
		.audience_len = draft->rule.len,
		.keyset = draft->keyset->version,
		.approvals_needed = draft->approvals};

	(void)pub_id_format(&draft->manifest.id, id);
	if (!editor_draft_begin(pg, &row, err) || !put_parts(pg, id, sealing, err))
		return false;
	for (size_t i = 0; i < sealing->grant_count; i++)
		if (!editor_put_content_key(pg, id, sealing->grants[i].kid, sealing->grants[i].sealed, err))
			return false;
	return editor_draft_finish(
		pg, id, draft->editor.kid, buf_str(&draft->signature), &draft->approval, err);
}

static bool report_json(const struct draft *draft, struct err *err)
{
	char id[PUB_ID_SIZE];

	return output_json(
		json_pack("{s:s, s:o, s:b, s:i, s:i, s:i, s:o}", "id",
			pub_id_format(&draft->manifest.id, id), "manifest",
			manifest_view_json(&draft->manifest), "approved", draft->approval.is_approved,
			"signatures", draft->approval.signatures, "approvals_needed", draft->approval.needed,
			"parts", (int)draft->sealing.body.parts, "audience", audience_json(&draft->audience)),
		err);
}

/* The summary is for the eye and goes to stderr; stdout carries the id alone, for scripts. */
static bool report_text(struct draft *draft, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_buf struct buf phrase = BUF_INIT(OUTPUT_MAX);
	char brief[PUB_ID_SHORT_SIZE];
	char id[PUB_ID_SIZE];

	(void)pub_id_short(&draft->manifest.id, brief);
	if (!manifest_view(&draft->manifest, &draft->rule, &text, err) ||
		!audience_summary(&draft->audience, &phrase, err) ||
		!manifest_view_line(&text, "受众", buf_str(&phrase), err))
		return false;
	buf_clear(&phrase);
	if (!approval_describe(&draft->approval, brief, &phrase, err) ||
		!manifest_view_line(&text, "审签", buf_str(&phrase), err))
		return false;
	(void)pub_id_format(&draft->manifest.id, id);
	if (!lookup_namesakes(
			&draft->session, draft->manifest.channel, draft->manifest.number, id, &text, err))
		return false;
	(void)fprintf(stderr, "draft 草稿 %s\n%s", brief, buf_str(&text));
	return printf("%s\n", id) > 0 || output_failed(err);
}

bool verb_draft(const struct cli_call *call, struct err *err)
{
	CLEANUP(draft_release)
	struct draft draft = {.session = SESSION_INIT, .editor = SIGNER_INIT, .sealing = SEALING_INIT};

	if (!read_what(call, &draft, err) || !read_who(&draft, err) ||
		!apply_policy(call, &draft, err) || !seal_and_sign(&draft, err) ||
		!pg_transaction(draft.session.pg, store, &draft, err))
		return false;
	return cli_has(call, "json") ? report_json(&draft, err) : report_text(&draft, err);
}
