#include "tests/unit/test.h"

#include "publisher/cli/chain.h"

enum { RECORDS = 5 };

/* A chain of five acts, and anchors at some of its links. */
struct story {
	struct auditor_record records[RECORDS];
	struct anchor at[2];
	struct anchors anchors;
};

static void link_all(struct story *story)
{
	struct digest before = {.bytes = {0}};

	for (int i = 0; i < RECORDS; i++) {
		before = audit_chain_link(&before, &story->records[i].record);
		story->records[i].digest = before;
	}
}

static struct anchor anchor_of(const struct story *story, int64_t sequence)
{
	return (struct anchor){.sequence = sequence,
		.digest = story->records[sequence - 1].digest,
		.epoch = 1,
		.unit = "huaan",
		.from = "file"};
}

static void story_init(struct story *story)
{
	*story = (struct story){.anchors = {.items = story->at, .count = 2, .newest_epoch = 1}};
	for (int i = 0; i < RECORDS; i++)
		story->records[i].record = (struct audit_record){.sequence = i + 1,
			.at_us = i,
			.login = "li",
			.act = "act",
			.subject = "s",
			.detail = "{}"};
	link_all(story);
	story->at[0] = anchor_of(story, 2);
	story->at[1] = anchor_of(story, 4);
}

static bool walk(struct story *story, struct chain *chain, struct err *err)
{
	chain_init(chain, &story->anchors);
	for (int i = 0; i < RECORDS; i++)
		if (!chain_take(chain, &story->records[i], err))
			return false;
	return chain_end(chain, err);
}

static void a_whole_chain_is_proven_up_to_its_last_anchor(void **state)
{
	struct story story;
	struct chain chain;
	struct err err;

	(void)state;
	story_init(&story);
	assert_done(walk(&story, &chain, &err));
	assert_int_equal(chain.sequence, RECORDS);
	assert_ptr_equal(chain.proof, &story.at[1]);
	assert_int_equal(chain.proven_at_us, 3);
	story.anchors.count = 0;
	assert_done(walk(&story, &chain, &err));
	assert_null(chain.proof);
}

static void a_changed_record_is_named(void **state)
{
	struct story story;
	struct chain chain;
	struct err err;

	(void)state;
	story_init(&story);
	story.records[2].record.subject = "t";
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 3 is not what");
	story_init(&story);
	story.records[2].digest.bytes[0] ^= 1;
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 3 is not what");
}

static void swapped_missing_and_doubled_records_are_named(void **state)
{
	struct story story;
	struct chain chain;
	struct err err;

	(void)state;
	story_init(&story);
	story.records[1].record.login = "chen";
	link_all(&story);
	story.at[0] = anchor_of(&story, 2);
	story.at[1] = anchor_of(&story, 4);
	assert_done(walk(&story, &chain, &err));

	struct audit_record second = story.records[1].record;

	story.records[1].record = story.records[2].record;
	story.records[1].record.sequence = 2;
	story.records[2].record = second;
	story.records[2].record.sequence = 3;
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 2 is not what");
	story_init(&story);
	story.records[2] = story.records[3];
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 3 is missing");
	story_init(&story);
	story.records[2] = story.records[1];
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 2 is there twice");
	story_init(&story);
	story.records[2].is_gone = true;
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "record 3 is missing");
}

static void a_chain_written_anew_contradicts_its_anchors(void **state)
{
	struct story story;
	struct chain chain;
	struct err err;

	(void)state;
	story_init(&story);
	story.records[2].record.subject = "t";
	link_all(&story);
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "of the records 3 to 4");
	assert_null(strstr(err.text, "epoch"));
	story.anchors.newest_epoch = 2;
	assert_refused(walk(&story, &chain, &err), ERR_DENIED, "earlier epoch");
}

static void records_that_an_anchor_knows_and_are_cut_off_are_missing(void **state)
{
	struct story story;
	struct chain chain;
	struct err err;

	(void)state;
	story_init(&story);
	chain_init(&chain, &story.anchors);
	for (int i = 0; i < 3; i++)
		assert_done(chain_take(&chain, &story.records[i], &err));
	assert_refused(chain_end(&chain, &err), ERR_DENIED, "records 4 to 4 are missing");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_chain_is_proven_up_to_its_last_anchor),
		cmocka_unit_test(a_changed_record_is_named),
		cmocka_unit_test(swapped_missing_and_doubled_records_are_named),
		cmocka_unit_test(a_chain_written_anew_contradicts_its_anchors),
		cmocka_unit_test(records_that_an_anchor_knows_and_are_cut_off_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
