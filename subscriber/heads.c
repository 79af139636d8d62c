#include "subscriber/heads.h"

#include "common/cleanup.h"
#include "common/head.h"
#include "common/limits.h"
#include "common/refusal.h"
#include "subscriber/anchors.h"
#include "subscriber/db.h"
#include "subscriber/incident.h"
#include "subscriber/keysets.h"
#include "subscriber/mailbox.h"
#include "subscriber/outbox.h"
#include "subscriber/state.h"
#include "subscriber/wanted.h"

#include <stdlib.h>
#include <string.h>

static bool heads_judge(
	struct unit *unit, const void *jws, size_t len, struct head *head, struct err *err)
{
	int64_t epoch;

	/* By the head's own time: our clock may be what is wrong, and only a head can tell us so. */
	return head_parse(jws, len, head, err) && keysets_check_current(&unit->ring, head->time, err) &&
		   head_verify(head, keyring_newest(&unit->ring), err) &&
		   state_epoch(&unit->db, &epoch, err) &&
		   head_check_owner(head, unit->config->unit, epoch, err);
}

/* 504: one that carries our device must echo what we asked on this connection. */
static bool heads_check_echo(struct unit *unit, struct asked *asked, const struct head *head,
	struct head_news *news, struct err *err)
{
	struct sync_incident told[LIMIT_SYNC_INCIDENTS];
	size_t count;

	news->echo = strcmp(head->device, unit->config->device) == 0;
	if (!news->echo)
		return true;
	if (!asked_answered(asked, head->nonce, told, &count, &news->last_echo))
		return err_code(err, REFUSAL_HEAD_ECHO, "head echoes no sync of this connection");
	return incident_reported(&unit->db, told, count, err);
}

static bool heads_keep_channels(struct db *db, const struct head *head, struct err *err)
{
	if (!db_run(db, err, "DELETE FROM channel", ""))
		return false;
	for (size_t i = 0; i < head->channel_count; i++) {
		const struct head_channel *channel = &head->channels[i];

		if (!db_run(db, err,
				"INSERT INTO channel (name, receives, since, reason) VALUES (?, ?, ?, ?)", "tiit",
				channel->channel, (int64_t)channel->receives, channel->since, channel->reason))
			return false;
	}
	return true;
}

static bool heads_keep(
	struct unit *unit, const struct head *head, const char *jws, int64_t offset, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;

	if (!tx_begin(&tx, &unit->db, err) || !state_raise_epoch(&unit->db, head->epoch, err) ||
		!db_run(&unit->db, err,
			"INSERT INTO head (one, jws, received_at, epoch, last, standing, since, reason, time,"
			" clock_offset) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET"
			" jws = excluded.jws, received_at = excluded.received_at, epoch = excluded.epoch,"
			" last = excluded.last, standing = excluded.standing, since = excluded.since,"
			" reason = excluded.reason, time = excluded.time,"
			" clock_offset = excluded.clock_offset"
			" WHERE (excluded.epoch, excluded.time) >= (epoch, time)",
			"tiiititii", jws, unit_now(unit), head->epoch, head->last,
			standing_name(head->standing), head->since, head->reason, head->time, offset))
		return false;
	/* Nothing was changed by a head that is older than the one kept. */
	if (db_changes(&unit->db) > 0 && !heads_keep_channels(&unit->db, head, err))
		return false;
	for (size_t i = 0; i < head->refused_count; i++) {
		if (strcmp(head->refused[i].device, unit->config->device) == 0 &&
			!outbox_mark_refused(&unit->db, head->refused[i].number, head->refused[i].code, err))
			return false;
	}
	return tx_commit(&tx, err);
}

/* Two mailboxes under one number: whoever made the second forges, or the ledger lost something. */
static bool heads_compare(struct unit *unit, const struct head *head, struct err *err)
{
	struct digest held;
	struct err why;
	bool found;

	if (!mailbox_digest(&unit->db, head->epoch, head->last, &held, &found, err))
		return false;
	if (found && !digest_equal(&held, &head->digest)) {
		(void)err_code(&why, REFUSAL_ENTRY_CHAIN, "its last entry, %lld, is not the one we hold",
			(long long)head->last);
		unit_incident(unit, "head's mailbox", &why);
	}
	return true;
}

/* What CNCERT does to its audit is no reason to refuse its documents; it is to be known. */
static bool heads_anchor(
	struct unit *unit, const struct head *head, bool is_echo, const char *jws, struct err *err)
{
	if (anchors_take(&unit->db, head, is_echo, jws, err))
		return true;
	if (err->code != REFUSAL_HEAD_CHECKPOINT)
		return false;
	unit_incident(unit, "head's checkpoint", err);
	return true;
}

static void heads_set_clock(struct unit *unit, const struct head *head)
{
	int64_t offset = head->time - unit_now(unit);
	bool is_off = offset > LIMIT_CLOCK_SKEW_S || offset < -LIMIT_CLOCK_SKEW_S;

	if (is_off && unit->clock_offset_s == 0)
		log_line(&unit->log, LOG_LEVEL_WARNING,
			"our clock is %lld s off the dispatcher's: set it right", (long long)-offset);
	unit->clock_offset_s = is_off ? offset : 0;
}

/* Once a new epoch's mailbox is held wholly, nothing more comes of an earlier one. */
static bool heads_close_older(struct unit *unit, const struct head *head, struct err *err)
{
	int64_t last;

	return head->standing != STANDING_GOOD ||
		   (mailbox_last(&unit->db, head->epoch, &last, err) &&
			   (last < head->last || wanted_end_older(&unit->db, head->epoch, err)));
}

static bool heads_settle(
	struct unit *unit, const struct head *head, struct head_news *news, struct err *err)
{
	const struct head_device *own = head_find(head, unit->config->device);

	if (!own)
		return true;
	if (!outbox_settle(&unit->db, own->settled, &news->settled, err))
		return false;
	news->ledger_known = news->echo;
	if (news->settled)
		log_line(
			&unit->log, LOG_LEVEL_INFO, "receipts settled up to %lld", (long long)own->settled);
	return true;
}

bool heads_take(struct unit *unit, struct asked *asked, const void *jws, size_t len,
	struct head_news *ret, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_HEAD_JWS);
	auto_free struct head *head = calloc(1, sizeof *head);
	struct head_news news = {.echo = false};
	auto_tx struct tx tx = TX_INIT;
	bool ok;

	if (!head)
		return err_set(err, ERR_SYSTEM, "out of memory");
	/* Nothing to verify it with yet: the answer to our first sync brings the keysets before its head. */
	if (!keyring_newest(&unit->ring)) {
		*ret = news;
		return true;
	}
	ok = heads_judge(unit, jws, len, head, err) && tx_begin(&tx, &unit->db, err) &&
		 heads_check_echo(unit, asked, head, &news, err) && buf_append(&text, jws, len, err);
	if (ok && news.echo)
		heads_set_clock(unit, head);
	news.standing = head->standing;
	ok = ok && heads_keep(unit, head, buf_str(&text), unit->clock_offset_s, err) &&
		 heads_anchor(unit, head, news.echo, buf_str(&text), err) &&
		 heads_compare(unit, head, err) && heads_close_older(unit, head, err) &&
		 heads_settle(unit, head, &news, err) && tx_commit(&tx, err);
	head_release(head);
	if (ok)
		*ret = news;
	return ok;
}
