#include "broker-plugins/receipts/judge.h"

#include "common/receipt.h"
#include "common/refusal.h"
#include "common/reply.h"
#include "db/copy.h"

#include <string.h>

static struct judgement refuse(int code)
{
	return (struct judgement){.code = code};
}

/* Where a row stands to a device. */
static int compare(const struct copy_device *row, const char *unit, const char *device)
{
	int by_unit = strcmp(row->unit, unit);

	return by_unit != 0 ? by_unit : strcmp(row->device, device);
}

/* The row of that device; false: there is none. */
static bool find_device(
	const struct pg_rows *devices, const char *unit, const char *device, struct copy_device *ret)
{
	int low = 0, high = pg_row_count(devices);

	while (low < high) {
		int middle = low + (high - low) / 2;
		int order;

		*ret = copy_device_at(devices, middle);
		order = compare(ret, unit, device);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The key of a device that is certified and not revoked. */
static bool find_key(const struct pg_rows *devices, const char *unit, const char *device,
	struct trust *trust, struct public_key *ret)
{
	struct device_certificate certificate;
	struct copy_device found;
	struct err err;

	if (!find_device(devices, unit, device, &found) || found.is_revoked || !found.certificate ||
		!trust_certificate(trust, found.certificate, unit, device, &certificate, &err))
		return false;
	*ret = certificate.public;
	return true;
}

static struct judgement judge_receipt(
	const struct parcel *parcel, const struct pg_rows *devices, struct trust *trust)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct judgement judgement = {.code = 0};
	struct public_key key;
	struct err err;

	if (!receipt_parse(parcel->jws, parcel->len, &receipt, &err))
		return refuse(REFUSAL_RECEIPT_MALFORMED);
	if (strcmp(receipt.unit, parcel->unit) != 0)
		return refuse(REFUSAL_RECEIPT_UNIT);
	if (!find_key(devices, receipt.unit, receipt.device, trust, &key))
		return refuse(REFUSAL_RECEIPT_DEVICE);
	if (!receipt_verify(&receipt, &key, &err))
		return refuse(REFUSAL_RECEIPT_SIGNATURE);
	memcpy(judgement.device, receipt.device, sizeof(judgement.device));
	judgement.number = receipt.number;
	return judgement;
}

/* What is in it stays sealed here. */
static struct judgement judge_reply(
	const struct parcel *parcel, const struct pg_rows *devices, struct trust *trust)
{
	auto_reply struct reply reply = REPLY_INIT;
	struct judgement judgement = {.code = 0};
	struct public_key key;
	struct err err;

	if (!reply_parse(parcel->jws, parcel->len, &reply, &err))
		return refuse(REFUSAL_REPLY_MALFORMED);
	if (strcmp(reply.unit, parcel->unit) != 0)
		return refuse(REFUSAL_REPLY_UNIT);
	if (!find_key(devices, reply.unit, reply.device, trust, &key))
		return refuse(REFUSAL_REPLY_DEVICE);
	if (!reply_verify(&reply, &key, &err))
		return refuse(REFUSAL_REPLY_SIGNATURE);
	memcpy(judgement.device, reply.device, sizeof(judgement.device));
	judgement.number = reply.number;
	return judgement;
}

struct judgement judge(
	const struct parcel *parcel, const struct pg_rows *devices, struct trust *trust)
{
	return parcel->is_reply ? judge_reply(parcel, devices, trust)
							: judge_receipt(parcel, devices, trust);
}
