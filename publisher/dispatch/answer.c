#include "publisher/dispatch/answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/device.h"
#include "common/offer.h"
#include "common/sync.h"
#include "common/topic.h"
#include "common/without.h"
#include "db/ledger_sync.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/head.h"
#include "publisher/dispatch/offer.h"
#include "publisher/dispatch/visitor.h"
#include "publisher/dispatch/window.h"

enum stage { STAGE_KEYSETS, STAGE_OFFERS, STAGE_PARTS, STAGE_OVER, STAGE_HEAD, STAGE_DONE };

struct answer {
	struct sync sync; /* owned */
	enum stage stage;
	bool in_lobby; /* keysets and the head that needs them, and nothing else */
	int64_t keyset; /* version sent last, or held */
	struct pg_rows *offers; /* owned; NULL until asked for */
	int offer; /* row to send next */
	struct window window; /* over the parts asked for */
	bool lacks_parts; /* of something asked for there are none, or there is no right to it */
};

static void cleanup_answer(struct answer **answer)
{
	answer_free(*answer);
}

void answer_free(struct answer *answer)
{
	if (!answer)
		return;
	pg_rows_free(answer->offers);
	sync_release(&answer->sync);
	free(answer);
}

bool answer_begin(struct dispatch *dispatch, const char *unit, const void *sync, size_t len,
	struct answer **ret, struct err *err)
{
	__attribute__((cleanup(cleanup_answer))) struct answer *answer = calloc(1, sizeof *answer);
	bool good_standing, welcome;

	if (!answer)
		return err_set(err, ERR_SYSTEM, "out of memory for an answer");
	if (!visitor_judge(dispatch, unit, sync, len, &answer->sync, &welcome, &good_standing, err))
		return false;
	if (!welcome)
		return true;
	answer->in_lobby = !good_standing;
	answer->keyset = answer->sync.keyset;
	*ret = TAKE(answer);
	return true;
}

/* The keyset after the one that the device has, until it has the newest. */
static bool answer_keyset(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_bytes jws;
	char topic[TOPIC_SIZE];

	if (answer->keyset >= dispatch_keyset(dispatch)->version)
		return true;
	if (!ledger_keysets(&dispatch->ledger, answer->keyset, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	answer->keyset = ledger_keyset_at(rows, 0, &jws);
	topic_unit(TOPIC_KEYSET, answer->sync.unit, topic);
	*ret = message_new(topic, jws.data, jws.len, err);
	return *ret != NULL;
}

static bool answer_offer(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	auto_offer struct offer offer = OFFER_INIT;

	if (!answer->offers &&
		!ledger_owed_to(&dispatch->ledger, &answer->sync, LIMIT_SYNC_OFFERS, &answer->offers, err))
		return false;
	assert(answer->offers);
	if (answer->offer >= pg_row_count(answer->offers))
		return true;
	if (!ledger_owed_at(answer->offers, answer->offer++, answer->sync.device, &offer, err))
		return false;
	return offer_message(answer->sync.unit, &offer, ret, err);
}

static bool answer_part(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	const struct sync *sync = &answer->sync;
	struct window *window = &answer->window;
	char topic[TOPIC_SIZE];

	for (; window_find(window, sync); window_skip(window)) {
		const struct pub_id *publication = &sync->missing[window->missing].publication;
		const struct parts_message *part = NULL;
		uint32_t count;

		if (!ledger_parts_owed(&dispatch->ledger, sync->unit, publication, &count, err))
			return false;
		if (window->part < count && !parts_read(&dispatch->parts, &dispatch->ledger, publication,
										window->part, count, &part, err))
			return false;
		/* No such part, or no right to it: nothing of this publication then. */
		if (!part) {
			answer->lacks_parts = true;
			continue;
		}
		window_sent(window);
		*ret = message_new(
			topic_unit(TOPIC_PART, sync->unit, topic), part->payload, sizeof part->payload, err);
		return *ret != NULL;
	}
	return true;
}

/* What it asks for in vain because it is over, it need not ask for again. */
static bool answer_over(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	(void)ret;
	return (!answer->lacks_parts && answer->sync.grant_count == 0) ||
		   ledger_end_asked(&dispatch->ledger, &answer->sync, err);
}

static bool answer_head(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	answer->stage = STAGE_DONE;
	return head_message(dispatch, &answer->sync, ret, err);
}

bool answer_next(
	struct dispatch *dispatch, struct answer *answer, struct message **ret, struct err *err)
{
	static bool (*const stages[])(struct dispatch *, struct answer *, struct message **,
		struct err *) = {answer_keyset, answer_offer, answer_part, answer_over, answer_head};

	*ret = NULL;
	while (answer->stage < STAGE_DONE) {
		if (!stages[answer->stage](dispatch, answer, ret, err))
			return false;
		if (*ret)
			return true;
		if (answer->stage < STAGE_DONE)
			answer->stage =
				answer->in_lobby || CERTWIRE_WITHOUT_SYNC ? STAGE_HEAD : answer->stage + 1;
	}
	return true;
}
