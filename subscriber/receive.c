#include "subscriber/receive.h"

#include "common/fault.h"
#include "common/offer.h"
#include "common/refusal.h"
#include "common/seal.h"
#include "subscriber/db.h"
#include "subscriber/keysets.h"
#include "subscriber/mailbox.h"
#include "subscriber/wanted.h"

#include <string.h>

enum { GRANT_WAIT_MAX_S = 3600 };

/*
 * An entry for which no usable grant came is asked about again, but less and less often: the
 * dispatcher may have none for us for good, and an answer has room for few offers.
 */
static int64_t grant_retry_at(const struct unit *unit, const struct wanted *wanted)
{
	int64_t wait = unit->config->sync_interval_s;

	for (int64_t i = 0; i < wanted->failures && wait < GRANT_WAIT_MAX_S; i++)
		wait *= 2;
	return unit_now(unit) + (wait < GRANT_WAIT_MAX_S ? wait : GRANT_WAIT_MAX_S);
}

static bool refuse_grant(
	struct unit *unit, const struct wanted *wanted, const struct err *why, struct err *err)
{
	log_line(&unit->log, LOG_LEVEL_WARNING, "refused a grant: %d %s", why->code, why->text);
	return wanted_refuse(
		&unit->db, wanted, why, grant_retry_at(unit, wanted), false, unit_now(unit), err);
}

/* Keeps our grant once it was seen to open. */
static bool take_grant(struct unit *unit, const struct offer *offer, const struct wanted *wanted,
	bool *ret_taken, struct err *err)
{
	const struct grant *grant = offer_find(offer, unit->config->device, unit->key.kid);
	struct err why;

	*ret_taken = false;
	if (wanted->has_grant)
		return true;
	if (!grant)
		return wanted_put_off(&unit->db, &wanted->id, grant_retry_at(unit, wanted), err);
	if (!grant_open_in(grant->sealed, &wanted->id, &unit->key, unit->content_key, &why))
		return refuse_grant(unit, wanted, &why, err);
	sodium_memzero(unit->content_key->bytes, unit->content_key->len);
	*ret_taken = true;
	return wanted_set_grant(&unit->db, &wanted->id, grant->sealed, err);
}

static bool take_publication(struct unit *unit, const struct offer *offer,
	const struct entry *entry, enum mailbox_news news, struct pub_id *ret_id,
	enum receive_news *ret_news, struct err *err)
{
	struct wanted wanted;
	bool granted = false;
	bool found;

	if (!wanted_find(&unit->db, &entry->publication, &wanted, &found, err) ||
		(found && (!spool_want(&unit->spool, &wanted.id, wanted.parts, err) ||
					  !take_grant(unit, offer, &wanted, &granted, err))))
		return false;
	if (news != MAILBOX_HELD || granted) {
		*ret_news = RECEIVE_PROGRESS;
	} else if (!found) {
		*ret_news = RECEIVE_STORED_AGAIN;
		*ret_id = entry->publication;
	}
	return true;
}

/* Entry, wanted publication and grant in one transaction. */
static bool take_offer(struct unit *unit, const struct offer *offer, struct pub_id *ret_id,
	enum receive_news *ret_news, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	auto_tx struct tx tx = TX_INIT;
	enum receive_news result = RECEIVE_NOTHING;
	enum mailbox_news news;

	if (!tx_begin(&tx, &unit->db, err) ||
		!mailbox_accept(&unit->db, &unit->ring, unit->config->unit, offer->entry, unit_now(unit),
			&entry, &news, err))
		return false;
	if (entry.kind == KIND_VOID)
		result = news != MAILBOX_HELD ? RECEIVE_PROGRESS : RECEIVE_NOTHING;
	else if (!take_publication(unit, offer, &entry, news, ret_id, &result, err))
		return false;
	if (!tx_commit(&tx, err))
		return false;
	if (news == MAILBOX_NEW)
		log_line(&unit->log, LOG_LEVEL_INFO, "entry %lld of epoch %lld: %s",
			(long long)entry.number, (long long)entry.epoch, kind_name(entry.kind));
	*ret_news = result;
	return true;
}

enum receive_news receive_offer(
	struct unit *unit, const void *data, size_t len, struct pub_id *ret_id)
{
	auto_offer struct offer offer = OFFER_INIT;
	enum receive_news news;
	struct err err;

	/* Nothing to verify it with yet, as with a head: our first sync brings the keysets, and then offers. */
	if (!keyring_newest(&unit->ring))
		return RECEIVE_NOTHING;
	if (offer_parse(data, len, &offer, &err) &&
		keysets_check_current(&unit->ring, unit_true_now(unit), &err) &&
		take_offer(unit, &offer, ret_id, &news, &err))
		return news;
	if (err.code)
		unit_incident(unit, "offer", &err);
	else
		unit_trouble(unit, "take in an offer", &err);
	return RECEIVE_NOTHING;
}

enum part_use { PART_USELESS, PART_EARLY, PART_WANTED };

/* A part of something that is stored, ended, or put off for want of room is of no use. */
static bool part_use(struct unit *unit, const struct part *part, struct wanted *ret_wanted,
	enum part_use *ret, struct err *err)
{
	char hex[PUB_ID_SIZE];
	int64_t known;
	bool found;

