#include "publisher/dispatch/judge.h"

#include <string.h>

#include "common/device.h"
#include "common/refusal.h"
#include "common/reply.h"

/* With what it is refused when it is not what it was filed under, or not the device's. */
struct judge_codes {
	const char *what;
	enum refusal malformed;
	enum refusal device;
	enum refusal unit;
};

static const struct judge_codes receipt_codes = {
	"receipt", REFUSAL_RECEIPT_MALFORMED, REFUSAL_RECEIPT_DEVICE, REFUSAL_RECEIPT_UNIT};
static const struct judge_codes reply_codes = {
	"reply", REFUSAL_REPLY_MALFORMED, REFUSAL_REPLY_DEVICE, REFUSAL_REPLY_UNIT};

static bool judge_labels(const struct ledger_receipt *filed, const struct judge_codes *codes,
	const char *unit, const char *device, int64_t number, struct err *err)
{
	if (strcmp(unit, filed->unit) != 0)
		return err_code(err, codes->unit, "%s of unit %s", codes->what, unit);
	if (strcmp(device, filed->device) != 0)
		return err_code(err, codes->device, "%s of device %s", codes->what, device);
	if (number != filed->number)
		return err_code(
			err, codes->malformed, "%s bears number %lld", codes->what, (long long)number);
	return true;
}

static bool judge_signature(const struct ledger_receipt *filed, const struct judge_codes *codes,
	const struct jws *jws, const struct keyset *keyset, struct vouched *vouched,
	struct device_certificate *ret, struct err *err)
{
	struct err why;

	if (!filed->certificate)
		return err_code(err, codes->device, "no such certified device");
	if (!vouched_verify(vouched, filed->certificate, strlen(filed->certificate), keyset, ret, &why))
		return err_code(err, codes->device, "%s", why.text);
	return jws_verify(jws, &ret->public, err);
}

static bool judge_device(const struct ledger_receipt *filed, const struct judge_codes *codes,
	const struct device_certificate *device, struct err *err)
{
	struct err why;

	if (filed->revoked && filed->revoked_at <= filed->received_at)
		return err_code(err, codes->device, "the device was revoked before");
	if (!device_certificate_check(device, filed->unit, filed->device, filed->received_at, &why))
		return err_code(err, codes->device, "%s", why.text);
	return true;
}

bool judge_receipt(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct vouched *vouched, struct receipt *ret, bool *ret_authentic, struct err *err)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct device_certificate device;

	*ret_authentic = false;
	if (!receipt_parse(filed->raw.data, filed->raw.len, &receipt, err) ||
		!judge_labels(filed, &receipt_codes, receipt.unit, receipt.device, receipt.number, err) ||
		!judge_signature(filed, &receipt_codes, &receipt.jws, keyset, vouched, &device, err))
		return false;
	*ret_authentic = true;
	if (!judge_device(filed, &receipt_codes, &device, err))
		return false;
	*ret = receipt;
	receipt = (struct receipt)RECEIPT_INIT;
	return true;
}

bool judge_reply(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct vouched *vouched, bool *ret_authentic, struct err *err)
{
	auto_reply struct reply reply = REPLY_INIT;
	struct device_certificate device;

	*ret_authentic = false;
	if (!reply_parse(filed->raw.data, filed->raw.len, &reply, err) ||
		!judge_labels(filed, &reply_codes, reply.unit, reply.device, reply.number, err) ||
		!judge_signature(filed, &reply_codes, &reply.jws, keyset, vouched, &device, err))
		return false;
	*ret_authentic = true;
	return judge_device(filed, &reply_codes, &device, err);
}

bool judge_item(const struct receipt_item *item, const struct ledger_delivery *delivery,
	int64_t epoch, bool *ret_lost, struct err *err)
{
	bool is_earlier = item->epoch < epoch;
	char id[PUB_ID_SHORT_SIZE];

	pub_id_short(&item->publication, id);
	*ret_lost = is_earlier && !delivery->found;
	if (*ret_lost)
		return true;
	if (!delivery->found)
		return err_code(err, REFUSAL_RECEIPT_DELIVERY, "%s was never owed to this unit", id);
	if (!digest_equal(&item->manifest, &delivery->manifest))
		return err_code(err, REFUSAL_RECEIPT_OTHER, "%s has another manifest", id);
	if (!is_earlier && (item->epoch != delivery->epoch || item->entry != delivery->number))
		return err_code(err, REFUSAL_RECEIPT_OTHER, "%s came under another number", id);
	return true;
}
