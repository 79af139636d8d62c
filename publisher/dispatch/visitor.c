#include "publisher/dispatch/visitor.h"

#include <string.h>

#include "common/device.h"
#include "common/refusal.h"
#include "db/ledger_sync.h"
#include "publisher/dispatch/dispatch.h"

bool visitor_verify(const struct sync *sync, const char *unit, const char *certificate,
	const struct keyset *keyset, struct vouched *vouched, int64_t now, struct err *err)
{
	struct device_certificate device;
	struct err why;

	if (strcmp(sync->unit, unit) != 0)
		return err_code(err, REFUSAL_SYNC_DEVICE, "sync of another unit than its topic's");
	if (!certificate)
		return err_code(err, REFUSAL_SYNC_DEVICE, "sync of a device that is not certified");
	if (!vouched_verify(vouched, certificate, strlen(certificate), keyset, &device, &why) ||
		!device_certificate_check(&device, sync->unit, sync->device, now, &why))
		return err_code(err, REFUSAL_SYNC_DEVICE, "sync's device: %s", why.text);
	return sync_verify(sync, &device.public, err);
}

/* Records what was refused; the device is named only when the sync says one. */
static bool visitor_refuse(struct dispatch *dispatch, const char *unit, const struct sync *sync,
	const struct err *why, struct err *err)
{
	const char *device = *sync->device ? sync->device : NULL;

	log_line(&dispatch->log, LOG_LEVEL_WARNING, "refused a sync on the topic of %s: %d %s", unit,
		why->code, why->text);
	return ledger_note_refusal(&dispatch->ledger, unit, device, why->code, err);
}

bool visitor_judge(struct dispatch *dispatch, const char *unit, const void *jws, size_t len,
	struct sync *ret, bool *ret_welcome, bool *ret_good, struct err *err)
{
	auto_sync struct sync sync = SYNC_INIT;
	auto_rows struct pg_rows *rows = NULL;
	struct ledger_device device;
	struct err why;

	*ret_welcome = false;
	if (!sync_parse(jws, len, &sync, &why))
		return visitor_refuse(dispatch, unit, &sync, &why, err);
	if (!ledger_device_of(&dispatch->ledger, unit, sync.device, &rows, &device, err))
		return false;
	if (!visitor_verify(&sync, unit, device.revoked ? NULL : device.certificate,
			dispatch_keyset(dispatch), &dispatch->vouched, clock_now(dispatch->clock), &why))
		return visitor_refuse(dispatch, unit, &sync, &why, err);
	if (!ledger_sync_seen(&dispatch->ledger, &sync, err))
		return false;
	*ret_good = device.good_standing;
	*ret_welcome = true;
	*ret = sync;
	sync = (struct sync)SYNC_INIT;
	return true;
}
