/*
 * Seals content keys to devices. Rights are read and the sealed keys are committed under the
 * entitlement lock, in one transaction: a loss of right that commits before it finds nothing sealed
 * afterwards.
 */
#include "publisher/dispatch/dispatch.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/device.h"
#include "common/fault.h"
#include "common/seal.h"
#include "db/ledger_offer.h"

enum { GRANTS_A_STEP = LEDGER_GRANTS_MAX };

struct seal_batch {
	struct dispatch *dispatch;
	struct pub_id publication; /* whose content key is in dispatch->content_key */
	bool is_open; /* one is */
	struct ledger_grant grants[GRANTS_A_STEP];
	size_t count;
};

/* Says so once, also in PostgreSQL, and leaves the device out until the keyset changes or we start anew. */
static bool seal_skip(struct dispatch *dispatch, const struct ledger_sealing *sealing,
	const struct err *why, struct err *err)
{
	char name[CLIENT_ID_SIZE];
	size_t known = dispatch->bad_devices.count;

	ident_client_id(sealing->unit, sealing->device, name);
	if (!name_set_add(&dispatch->bad_devices, name, err))
		return false;
	if (dispatch->bad_devices.count == known)
		return true;
	log_line(&dispatch->log, LOG_LEVEL_WARNING, "nothing is sealed to %s: %d %s", name, why->code,
		why->text);
	return why->code == 0 ||
		   ledger_note_refusal(&dispatch->ledger, sealing->unit, sealing->device, why->code, err);
}

static bool seal_open(
	struct seal_batch *batch, const struct ledger_sealing *sealing, struct err *err)
{
	struct dispatch *dispatch = batch->dispatch;

	if (batch->is_open && pub_id_equal(&batch->publication, &sealing->publication))
		return true;
	batch->publication = sealing->publication;
	batch->is_open = grant_open_in(
		sealing->grant, &sealing->publication, &dispatch->key, dispatch->content_key, err);
	return batch->is_open;
}

/* Adds one grant, or notes why that device gets none. */
static bool seal_one(
	struct seal_batch *batch, const struct ledger_sealing *sealing, struct err *err)
{
	struct dispatch *dispatch = batch->dispatch;
	struct ledger_grant *grant = &batch->grants[batch->count];
	struct device_certificate device;
	struct seal_key to;
	struct err why;

	if (!vouched_verify(&dispatch->vouched, sealing->certificate, strlen(sealing->certificate),
			dispatch_keyset(dispatch), &device, &why) ||
		!device_certificate_check(
			&device, sealing->unit, sealing->device, clock_now(dispatch->clock), &why) ||
		!seal_open(batch, sealing, &why) ||
		!seal_keys_get(&dispatch->seal_keys, &device.public, &to, &why) ||
		!grant_seal_to(&sealing->publication, dispatch->content_key, &to, grant->sealed, &why))
		return seal_skip(dispatch, sealing, &why, err);
	grant->publication = sealing->publication;
	grant->unit = sealing->unit;
	grant->device = sealing->device;
	public_key_kid(&device.public, grant->kid);
	batch->count++;
	return true;
}

static bool seal_find(struct dispatch *dispatch, struct pg_rows **ret, struct err *err)
{
	const struct name_set *bad = &dispatch->bad_devices;
	auto_free const char **skip = calloc(bad->count + 1, sizeof *skip);

	if (!skip)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu names", bad->count);
	for (size_t i = 0; i < bad->count; i++)
		skip[i] = bad->names[i];
	return ledger_to_seal(
		&dispatch->ledger, dispatch->key.kid, GRANTS_A_STEP, bad->count, skip, ret, err);
}

/* Inside a transaction that holds the entitlement lock. */
static bool seal_run(struct pg *pg, void *context, struct err *err)
{
	struct seal_batch *batch = context;
	struct ledger *ledger = &batch->dispatch->ledger;
	auto_rows struct pg_rows *rows = NULL;

	(void)pg;
	if (!seal_find(batch->dispatch, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct ledger_sealing sealing;

		if (!ledger_sealing_at(rows, row, &sealing, err) || !seal_one(batch, &sealing, err))
			return false;
	}
	if (batch->count == 0)
		return true;
	if (!ledger_put_grants(ledger, batch->count, batch->grants, err))
		return false;
	fault_point("dispatch-before-grants-commit");
	return true;
}

bool seal_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct seal_batch *batch = calloc(1, sizeof *batch);
	size_t bad = dispatch->bad_devices.count;
	bool done;

	if (!batch)
		return err_set(err, ERR_SYSTEM, "out of memory for grants");
	batch->dispatch = dispatch;
	done = pg_transaction(dispatch->pg, seal_run, batch, err);
	if (done && batch->count > 0)
		fault_point("dispatch-after-grants");
	*ret_more = done && (batch->count > 0 || dispatch->bad_devices.count > bad);
	sodium_memzero(dispatch->content_key->bytes, dispatch->content_key->len);
	free(batch);
	return done;
}
