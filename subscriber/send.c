/* Receipts leave here: the part of the daemon that signs and sends. */
#include "subscriber/daemon_part.h"

#include "common/fault.h"
#include "common/without.h"
#include "subscriber/outbox.h"
#include "subscriber/replies.h"

#include <string.h>

enum {
	RESEND_MOST = 64, /* receipts sent again at a time */
	SIGN_AGAIN_MS = 5000, /* a disk that was full is full still a moment later */
};

struct resending {
	struct daemon *daemon;
	int left;
};

static enum topic_kind topic_of(bool is_reply)
{
	return is_reply ? TOPIC_REPLY : TOPIC_RECEIPT;
}

static bool send_receipt(void *context, int64_t number, const char *jws, bool is_reply)
{
	struct resending *resending = context;
	struct daemon *daemon = resending->daemon;

	if (number > daemon->newest_asked || resending->left-- == 0)
		return false;
	daemon->resent_to = number;
	return link_publish(daemon->link, topic_of(is_reply), jws, strlen(jws));
}

void daemon_resend_receipts(struct daemon *daemon)
{
	struct resending resending = {daemon, RESEND_MOST};
	struct err err;

	if (!CERTWIRE_WITHOUT_OUTBOX && daemon->good &&
		!outbox_unsettled(&daemon->unit->db, daemon->resent_to, send_receipt, &resending, &err))
		unit_trouble(daemon->unit, "send receipts again", &err);
}

static bool send_once(void *context, int64_t number, const char *jws, bool is_reply)
{
	struct daemon *daemon = context;

	(void)number;
	return link_publish(daemon->link, topic_of(is_reply), jws, strlen(jws));
}

static bool send_signed(void *context, int64_t number, const char *jws, bool is_reply)
{
	struct daemon *daemon = context;

	if (link_publish(daemon->link, topic_of(is_reply), jws, strlen(jws))) {
		log_line(&daemon->unit->log, LOG_LEVEL_INFO, "%s %lld sent", is_reply ? "reply" : "receipt",
			(long long)number);
		fault_point("unit-after-publish");
	}
	return true;
}

/* A receipt first, then replies, which stand in the same series. */
static bool sign_next(struct unit *unit, int64_t *ret_number, struct err *err)
{
	const struct config *config = unit->config;

	return outbox_sign(&unit->db, config->unit, config->device, &unit->key, unit_now(unit),
			   ret_number, err) &&
		   (*ret_number || replies_sign(unit, ret_number, err));
}

void daemon_sign_receipts(struct daemon *daemon)
{
	struct unit *unit = daemon->unit;
	int64_t number = 1;
	struct err err;

	if (clock_monotonic_ms() < daemon->sign_at)
		return;
	while (number) {
		if (!sign_next(unit, &number, &err) ||
			(number && daemon->good &&
				!outbox_unsettled(&unit->db, number - 1, send_signed, daemon, &err))) {
			unit_trouble(daemon->unit, "sign receipts", &err);
			daemon->sign_at = clock_monotonic_ms() + SIGN_AGAIN_MS;
			return;
		}
	}
	daemon->owes = false;
}

void daemon_resend_stored(struct daemon *daemon, const struct pub_id *id)
{
	struct err err;
	bool found;

	if (!CERTWIRE_WITHOUT_OUTBOX &&
		!outbox_find_stored(&daemon->unit->db, id, send_once, daemon, &found, &err))
		unit_trouble(daemon->unit, "send a receipt again", &err);
}
