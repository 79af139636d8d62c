#include "publisher/cli/draft.h"

#include <stdio.h>
#include <string.h>

#include "common/approval.h"
#include "common/json.h"
#include "common/kind.h"
#include "db/editor.h"
#include "db/editor_course.h"
#include "db/editor_draft.h"
#include "db/editor_recall.h"
#include "publisher/cli/approvals.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/calendar.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/course.h"
#include "publisher/cli/draft_options.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/reopen.h"
#include "publisher/cli/rule.h"
#include "publisher/cli/sealing.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/sources.h"
#include "publisher/cli/trial.h"
#include "publisher/cli/verbs.h"

/* Everything that becomes a draft, in the order in which it is made. */
struct draft {
	struct session session;
	struct opened edited; /* what is edited; nothing for a new one */
	bool edits; /* that one, or copies it */
	bool copies; /* and leaves it as it is */
	bool submits; /* hands it over at once */
	struct lookup old; /* what it takes back; nothing for KIND_PUBLISH */
	struct manifest manifest;
	struct buf rule;
	struct sources sources;
	char calendar[CALENDAR_NAME_SIZE]; /* name of the generated file */
	struct buf warnings; /* of its files */
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
	buf_release(&draft->warnings);
	manifest_release(&draft->manifest);
	opened_release(&draft->edited);
	lookup_release(&draft->old);
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

static void start(struct draft *draft)
{
	buf_init(&draft->rule, RULE_BYTES_MAX);
	buf_init(&draft->warnings, OUTPUT_MAX);
	buf_init(&draft->manifest_bytes, LIMIT_MANIFEST);
	buf_init(&draft->signature, LIMIT_MANIFEST_JWS);
}

static bool take_sources(struct draft *draft, struct err *err)
{
	/* A recall has no files. */
	return (draft->manifest.kind == KIND_RECALL ||
			   (add_calendar(draft, err) && check_any(&draft->sources, err))) &&
		   sources_describe(&draft->sources, &draft->manifest, &draft->warnings, err) &&
		   manifest_check_total(&draft->manifest, LIMIT_PUBLICATION_BYTES, err);
}

/* All that can be refused without asking anyone. */
static bool read_what(
	const struct cli_call *call, enum kind kind, struct draft *draft, struct err *err)
{
	start(draft);
	return session_init(&draft->session, call, err) &&
		   draft_options_read(
			   call, kind, draft->session.now, &draft->manifest, &draft->rule, err) &&
		   (!cli_has(call, "test") ||
			   trial_make(&draft->session, &draft->manifest, &draft->rule, err)) &&
		   sources_open(call->argv + 1, call->argc - 1, &draft->sources, err) &&
		   take_sources(draft, err);
}

static bool change(const struct cli_call *call, struct draft *draft, struct err *err)
{
	if (!draft->copies)
		return draft_options_change(call, draft->session.now, &draft->manifest, &draft->rule, err);
	if (draft->manifest.kind == KIND_RECALL)
		return err_set(err, ERR_DENIED, "publication %s is a recall: there is nothing to try in it",
			draft->edited.found.brief);
	trial_copy(draft->session.now, &draft->manifest);
	return trial_make(&draft->session, &draft->manifest, &draft->rule, err);
}

/* The old draft opened and verified, its manifest and files but for what is said anew. */
static bool read_old(const struct cli_call *call, struct draft *draft, struct err *err)
{
	struct opened *old = &draft->edited;
	char calendar[CALENDAR_NAME_SIZE];

	start(draft);
	draft->edits = true;
	if (!opened_read(&draft->session, call->argv[0], old, err) ||
		!manifest_parse(old->manifest_bytes.data, old->manifest_bytes.len, &draft->manifest, err) ||
		!buf_append(&draft->rule, old->rule.data, old->rule.len, err))
		return false;
	manifest_clear_files(&draft->manifest);
	/* Made anew from the fields as they are now. */
	bool is_seminar = strcmp(old->manifest.channel, "seminar") == 0;
	const char *made = is_seminar ? calendar_name(&old->manifest, calendar) : "";

	return change(call, draft, err) &&
		   (call->argc > 1 ? sources_open(call->argv + 1, call->argc - 1, &draft->sources, err)
						   : reopen_files(old, made, &draft->sources, err)) &&
		   take_sources(draft, err);
}

/* What it takes back is found by PostgreSQL, which refuses later what cannot be taken back. */
static bool refer(struct draft *draft, enum kind kind, const char *target, struct err *err)
{
	struct manifest *manifest = &draft->manifest;

	if (kind == KIND_PUBLISH)
		return true;
	if (!lookup_publication(&draft->session, target, &draft->old, err))
		return false;
	manifest->references[0].recalls = kind == KIND_RECALL;
	manifest->references[0].publication = draft->old.id;
	manifest->reference_count = 1;
	if (kind != KIND_RECALL)
		return true;
	buf_clear(&draft->rule);
	if (!rule_make_holders(&draft->rule, err))
		return false;
	manifest->audience = digest_of(draft->rule.data, draft->rule.len);
	return true;
}

static bool read_audience(struct draft *draft, struct err *err)
{
	struct pg *pg = draft->session.pg;

	return draft->manifest.kind == KIND_RECALL
			   ? audience_read_recall(pg, draft->old.publication.id, &draft->audience, err)
			   : audience_read(pg, draft->manifest.channel, draft->rule.data, draft->rule.len,
					 &draft->audience, err);
}

/* What the channel's policy adds, then the manifest is as it will be signed. */
static bool apply_policy(const struct cli_call *call, struct draft *draft, struct err *err)
{
	struct manifest *manifest = &draft->manifest;
	int64_t from = manifest->not_before == TIME_NONE ? draft->session.now : manifest->not_before;

	if ((!draft->edits || draft->copies) && manifest->kind != KIND_RECALL &&
		!cli_has(call, "expires") &&
		!editor_expiry(draft->session.pg, manifest->channel, from, &manifest->expires_at, err))
		return false;
	return manifest_format(manifest, &draft->manifest_bytes, err);
}

/* Who may draft, who must approve, who would receive. */
static bool read_who(struct draft *draft, struct err *err)
{
	const char *channel = draft->manifest.channel;
	struct session *session = &draft->session;

	if (draft->edits) {
		draft->keyset = draft->edited.keyset;
		draft->editor = draft->edited.editor;
		draft->edited.editor = (struct signer)SIGNER_INIT;
	} else if (!session_trust(session, &draft->ring, &draft->keyset, err)) {
		return false;
	}
	draft->approvals = keyset_approvals(draft->keyset, channel);
	if (draft->approvals == 0)
		return err_set(err, ERR_USAGE, "keyset %lld has no channel '%s'; see: certwire keyset show",
			(long long)draft->keyset->version, channel);
	return (draft->edits ||
			   signer_load(session, draft->keyset, ROLE_EDITOR, &draft->editor, err)) &&
		   editor_check_my_key(session->pg, draft->editor.kid, err) && read_audience(draft, err);
}

static bool seal_and_sign(struct draft *draft, struct err *err)
{
	return (draft->edits || signer_unlock(&draft->session, &draft->editor, err)) &&
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
	if (!editor_draft_begin(pg, &row, err) ||
		(draft->old.rows && !editor_draft_reference(pg, id, draft->old.publication.id, err)) ||
		!put_parts(pg, id, sealing, err))
		return false;
	for (size_t i = 0; i < sealing->grant_count; i++)
		if (!editor_put_content_key(pg, id, sealing->grants[i].kid, sealing->grants[i].sealed, err))
			return false;
	if (!editor_draft_finish(
			pg, id, draft->editor.kid, buf_str(&draft->signature), &draft->approval, err) ||
		(draft->edits && !draft->copies &&
			!editor_replace(pg, id, draft->edited.found.publication.id, err)))
		return false;
	return !draft->submits || draft->approval.is_approved || editor_submit(pg, id, err);
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

static bool next_step(
	const struct draft *draft, const char *brief, struct buf *out, struct err *err)
{
	if (draft->submits || draft->approval.is_approved)
		return approval_describe(&draft->approval, brief, out, err);
	return buf_printf(out, err,
		"%d/%d 人已签，尚未提交；next: certwire preview %s, certwire submit %s",
		draft->approval.signatures, draft->approval.needed, brief, brief);
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
	if (!next_step(draft, brief, &phrase, err) ||
		!manifest_view_line(&text, "审签", buf_str(&phrase), err))
		return false;
	(void)pub_id_format(&draft->manifest.id, id);
	if (!lookup_namesakes(&draft->session, kind_name(draft->manifest.kind), draft->manifest.channel,
			draft->manifest.number, id, &text, err))
		return false;
	(void)fprintf(stderr, "draft 草稿 %s\n%s%s", brief, buf_str(&text), buf_str(&draft->warnings));
	return printf("%s\n", id) > 0 || output_failed(err);
}

/*
 * Taking back is asked about; what is not out, or has been taken back already, PostgreSQL refuses.
 */
static bool ask(const struct cli_call *call, const struct draft *draft, struct err *err)
{
	const struct editor_publication *old = &draft->old.publication;
	bool recalls = draft->manifest.kind == KIND_RECALL;

	if (!draft->old.rows || !old->issued_at || strcmp(old->kind, kind_name(KIND_RECALL)) == 0)
		return true;
	(void)fprintf(stderr,
		recalls ? "%s  %s %s: 将从 %d 个单位召回 recalled from %d units\n"
				: "%s  %s %s: 新版将发给 %d 个单位 replaced at %d units\n",
		draft->old.brief, old->channel, old->number, draft->audience.receiving,
		draft->audience.receiving);
	return confirm_units(call, draft->audience.receiving,
		"Type how many units, to draft it 请输入单位数以确认: ", "nothing was drafted", err);
}

static bool make(const struct cli_call *call, struct draft *draft, struct err *err)
{
	if (!read_who(draft, err) || !ask(call, draft, err) || !apply_policy(call, draft, err) ||
		!seal_and_sign(draft, err) || !pg_transaction(draft->session.pg, store, draft, err))
		return false;
	return cli_has(call, "json") ? report_json(draft, err) : report_text(draft, err);
}

/* clang-format off */
#define DRAFT_INIT {.session = SESSION_INIT, .edited = OPENED_INIT, .editor = SIGNER_INIT, .sealing = SEALING_INIT}
/* clang-format on */

bool draft_make(const struct cli_call *call, enum kind kind, const char *target, struct err *err)
{
	CLEANUP(draft_release)
	struct draft draft = DRAFT_INIT;

	/* What takes back is urgent: it waits for nobody but who approves it. */
	draft.submits = kind != KIND_PUBLISH || cli_has(call, "submit");
	return read_what(call, kind, &draft, err) && refer(&draft, kind, target, err) &&
		   make(call, &draft, err);
}

bool verb_edit(const struct cli_call *call, struct err *err)
{
	CLEANUP(draft_release)
	struct draft draft = DRAFT_INIT;

	draft.submits = cli_has(call, "submit");
	return session_init(&draft.session, call, err) &&
		   course_look(&draft.session, call->argv[0], COURSE_OPEN, "it cannot be changed",
			   "to replace it: certwire supersede", err) &&
		   read_old(call, &draft, err) && make(call, &draft, err);
}

bool draft_test(const struct cli_call *call, struct err *err)
{
	CLEANUP(draft_release)
	struct draft draft = DRAFT_INIT;

	draft.copies = true;
	draft.submits = true;
	return session_init(&draft.session, call, err) &&
		   course_look(&draft.session, call->argv[0], COURSE_OPEN " issued",
			   "it is not sent as a test", "see: certwire status", err) &&
		   read_old(call, &draft, err) && make(call, &draft, err);
}

bool verb_draft(const struct cli_call *call, struct err *err)
{
	const char *target = cli_value(call, "supersedes");

	return draft_make(call, target ? KIND_SUPERSEDE : KIND_PUBLISH, target, err);
}
