/* The ledger's columns about devices and receipts, against what the devices signed. */
#include "publisher/cli/story_check.h"

#include <inttypes.h>
#include <string.h>

#include "common/device.h"
#include "db/story.h"

/* The device's own key, and the one that the content key was sealed to. */
static bool check_key(const struct pg_rows *rows, int row, const struct story *story,
	const struct story_device *device, struct err *err)
{
	struct device_certificate certificate;
	char kid[KID_SIZE];

	if (!device_certificate_verify(device->certificate, strlen(device->certificate),
			keyring_newest(&story->ring), &certificate, err))
		return false;
	(void)public_key_kid(&certificate.public, kid);
	if (strcmp(kid, pg_text(rows, row, STORY_DEVICE_KID)) != 0)
		return err_set(err, ERR_DENIED, "the certificate is for another key");
	return pg_is_null(rows, row, STORY_DEVICE_GRANT_KID) ||
		   strcmp(kid, pg_text(rows, row, STORY_DEVICE_GRANT_KID)) == 0 ||
		   err_set(err, ERR_DENIED,
			   "封装 the content key was sealed to a key that is not the device's");
}

/* A device numbers its receipts without a hole: one that is gone shows. */
static bool check_numbers(const struct pg_rows *rows, int row, struct err *err)
{
	int64_t settled = pg_int(rows, row, STORY_DEVICE_SETTLED);
	int64_t counted = pg_int(rows, row, STORY_DEVICE_COUNTED);

	return settled == counted ||
		   err_set(err, ERR_DENIED,
			   "回执缺失 of its receipts 1 to %" PRId64 " only %" PRId64 " are there", settled,
			   counted);
}

static bool check_devices(const struct story_rows *rows, const struct story *story, struct err *err)
{
	int row = 0;

	for (size_t i = 0; i < story->unit_count; i++)
		for (size_t j = 0; j < story->units[i].device_count; j++, row++)
			if (!check_key(rows->devices, row, story, &story->units[i].devices[j], err) ||
				!check_numbers(rows->devices, row, err))
				return err_context(err, "单位 unit '%s': 设备 device '%s'", story->units[i].unit,
					story->units[i].devices[j].device);
	return true;
}

static bool check_labels(
	const struct pg_rows *rows, int row, const struct story_receipt *receipt, struct err *err)
{
	if (strcmp(pg_text(rows, row, STORY_RECEIPT_UNIT),
			pg_text(rows, row, STORY_RECEIPT_ITEM_UNIT)) != 0 ||
		strcmp(pg_text(rows, row, STORY_RECEIPT_DEVICE),
			pg_text(rows, row, STORY_RECEIPT_ITEM_DEVICE)) != 0 ||
		pg_int(rows, row, STORY_RECEIPT_NUMBER) != receipt->number)
		return err_set(err, ERR_DENIED, "it stands under other labels than the device signed");
	return (!pg_is_null(rows, row, STORY_RECEIPT_VERDICT) &&
			   pg_int(rows, row, STORY_RECEIPT_VERDICT) == 0 &&
			   pg_bool(rows, row, STORY_RECEIPT_AUTHENTIC)) ||
		   err_set(err, ERR_DENIED, "it was not believed, and yet something was settled by it");
}

static bool check_item(
	const struct pg_rows *rows, int row, const struct story_receipt *receipt, struct err *err)
{
	const char *word = pg_text(rows, row, STORY_RECEIPT_STATE);
	enum receipt_state state;

	if (!receipt_state_parse(word, strlen(word), &state))
		return err_set(err, ERR_DENIED, "'%s' is no state", ERR_QUOTED(word));
	if (receipt->at[state] != pg_time(rows, row, STORY_RECEIPT_REACHED_AT))
		return err_set(err, ERR_DENIED, "the device signed another time for '%s'", word);
	if (state == RECEIPT_REFUSED && receipt->code != pg_int(rows, row, STORY_RECEIPT_CODE))
		return err_set(err, ERR_DENIED, "the device signed another code for its refusal");
	return pg_time_us(rows, row, STORY_RECEIPT_SETTLED_AT) >=
			   pg_time_us(rows, row, STORY_RECEIPT_RECEIVED_AT) ||
		   err_set(err, ERR_DENIED, "'%s' was settled before the receipt came", word);
}

/* The rows of one receipt, which begin at `*row`. */
static bool check_receipt(
	const struct pg_rows *rows, int *row, const struct story_receipt *receipt, struct err *err)
{
	for (size_t state = 0; state < STORY_STATES; state++) {
		if (!receipt->states[state])
			continue;
		if (!check_labels(rows, *row, receipt, err) || !check_item(rows, *row, receipt, err))
			return err_context(err, "回执 receipt %" PRId64, receipt->number);
		(*row)++;
	}
	return true;
}

bool story_check_receipts(const struct story_rows *rows, const struct story *story, struct err *err)
{
	int row = 0;

	if (!check_devices(rows, story, err))
		return false;
	for (size_t i = 0; i < story->unit_count; i++)
		for (size_t j = 0; j < story->units[i].device_count; j++) {
			const struct story_device *device = &story->units[i].devices[j];

			for (size_t k = 0; k < device->receipt_count; k++)
				if (!check_receipt(rows->receipts, &row, &device->receipts[k], err))
					return err_context(err, "单位 unit '%s': 设备 device '%s'",
						story->units[i].unit, device->device);
		}
	return true;
}
