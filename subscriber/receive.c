#include "subscriber/receive.h"

#include <string.h>

#include "common/fault.h"
#include "common/offer.h"
#include "common/refusal.h"
#include "common/seal.h"
#include "subscriber/keysets.h"
#include "subscriber/mailbox.h"
#include "subscriber/wanted.h"

/* Keeps our grant once it was seen to open; one that does not is refused, and another asked for. */
static enum receive_news take_grant(struct unit *unit, const struct offer *offer,
	const struct wanted *wanted)
{
	const struct grant *grant = offer_find(offer, unit->config->device, unit->key.kid);
	auto_secret struct secret *content_key = NULL;
	struct err err;

	if (!grant || wanted->has_grant)
		return RECEIVE_NOTHING;
	if (!grant_open(grant->sealed, &wanted->id, &unit->key, &content_key, &err)) {
		struct err failed;

		log_line(&unit->log, LOG_LEVEL_WARNING, "refused a grant: %d %s", err.code, err.text);
		if (err.code &&
			!wanted_refuse(&unit->db, wanted, &err, 0, false, unit_now(unit), &failed))
			unit_trouble(unit, "record it", &failed);
		return RECEIVE_NOTHING;
	}
	if (!wanted_set_grant(&unit->db, &wanted->id, grant->sealed, &err)) {
		unit_trouble(unit, "keep a grant", &err);
		return RECEIVE_NOTHING;
	}
	return RECEIVE_PROGRESS;
}

static enum receive_news take_publication(struct unit *unit, const struct offer *offer,
	const struct entry *entry, enum mailbox_news news, struct pub_id *ret_id)
{
	enum receive_news granted;
	struct wanted wanted;
	struct err err;
	bool found;

	if (!wanted_find(&unit->db, &entry->publication, &wanted, &found, &err) ||
		(found && !spool_want(&unit->spool, &wanted.id, wanted.parts, &err))) {
		unit_trouble(unit, "take in an entry", &err);
		return RECEIVE_NOTHING;
	}
	if (!found) {
		*ret_id = entry->publication;
		return news == MAILBOX_HELD ? RECEIVE_STORED_AGAIN : RECEIVE_PROGRESS;
	}
	granted = take_grant(unit, offer, &wanted);
	return news == MAILBOX_NEW ? RECEIVE_PROGRESS : granted;
}

enum receive_news receive_offer(struct unit *unit, const void *data, size_t len,
	struct pub_id *ret_id)
{
	auto_offer struct offer offer = OFFER_INIT;
	auto_entry struct entry entry = ENTRY_INIT;
	enum mailbox_news news;
	struct err err;

	if (!offer_parse(data, len, &offer, &err) ||
		!keysets_check_current(&unit->ring, unit_true_now(unit), &err) ||
		!mailbox_accept(&unit->db, &unit->ring, unit->config->unit, offer.entry, unit_now(unit),
			&entry, &news, &err)) {
		if (err.code)
			unit_incident(unit, "offer", &err);
		else
			unit_trouble(unit, "take in an offer", &err);
		return RECEIVE_NOTHING;
	}
	if (news == MAILBOX_NEW)
		log_line(&unit->log, LOG_LEVEL_INFO, "entry %lld of epoch %lld: %s",
			(long long)entry.number, (long long)entry.epoch, kind_name(entry.kind));
	if (entry.kind == KIND_VOID)
		return news == MAILBOX_NEW ? RECEIVE_PROGRESS : RECEIVE_NOTHING;
	return take_publication(unit, &offer, &entry, news, ret_id);
}

/* A part of something that is stored, ended or refused for want of room is of no use. */
static bool part_is_of_use(struct unit *unit, const struct part *part, struct wanted *ret,
	bool *ret_wanted, struct err *err)
{
	char hex[PUB_ID_SIZE];
	int64_t known;

	if (!wanted_find(&unit->db, &part->publication, ret, ret_wanted, err))
		return false;
	if (*ret_wanted) {
		err->code = 0;
		return ret->retry_at <= unit_now(unit) &&
		       spool_want(&unit->spool, &part->publication, ret->parts, err);
	}
	return db_int(&unit->db, err, 0, &known, "SELECT 1 FROM publication WHERE id = ?", "t",
		       pub_id_format(&part->publication, hex)) &&
	       !known;
}

static void part_failed(struct unit *unit, const struct wanted *wanted, bool is_wanted,
	const struct err *why)
{
	int64_t now = unit_now(unit);
	struct err err;

	if (why->code == REFUSAL_PART_MALFORMED) {
		unit_incident(unit, "part", why);
	} else if (is_wanted && why->code) {
		log_line(&unit->log, LOG_LEVEL_WARNING, "refused a part: %d %s", why->code, why->text);
		if (!wanted_refuse(&unit->db, wanted, why, now + wanted_backoff(wanted->failures + 1), false,
			    now, &err))
			unit_trouble(unit, "record it", &err);
	} else {
		unit_trouble(unit, "keep a part", why);
	}
}

enum receive_news receive_part(struct unit *unit, const void *data, size_t len)
{
	struct err err = {.code = 0};
	struct wanted wanted;
	struct part part;
	bool is_wanted;
	bool is_new;

	if (!part_parse(data, len, &part, &err)) {
		unit_incident(unit, "part", &err);
		return RECEIVE_NOTHING;
	}
	if (!part_is_of_use(unit, &part, &wanted, &is_wanted, &err))
		return RECEIVE_NOTHING;
	if (!spool_put(&unit->spool, &part, &is_new, &err)) {
		part_failed(unit, &wanted, is_wanted, &err);
		return RECEIVE_NOTHING;
	}
	if (!is_new)
		return RECEIVE_NOTHING;
	fault_point("unit-after-part");
	return RECEIVE_PROGRESS;
}

enum receive_news receive_keyset(struct unit *unit, const void *data, size_t len)
{
	struct err err;
	bool is_new;

	if (!keysets_accept(&unit->db, &unit->ring, data, len, &is_new, &err)) {
		if (err.code)
			unit_incident(unit, "keyset", &err);
		else
			unit_trouble(unit, "keep a keyset", &err);
		return RECEIVE_NOTHING;
	}
	if (!is_new)
		return RECEIVE_NOTHING;
	log_line(&unit->log, LOG_LEVEL_INFO, "keyset version %lld accepted",
		(long long)keyring_newest(&unit->ring)->version);
	if (!db_run(&unit->db, &err,
		    "UPDATE publication SET retry_at = 0 WHERE state = 'wanted' AND code < 300", ""))
		unit_trouble(unit, "try again what was refused", &err);
	return RECEIVE_PROGRESS;
}
