#include "publisher/dispatch/head.h"

#include <string.h>

#include "common/head.h"
#include "common/topic.h"
#include "db/ledger_sync.h"
#include "publisher/dispatch/anchor.h"
#include "publisher/dispatch/dispatch.h"

enum { HEADS_A_STEP = 32 };

bool head_message(struct dispatch *dispatch, const char *unit, const struct sync *answered,
	struct message **ret, struct err *err)
{
	auto_head struct head head = HEAD_INIT;
	auto_buf struct buf jws = BUF_INIT(LIMIT_HEAD_JWS);
	char topic[TOPIC_SIZE];

	if (!ledger_head_of(&dispatch->ledger, unit, &head, err))
		return false;
	if (answered) {
		memcpy(head.device, answered->device, sizeof head.device);
		memcpy(head.nonce, answered->nonce, sizeof head.nonce);
	}
	head.time = clock_now(dispatch->clock);
	if (!head_sign(&head, &dispatch->key, &jws, err))
		return err_context(err, "head of %s", unit);
	if (!anchor_keep(dispatch, &head, buf_str(&jws), err))
		return err_context(err, "anchor of the audit");
	*ret = message_new(topic_unit(TOPIC_HEAD, unit, topic), jws.data, jws.len, err);
	return *ret != NULL;
}

bool head_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	char unit[CLIENT_ID_SIZE];

	for (int i = 0; i < HEADS_A_STEP && dispatch_has_room(dispatch); i++) {
		auto_message struct message *message = NULL;

		if (!name_set_take(&dispatch->heads, unit))
			break;
		if (!head_message(dispatch, unit, NULL, &message, err) ||
			!dispatch_broadcast(dispatch, message, err))
			return false;
	}
	*ret_more = dispatch->heads.count > 0 && dispatch_has_room(dispatch);
	return true;
}
