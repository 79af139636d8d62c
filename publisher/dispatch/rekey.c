/*
 * What a newer keyset asks for: entries that lost dispatcher keys alone have signed are signed again,
 * payloads as they are; and content keys are sealed to editors, dispatchers and recovery keys that
 * came since. Done once after each keyset and each start, in small batches.
 */
#include "publisher/dispatch/dispatch.h"

#include "common/entry.h"
#include "db/ledger_rekey.h"

enum { REKEY_A_STEP = 64 };

/* The ids of the keyset's keys that `wanted` says yes to. */
static size_t rekey_kids(const struct keyset *keyset, int64_t now,
	bool (*wanted)(const struct keyset_key *key, int64_t now),
	const char *ret[static LIMIT_KEYSET_KEYS])
{
	size_t count = 0;

	for (size_t i = 0; i < keyset->key_count; i++)
		if (wanted(&keyset->keys[i], now))
			ret[count++] = keyset->keys[i].kid;
	return count;
}

static bool is_lost(const struct keyset_key *key, int64_t now)
{
	(void)now;
	return key->role == ROLE_DISPATCHER && key->status == KEY_COMPROMISED;
}

static bool opens_publications(const struct keyset_key *key, int64_t now)
{
	return (key->role == ROLE_EDITOR || key->role == ROLE_DISPATCHER ||
			   key->role == ROLE_RECOVERY) &&
		   keyset_key_valid(key, now);
}

static bool rekey_sign(struct dispatch *dispatch, const struct pg_rows *rows, struct err *err)
{
	struct ledger_signature signatures[REKEY_A_STEP];
	struct buf jws[REKEY_A_STEP];
	size_t count = (size_t)pg_row_count(rows);
	bool done = true;

	for (size_t i = 0; i < count; i++)
		buf_init(&jws[i], LIMIT_ENTRY_JWS);
	for (size_t i = 0; i < count && done; i++) {
		ledger_resign_at(rows, (int)i, &signatures[i]);
		done = entry_sign(
			signatures[i].payload.data, signatures[i].payload.len, &dispatch->key, &jws[i], err);
		signatures[i].jws = done ? buf_str(&jws[i]) : "";
	}
	done =
		done && ledger_put_signatures(&dispatch->ledger, dispatch->key.kid, count, signatures, err);
	for (size_t i = 0; i < count; i++)
		buf_release(&jws[i]);
	return done;
}

static bool rekey_entries(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	const struct keyset *keyset = dispatch_keyset(dispatch);
	const char *lost[LIMIT_KEYSET_KEYS];
	size_t count = rekey_kids(keyset, 0, is_lost, lost);
	auto_rows struct pg_rows *rows = NULL;

	if (count == 0)
		return true;
	if (!ledger_to_resign(&dispatch->ledger, count, lost, REKEY_A_STEP, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	*ret_more = true;
	log_line(&dispatch->log, LOG_LEVEL_INFO, "signing %d entries again that a lost key had signed",
		pg_row_count(rows));
	return rekey_sign(dispatch, rows, err);
}

/* Seals one again; a content key that does not open is somebody's mistake, and left as it is. */
static bool rekey_wrap_one(struct dispatch *dispatch, const struct pg_rows *rows, int row,
	struct ledger_wrapped *ret, bool *ret_done, struct err *err)
{
	auto_secret struct secret *content_key = NULL;
	const struct keyset_key *key;
	uint8_t sealed[GRANT_BYTES];
	struct err why;

	*ret_done = false;
	if (!ledger_wrap_at(rows, row, ret, sealed, err))
		return false;
	key = keyset_find(dispatch_keyset(dispatch), ret->kid);
	if (!key)
		return true;
	if (!grant_open(sealed, &ret->publication, &dispatch->key, &content_key, &why) ||
		!grant_seal(&ret->publication, content_key, &key->public, ret->sealed, &why)) {
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "a content key is not sealed to %s: %d %s",
			key->name, why.code, why.text);
		return true;
	}
	*ret_done = true;
	return true;
}

static bool rekey_contents(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	const char *kids[LIMIT_KEYSET_KEYS];
	size_t kid_count =
		rekey_kids(dispatch_keyset(dispatch), clock_now(dispatch->clock), opens_publications, kids);
	struct ledger_wrapped wrapped[REKEY_A_STEP];
	auto_rows struct pg_rows *rows = NULL;
	size_t count = 0;

	if (!ledger_to_wrap(
			&dispatch->ledger, dispatch->key.kid, kid_count, kids, REKEY_A_STEP, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		bool done;

		if (!rekey_wrap_one(dispatch, rows, row, &wrapped[count], &done, err))
			return false;
		count += done;
	}
	if (count == 0)
		return true;
	*ret_more = true;
	log_line(
		&dispatch->log, LOG_LEVEL_INFO, "%zu content keys sealed to keys that came since", count);
	return ledger_put_wrapped(&dispatch->ledger, count, wrapped, err);
}

bool rekey_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	return rekey_entries(dispatch, ret_more, err) && rekey_contents(dispatch, ret_more, err);
}
