#include "publisher/dispatch/head.h"

#include <stdlib.h>
#include <string.h>

#include "common/head.h"
#include "common/topic.h"
#include "db/ledger_head.h"
#include "publisher/dispatch/anchor.h"
#include "publisher/dispatch/dispatch.h"

enum { HEADS_A_STEP = 64 };

/* Signs a head that was read, as of now. */
static bool head_finish(
	struct dispatch *dispatch, struct head *head, struct message **ret, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_HEAD_JWS);
	char topic[TOPIC_SIZE];

	head->time = clock_now(dispatch->clock);
	if (!head_sign(head, &dispatch->key, &jws, err))
		return err_context(err, "head of %s", head->unit);
	if (!anchor_keep(dispatch, head, buf_str(&jws), err))
		return err_context(err, "anchor of the audit");
	*ret = message_new(topic_unit(TOPIC_HEAD, head->unit, topic), jws.data, jws.len, err);
	return *ret != NULL;
}

bool head_message(
	struct dispatch *dispatch, const struct sync *answered, struct message **ret, struct err *err)
{
	const char *unit = answered->unit;
	auto_head struct head head = HEAD_INIT;

	if (!ledger_heads_of(&dispatch->ledger, 1, &unit, &head, err))
		return false;
	memcpy(head.device, answered->device, sizeof head.device);
	memcpy(head.nonce, answered->nonce, sizeof head.nonce);
	return head_finish(dispatch, &head, ret, err);
}

static bool head_send(struct dispatch *dispatch, struct head *head, struct err *err)
{
	auto_message struct message *message = NULL;

	return head_finish(dispatch, head, &message, err) && dispatch_broadcast(dispatch, message, err);
}

/* Reads these units' heads and sends them. */
static bool head_send_all(
	struct dispatch *dispatch, size_t count, const char *const *units, struct err *err)
{
	auto_free struct head *heads = calloc(count, sizeof *heads);

	if (!heads)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu heads", count);
	if (!ledger_heads_of(&dispatch->ledger, count, units, heads, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!head_send(dispatch, &heads[i], err))
			return false;
	return true;
}

/* Each by itself, so that one which cannot be sent holds up no other. */
static bool head_send_each(
	struct dispatch *dispatch, size_t count, const char *const *units, struct err *err)
{
	bool done = true;

	for (size_t i = 0; i < count; i++) {
		struct err why;

		if (head_send_all(dispatch, 1, &units[i], &why))
			continue;
		*err = why;
		done = false;
	}
	return done;
}

/* Whether a failure is PostgreSQL's, or the lease's, and says nothing about these heads. */
static bool head_may_go_later(const struct dispatch *dispatch, const struct err *err)
{
	return err->kind == ERR_SYSTEM || pg_err_is_lease_lost(dispatch->pg);
}

bool head_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	const char *units[HEADS_A_STEP];
	size_t count = name_set_turn(&dispatch->heads, dispatch->head_turn, HEADS_A_STEP, units);
	bool done;

	if (count == 0 || !dispatch_has_room(dispatch))
		return true;
	done = head_send_all(dispatch, count, units, err);
	/* They stay noted: a head that is sent twice says nothing new. */
	if (!done && head_may_go_later(dispatch, err))
		return false;
	if (!done && count > 1)
		done = head_send_each(dispatch, count, units, err);
	memcpy(dispatch->head_turn, units[count - 1], strlen(units[count - 1]) + 1);
	name_set_remove(&dispatch->heads, units[0], count);
	*ret_more = dispatch->heads.count > 0 && dispatch_has_room(dispatch);
	return done;
}
