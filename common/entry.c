#include "common/entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/refusal.h"

void entry_release(struct entry *entry)
{
	for (size_t i = 0; i < entry->signature_count; i++)
		free(entry->signatures[i]);
	jws_release(&entry->jws);
	memset(entry, 0, sizeof(*entry));
}

bool entry_sign(const void *payload, size_t len, const struct signing_key *dispatcher,
	struct buf *jws, struct err *err)
{
	return jws_sign(&jws_entry, dispatcher, payload, len, jws, err);
}

bool entry_parse(const void *jws, size_t len, struct entry *ret, struct err *err)
{
	auto_jws struct jws parsed = JWS_INIT;

	if (!jws_parse(&jws_entry, jws, len, &parsed, err) ||
		!entry_parse_payload(parsed.payload.data, parsed.payload.len, ret, err))
		return false;
	ret->jws = parsed;
	parsed = (struct jws)JWS_INIT;
	return true;
}

bool entry_verify(const struct entry *entry, const struct keyset *newest, struct err *err)
{
	const struct keyset_key *key = keyset_find(newest, entry->jws.kid);
	int64_t at = entry->entered_at ? entry->entered_at : entry->issued_at;

	if (entry->keyset > newest->version)
		return err_code(err, REFUSAL_ENTRY_KEYSET,
			"entry: it names keyset %" PRId64 ", the newest held is %" PRId64, entry->keyset,
			newest->version);
	/* Who came later signs again what a lost key had signed. */
	if (key && key->not_before > at)
		at = key->not_before;
	return keyset_verify(newest, &entry->jws, ROLE_DISPATCHER, at, err);
}

bool entry_check_owner(const struct entry *entry, const char *unit, int64_t epoch, struct err *err)
{
	if (strcmp(entry->unit, unit) != 0)
		return err_code(
			err, REFUSAL_ENTRY_UNIT, "entry: it is of unit '%s', not of '%s'", entry->unit, unit);
	return entry->epoch >= epoch ||
		   err_code(err, REFUSAL_ENTRY_EPOCH, "entry: its epoch %" PRId64 " is before %" PRId64,
			   entry->epoch, epoch);
}

bool entry_check_next(const struct entry *entry, const struct entry *next, struct err *err)
{
	if (strcmp(entry->unit, next->unit) != 0 || entry->epoch != next->epoch ||
		entry->number + 1 != next->number)
		return err_code(err, REFUSAL_ENTRY_CHAIN,
			"entry: number %" PRId64 " of epoch %" PRId64 " does not come after %" PRId64
			" of epoch %" PRId64,
			next->number, next->epoch, entry->number, entry->epoch);
	return digest_equal(&entry->digest, &next->previous) ||
		   err_code(err, REFUSAL_ENTRY_CHAIN,
			   "entry: 'previous' of number %" PRId64 " is not the digest of the one before",
			   next->number);
}
