/*
 * Issues what editors asked for, once it is vetted; what fails is refused with the reason, which the
 * editor sees in the publication's status.
 */
#include "publisher/dispatch/dispatch.h"

#include <string.h>

#include "common/fault.h"
#include "common/part.h"
#include "common/refusal.h"
#include "db/ledger_issue.h"
#include "publisher/dispatch/push.h"
#include "publisher/dispatch/vet.h"

struct draft_source {
	struct dispatch *dispatch;
	const struct pub_id *publication;
	bool failed; /* PostgreSQL did, not the publication */
};

/* A body_part_source. Large bodies take their time, so the lease is kept meanwhile. */
static bool draft_part(
	void *context, uint32_t index, uint8_t out[static PART_BYTES], struct err *err)
{
	struct draft_source *source = context;
	struct dispatch *dispatch = source->dispatch;
	auto_rows struct pg_rows *rows = NULL;
	struct part part;

	source->failed = true;
	if (!lease_tick(&dispatch->lease, &dispatch->ledger, &dispatch->log, err) ||
		!ledger_read_parts(&dispatch->ledger, source->publication, index, index, &rows, err))
		return false;
	source->failed = false;
	if (pg_row_count(rows) != 1)
		return err_code(err, REFUSAL_BODY_DIGEST, "part %u is missing", index);
	if (!ledger_part_at(rows, 0, &part, err))
		return false;
	memcpy(out, part.bytes, PART_BYTES);
	return true;
}

static bool issue_refuse(struct dispatch *dispatch, const struct ledger_draft *draft,
	const struct err *why, struct err *err)
{
	char id[PUB_ID_SHORT_SIZE];

	log_line(&dispatch->log, LOG_LEVEL_WARNING, "refused to issue %s (%s): %d %s",
		pub_id_short(&draft->entry.publication, id), draft->channel, why->code, why->text);
	return ledger_refuse_issue(&dispatch->ledger, &draft->entry.publication, why->code, err);
}

static bool issue_one(struct dispatch *dispatch, const struct ledger_draft *draft,
	const struct manifest *manifest, struct err *err)
{
	struct pub_id targets[LIMIT_REFERENCES];
	struct ledger_issued issued;
	size_t count = 0;
	char id[PUB_ID_SHORT_SIZE];

	for (size_t i = 0; i < manifest->reference_count; i++)
		targets[count++] = manifest->references[i].publication;
	fault_point("dispatch-before-issue");
	if (!ledger_issue(&dispatch->ledger, &draft->entry.publication, draft->entry.signature_count,
			count, targets, &issued, err))
		return false;
	if (!issued.done)
		return true;
	fault_point("dispatch-after-issue");
	tally_add(&dispatch->tally.issued);
	log_line(&dispatch->log, LOG_LEVEL_INFO, "issued %s (%s) to %lld units",
		pub_id_short(&draft->entry.publication, id), draft->channel, (long long)issued.deliveries);
	if (issued.to_channel && issued.deliveries > 0)
		push_start(dispatch, &draft->entry.publication, draft->channel, draft->entry.body.parts);
	return true;
}

static bool issue_rest(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct ledger_rest rest;
	char id[PUB_ID_SHORT_SIZE];

	if (!ledger_issue_rest(&dispatch->ledger, &rest, err))
		return false;
	if (!rest.done)
		return true;
	*ret_more = true;
	log_line(&dispatch->log, LOG_LEVEL_INFO,
		"the head start of %s is over: issued to %lld more units",
		pub_id_short(&rest.publication, id), (long long)rest.deliveries);
	return true;
}

bool issue_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct draft_source source = {.dispatch = dispatch};
	__attribute__((cleanup(ledger_draft_release))) struct ledger_draft draft = {.channel = ""};
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_rows struct pg_rows *rows = NULL;
	struct err why;

	/* After its end the keyset vouches for no editor: publications wait for the next one. */
	if (!keyset_check_current(dispatch_keyset(dispatch), clock_now(dispatch->clock), err))
		return err_context(err, "nothing is issued");
	if (!issue_rest(dispatch, ret_more, err) || !ledger_release_scheduled(&dispatch->ledger, err))
		return false;
	if (!ledger_drafts(&dispatch->ledger, dispatch->key.kid, 1, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	*ret_more = true;
	if (!ledger_draft_at(rows, 0, &draft, err) ||
		!ledger_draft_references(&dispatch->ledger, &draft, err))
		return false;
	source.publication = &draft.entry.publication;
	if (vet_publication(&draft, &dispatch->key, &dispatch->ring, clock_now(dispatch->clock),
			draft_part, &source, &manifest, &why))
		return issue_one(dispatch, &draft, &manifest, err);
	if (source.failed || why.kind == ERR_SYSTEM) {
		*err = why;
		return false;
	}
	return issue_refuse(dispatch, &draft, &why, err);
}