	if (!wanted_find(&unit->db, &part->publication, ret_wanted, &found, err) ||
		!db_int(&unit->db, err, 0, &known, "SELECT 1 FROM publication WHERE id = ?", "t",
			pub_id_format(&part->publication, hex)))
		return false;
	if (!found) {
		*ret = known ? PART_USELESS : PART_EARLY;
		return true;
	}
	*ret =
		ret_wanted->has_grant && ret_wanted->retry_at > unit_now(unit) ? PART_USELESS : PART_WANTED;
	return *ret == PART_USELESS ||
		   spool_want(&unit->spool, &part->publication, ret_wanted->parts, err);
}

/* What the disk would not take is refused for now, with a receipt that says so. */
static bool part_refused(
	struct unit *unit, const struct wanted *wanted, const struct err *why, struct err *err)
{
	int64_t now = unit_now(unit);

	if (!wanted_refuse(
			&unit->db, wanted, why, now + wanted_backoff(wanted->failures + 1), false, now, err))
		return false;
	log_line(&unit->log, LOG_LEVEL_WARNING, "refused a part: %d %s", why->code, why->text);
	return true;
}

static void part_failed(
	struct unit *unit, const struct wanted *wanted, enum part_use use, const struct err *why)
{
	struct err err;

	if (why->code == REFUSAL_PART_MALFORMED)
		unit_incident(unit, "part", why);
	else if (use != PART_WANTED || !why->code)
		unit_trouble(unit, "keep a part", why);
	else if (!part_refused(unit, wanted, why, &err))
		unit_trouble(unit, "record a refusal", &err);
}

enum receive_news receive_part(struct unit *unit, const void *data, size_t len)
{
	enum part_use use = PART_USELESS;
	struct wanted wanted;
	struct part part;
	struct err err;
	bool is_new;

	if (!part_parse(data, len, &part, &err) || !part_use(unit, &part, &wanted, &use, &err)) {
		part_failed(unit, &wanted, PART_EARLY, &err);
		return RECEIVE_NOTHING;
	}
	if (use == PART_USELESS)
		return RECEIVE_NOTHING;
	if (!spool_put(&unit->spool, &part, &is_new, &err)) {
		part_failed(unit, &wanted, use, &err);
		return RECEIVE_NOTHING;
	}
	if (!is_new)
		return RECEIVE_NOTHING;
	fault_point("unit-after-part");
	return RECEIVE_PROGRESS;
}

/* One that was put off already, by a disk that is full, is only missing again. */
static void settle_failed(struct unit *unit, const struct pub_id *id, const struct err *why)
{
	struct wanted wanted;
	struct err err;
	bool found;

	if (!wanted_find(&unit->db, id, &wanted, &found, &err))
		unit_trouble(unit, "record a refusal", &err);
	else if (!found || wanted.retry_at <= unit_now(unit))
		part_failed(unit, &wanted, found ? PART_WANTED : PART_EARLY, why);
}

void receive_settle(struct unit *unit)
{
	struct pub_id id;
	struct err err;

	while (!spool_settle(&unit->spool, &id, &err))
		settle_failed(unit, &id, &err);
}

/*
 * All devices of a unit hear what one of them is answered. Those between such a keyset and the held one
 * are then still to come to this one, or it is one that this one passed over and that does not yet
 * follow from what it holds. Our next sync asks from the first that is missing.
 */
static bool is_another_devices(
	const struct unit *unit, const void *jws, size_t len, const struct err *why)
{
	const struct keyset *newest = keyring_newest(&unit->ring);
	auto_jws struct jws parsed = JWS_INIT;
	auto_keyset struct keyset *keyset = NULL;
	struct err ignored;

	if (!jws_parse(&jws_keyset, jws, len, &parsed, &ignored) ||
		!keyset_parse(parsed.payload.data, parsed.payload.len, &keyset, &ignored))
		return false;
	if (why->code == REFUSAL_KEYSET_SIGNATURE)
		return keyset->version > (newest ? newest->version : 0) + 1;
	return why->code == REFUSAL_KEYSET_ORDER && newest && keyset->version < newest->version &&
		   !keyring_version(&unit->ring, keyset->version);
}

enum receive_news receive_keyset(struct unit *unit, const void *data, size_t len)
{
	int64_t doubted, version;
	struct err err;

	if (!keysets_accept(&unit->db, &unit->ring, data, len, &version, &err)) {
		if (!err.code)
			unit_trouble(unit, "keep a keyset", &err);
		else if (is_another_devices(unit, data, len, &err))
			log_line(&unit->log, LOG_LEVEL_INFO, "a keyset is passed over: %s", err.text);
		else
			unit_incident(unit, "keyset", &err);
		return RECEIVE_NOTHING;
	}
	if (version == 0)
		return RECEIVE_NOTHING;
	log_line(&unit->log, LOG_LEVEL_INFO, "keyset version %lld accepted", (long long)version);
	if (!db_run(&unit->db, &err,
			"UPDATE publication SET retry_at = 0 WHERE state = 'wanted' AND code < 300", ""))
		unit_trouble(unit, "try again what was refused", &err);
	if (!mailbox_doubt_unproven(&unit->db, &unit->ring, &doubted, &err))
		unit_trouble(unit, "judge the mailbox anew", &err);
	else if (doubted > 0)
		log_line(&unit->log, LOG_LEVEL_WARNING,
			"%lld entries are signed by a lost key: they are asked for again", (long long)doubted);
	return RECEIVE_PROGRESS;
}
