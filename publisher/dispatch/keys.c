#include "publisher/dispatch/keys.h"

#include "common/refusal.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/work.h"

bool keys_load(struct dispatch *dispatch, struct err *err)
{
	const struct keyset *newest = keyring_newest(&dispatch->ring);
	auto_rows struct pg_rows *rows = NULL;

	if (!ledger_keysets(&dispatch->ledger, newest ? newest->version : 0, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct pg_bytes jws;
		int64_t version = ledger_keyset_at(rows, row, &jws);

		if (!keyring_add(&dispatch->ring, jws.data, jws.len, err))
			return err_context(err, "keyset %lld", (long long)version);
		name_set_clear(&dispatch->bad_devices);
		dispatch->due |= DUE_REKEY;
		log_line(&dispatch->log, LOG_LEVEL_INFO, "keyset %lld taken in", (long long)version);
	}
	return true;
}

bool keys_check_own(const struct dispatch *dispatch, struct err *err)
{
	const struct keyset *newest = keyring_newest(&dispatch->ring);
	const struct keyset_key *key;
	struct err why;

	if (!newest)
		return err_set(
			err, ERR_DENIED, "there is no keyset yet: a registrar runs certwire keyset import");
	if (!keyset_signer(newest, dispatch->key.kid, ROLE_DISPATCHER, clock_now(dispatch->clock),
			REFUSAL_ENTRY_SIGNATURE, &key, &why))
		return err_set(err, ERR_DENIED,
			"key %s is no active dispatcher's by keyset %lld: the next keyset must name it",
			dispatch->key.kid, (long long)newest->version);
	return true;
}
