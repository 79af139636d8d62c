#include "publisher/dispatch/judge.h"

#include <string.h>

#include "common/device.h"
#include "common/refusal.h"

/* What is in the receipt against what it was filed under. */
static bool judge_labels(
	const struct ledger_receipt *filed, const struct receipt *receipt, struct err *err)
{
	if (strcmp(receipt->unit, filed->unit) != 0)
		return err_code(err, REFUSAL_RECEIPT_UNIT, "receipt of unit %s", receipt->unit);
	if (strcmp(receipt->device, filed->device) != 0)
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "receipt of device %s", receipt->device);
	if (receipt->number != filed->number)
		return err_code(err, REFUSAL_RECEIPT_MALFORMED, "receipt bears number %lld",
			(long long)receipt->number);
	return true;
}

static bool judge_signature(const struct ledger_receipt *filed, const struct receipt *receipt,
	const struct keyset *keyset, struct device_certificate *ret, struct err *err)
{
	struct err why;

	if (!filed->certificate)
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "no such certified device");
	if (!device_certificate_verify(
			filed->certificate, strlen(filed->certificate), keyset, ret, &why))
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "%s", why.text);
	return receipt_verify(receipt, &ret->public, err);
}

static bool judge_device(
	const struct ledger_receipt *filed, const struct device_certificate *device, struct err *err)
{
	struct err why;

	if (filed->revoked && filed->revoked_at <= filed->received_at)
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "the device was revoked before");
	if (!device_certificate_check(device, filed->unit, filed->device, filed->received_at, &why))
		return err_code(err, REFUSAL_RECEIPT_DEVICE, "%s", why.text);
	return true;
}

bool judge_receipt(const struct ledger_receipt *filed, const struct keyset *keyset,
	struct receipt *ret, bool *ret_authentic, struct err *err)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct device_certificate device;

	*ret_authentic = false;
	if (!receipt_parse(filed->raw.data, filed->raw.len, &receipt, err) ||
		!judge_labels(filed, &receipt, err) ||
		!judge_signature(filed, &receipt, keyset, &device, err))
		return false;
	*ret_authentic = true;
	if (!judge_device(filed, &device, err))
		return false;
	*ret = receipt;
	receipt = (struct receipt)RECEIPT_INIT;
	return true;
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
