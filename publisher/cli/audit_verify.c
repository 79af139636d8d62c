#include "publisher/cli/verbs.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/json.h"
#include "publisher/cli/anchors.h"
#include "publisher/cli/chain.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/when.h"

enum { US_PER_S = 1000000 };

const struct cli_option audit_verify_options[] = {
	{"anchor", "FILE", "hold it against this file too, as 'certwire-unit anchor FILE' writes it",
		true},
	{"json", NULL, "print JSON", false},
	{0},
};

/* Evidence is kept as it is: what was changed shows beside an older copy. */
static bool tampered(struct err *err)
{
	return err->kind == ERR_DENIED &&
		   err_advice(err,
			   "change nothing, compare the database with a backup, and see who can write to it");
}

static bool read_anchors(
	struct session *session, const struct cli_call *call, struct anchors *anchors, struct err *err)
{
	auto_keyring struct keyring ring = {.count = 0};
	const char *path;

	if (!session_keyring(session, &ring, err))
		return false;
	if (!anchors_read_kept(anchors, session->pg, &ring, err))
		return tampered(err);
	for (size_t i = 0; (path = cli_value_at(call, "anchor", i)); i++)
		if (!anchors_read_file(anchors, path, &ring, err))
			return false;
	anchors_sort(anchors);
	if (anchors->doubtful > 0)
		(void)fprintf(stderr,
			"注意 note: %zu anchors are not used: the newest keyset does not vouch for who signed "
			"them\n",
			anchors->doubtful);
	return true;
}

/* A chain that nothing from outside holds may have been written anew as a whole. */
static bool report(const struct cli_call *call, const struct chain *chain, struct err *err)
{
	const struct anchor *proof = chain->proof;
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	char proven[WHEN_TEXT_SIZE];
	char signed_at[WHEN_TEXT_SIZE];

	if (!proof)
		return err_set(err, ERR_DATA,
			"无锚点 nothing proves the audit: its %" PRId64
			" records fit each other, but no anchor holds them; get one from a unit (certwire-unit "
			"anchor FILE) and give it with --anchor",
			chain->sequence);
	if (cli_has(call, "json"))
		return output_json(
			json_pack("{s:I, s:I, s:o, s:s, s:s, s:o}", "records", (json_int_t)chain->sequence,
				"proven", (json_int_t)proof->sequence, "proven_at",
				output_time(chain->proven_at_us / US_PER_S, 0), "unit", proof->unit, "from",
				proof->from, "signed_at", output_time(proof->time, 0)),
			err);
	return buf_printf(&text, err,
			   "审计完好 the audit holds: %" PRId64 " records, proven up to %" PRId64
			   " (%s) by the head for %s of %s (%s); %" PRId64 " newer not anchored yet\n",
			   chain->sequence, proof->sequence,
			   when_format(chain->proven_at_us / US_PER_S, proven), proof->unit,
			   when_format(proof->time, signed_at), proof->from,
			   chain->sequence - proof->sequence) &&
		   output_text(&text, err);
}

bool verb_audit_verify(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_anchors struct anchors anchors = ANCHORS_INIT;
	struct chain chain;

	if (!session_init(&session, call, err))
		return false;
	if (!read_anchors(&session, call, &anchors, err))
		return session_denied(&session, "an auditor or administrator", err);
	chain_init(&chain, &anchors);
	return chain_walk(&chain, session.pg, err) ? report(call, &chain, err) : tampered(err);
}
