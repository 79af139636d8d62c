#include "publisher/cli/chain.h"

#include <inttypes.h>

#include "common/language.h"
#include "publisher/cli/when.h"

enum { PAGE_ROWS = 1000, US_PER_S = 1000000 };

void chain_init(struct chain *chain, const struct anchors *anchors)
{
	*chain = (struct chain){.anchors = anchors};
}

static bool check_order(const struct chain *chain, int64_t sequence, struct err *err)
{
	int64_t expected = chain->sequence + 1;

	if (sequence > expected)
		return err_set(err, ERR_DENIED, "记录缺失 record %" PRId64 " is missing", expected);
	return sequence == expected ||
		   err_set(err, ERR_DENIED, "记录重复 record %" PRId64 " is there twice", sequence);
}

/* An anchor from before a restore speaks of records that the restore may have lost. */
static const char *epoch_note(const struct chain *chain, const struct anchor *anchor)
{
	return anchor->epoch < chain->anchors->newest_epoch
			   ? language_text(
					 "; the anchor is of an earlier epoch: compare with what was restored")
			   : "";
}

static bool check_anchor(const struct chain *chain, const struct anchor *anchor, struct err *err)
{
	char time[WHEN_TEXT_SIZE];

	if (digest_equal(&anchor->digest, &chain->digest))
		return true;
	return err_set(err, ERR_DENIED,
		"审计被改写 the chain was rewritten: of the records %" PRId64 " to %" PRId64
		" some are not what they were on %s, says the head for %s (%s)%s",
		chain->proof ? chain->proof->sequence + 1 : 1, anchor->sequence,
		when_format(anchor->time, time), anchor->unit, anchor->from, epoch_note(chain, anchor));
}

static bool check_anchors(struct chain *chain, int64_t at_us, struct err *err)
{
	const struct anchors *anchors = chain->anchors;
	const struct anchor *proof = chain->proof;

	for (; chain->next_anchor < anchors->count; chain->next_anchor++) {
		const struct anchor *anchor = &anchors->items[chain->next_anchor];

		if (anchor->sequence > chain->sequence)
			break;
		if (!check_anchor(chain, anchor, err))
			return false;
		proof = anchor;
	}
	if (proof != chain->proof)
		chain->proven_at_us = at_us;
	chain->proof = proof;
	return true;
}

bool chain_take(struct chain *chain, const struct auditor_record *record, struct err *err)
{
	int64_t sequence = record->record.sequence;
	struct digest digest;
	char time[WHEN_TEXT_SIZE];

	if (!check_order(chain, sequence, err))
		return false;
	if (record->is_gone)
		return err_set(err, ERR_DENIED,
			"记录缺失 record %" PRId64 " is missing: its link is there, its row is not", sequence);
	digest = audit_chain_link(&chain->digest, &record->record);
	if (!digest_equal(&digest, &record->digest))
		return err_set(err, ERR_DENIED,
			"记录被改动 record %" PRId64
			" is not what the chain says: it was changed, or one after record %" PRId64
			" with its link; now it reads: %s %s %s '%s'",
			sequence, chain->proof ? chain->proof->sequence : 0,
			when_format(record->record.at_us / US_PER_S, time), ERR_QUOTED(record->record.login),
			ERR_QUOTED(record->record.act), ERR_QUOTED(record->record.subject));
	chain->sequence = sequence;
	chain->digest = digest;
	return check_anchors(chain, record->record.at_us, err);
}

bool chain_end(const struct chain *chain, struct err *err)
{
	const struct anchors *anchors = chain->anchors;
	const struct anchor *anchor;
	char time[WHEN_TEXT_SIZE];

	if (chain->next_anchor == anchors->count)
		return true;
	anchor = &anchors->items[anchors->count - 1];
	return err_set(err, ERR_DENIED,
		"记录缺失 the records %" PRId64 " to %" PRId64
		" are missing: the head for %s of %s knows them (%s)%s",
		chain->sequence + 1, anchor->sequence, anchor->unit, when_format(anchor->time, time),
		anchor->from, epoch_note(chain, anchor));
}

static bool name_unlinked(struct pg *pg, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	char time[WHEN_TEXT_SIZE];

	if (!auditor_unlinked(pg, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return err_set(
			err, ERR_DENIED, "链外有记录 there are more rows than the chain has records");

	struct audit_record record = auditor_unlinked_at(rows, 0);

	return err_set(err, ERR_DENIED,
		"插入的记录 an act is in no link of the chain, somebody put it there: %s %s %s '%s'",
		when_format(record.at_us / US_PER_S, time), ERR_QUOTED(record.login),
		ERR_QUOTED(record.act), ERR_QUOTED(record.subject));
}

/* What a walk by sequence cannot meet: rows without a link, links below 1, links twice. */
static bool check_beside(struct pg *pg, struct err *err)
{
	struct auditor_counts counts;

	if (!auditor_counts(pg, &counts, err))
		return false;
	if (counts.acts != counts.last)
		return name_unlinked(pg, err);
	return counts.links == counts.last ||
		   err_set(err, ERR_DENIED,
			   "链外有记录 there are %" PRId64 " links, and the last has number %" PRId64,
			   counts.links, counts.last);
}

static bool take_page(struct chain *chain, struct pg *pg, bool *ret_more, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!auditor_records(pg, chain->sequence, PAGE_ROWS, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct auditor_record record;

		if (!auditor_record_at(rows, row, &record, err) || !chain_take(chain, &record, err))
			return false;
	}
	*ret_more = pg_row_count(rows) > 0;
	return true;
}

bool chain_walk(struct chain *chain, struct pg *pg, struct err *err)
{
	bool more = true;

	while (more)
		if (!take_page(chain, pg, &more, err))
			return false;
	return chain_end(chain, err) && check_beside(pg, err);
}
