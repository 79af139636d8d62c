#include "broker-plugins/receipts/batch.h"

#include "broker-plugins/receipts/judge.h"
#include "common/topic.h"
#include "db/copy.h"
#include "db/intake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)BATCH_MAX <= (int)INTAKE_BATCH_MAX, "a batch is one call");

bool batch_fill(struct batch *batch, struct tray *tray)
{
	while (batch->count < BATCH_MAX && (batch->parcels[batch->count] = tray_take(tray)))
		batch->count++;
	return batch->count > 0;
}

void batch_clear(struct batch *batch, struct tray *tray)
{
	while (batch->count > 0)
		tray_done(tray, batch->parcels[--batch->count]);
}

/* What a batch comes to. */
struct sorted {
	struct judgement judgements[BATCH_MAX];
	struct intake_item receipts[BATCH_MAX];
	size_t receipt_count;
	struct intake_item replies[BATCH_MAX];
	size_t reply_count;
	char topics[BATCH_MAX][TOPIC_SIZE];
	struct intake_denial denials[BATCH_MAX];
	size_t denial_count;
};

static bool devices_of_batch(const struct batch *batch, const struct batch_writer *writer,
	struct pg_rows **ret, struct err *err)
{
	const char *units[BATCH_MAX];

	/* The same unit more than once is fine. */
	for (size_t i = 0; i < batch->count; i++)
		units[i] = batch->parcels[i]->unit;
	return copy_devices(writer->pg, batch->count, units, ret, err);
}

static void sort_valid(
	struct sorted *sorted, const struct parcel *parcel, const struct judgement *judgement)
{
	struct intake_item item = {
		.unit = parcel->unit,
		.device = judgement->device,
		.number = judgement->number,
		.raw = {.data = parcel->jws, .len = parcel->len},
	};

	if (parcel->is_reply)
		sorted->replies[sorted->reply_count++] = item;
	else
		sorted->receipts[sorted->receipt_count++] = item;
}

static void sort_invalid(
	struct sorted *sorted, const struct parcel *parcel, const struct judgement *judgement)
{
	char *topic = sorted->topics[sorted->denial_count];

	topic_unit(parcel->is_reply ? TOPIC_REPLY : TOPIC_RECEIPT, parcel->unit, topic);
	sorted->denials[sorted->denial_count++] = (struct intake_denial){
		.who = parcel->unit,
		.client_id = parcel->client_id,
		.code = judgement->code,
		.topic = topic,
		.count = 1,
	};
}

static void sort(struct sorted *sorted, const struct batch *batch, const struct pg_rows *devices,
	struct trust *trust)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct judgement *judgement = &sorted->judgements[i];

		*judgement = judge(batch->parcels[i], devices, trust);
		if (judgement->code)
			sort_invalid(sorted, batch->parcels[i], judgement);
		else
			sort_valid(sorted, batch->parcels[i], judgement);
	}
}

typedef bool put_function(struct pg *pg, const char *broker, size_t count,
	const struct intake_item *items, struct err *err);

/* All in one commit; when PostgreSQL will not have one of them, one by one, so that it is the only
 * one that stays out. */
static bool put(put_function *function, const struct batch_writer *writer, size_t count,
	const struct intake_item *items, struct err *err)
{
	if (count == 0 || function(writer->pg, writer->broker, count, items, err))
		return true;
	if (err->kind == ERR_SYSTEM)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (function(writer->pg, writer->broker, 1, &items[i], err))
			continue;
		if (err->kind == ERR_SYSTEM)
			return false;
		notes_add(writer->notes, LOG_LEVEL_ERROR, "a receipt of %s.%s cannot be put: %s",
			items[i].unit, items[i].device, err->text);
	}
	return true;
}

static bool put_denials(
	const struct sorted *sorted, const struct batch_writer *writer, struct err *err)
{
	if (sorted->denial_count == 0 ||
		intake_denials(writer->pg, writer->broker, sorted->denial_count, sorted->denials, err))
		return true;
	if (err->kind == ERR_SYSTEM)
		return false;
	notes_add(writer->notes, LOG_LEVEL_ERROR, "denials cannot be put: %s", err->text);
	return true;
}

static void add_up(struct batch_totals *totals, const struct sorted *sorted)
{
	totals->committed += (int64_t)(sorted->receipt_count + sorted->reply_count);
	for (size_t i = 0; i < sorted->denial_count; i++) {
		int64_t code = sorted->denials[i].code;

		assert(code >= BATCH_CODE_MIN && code <= BATCH_CODE_MAX);
		totals->refused[code - BATCH_CODE_MIN]++;
	}
}

bool batch_write(const struct batch *batch, const struct batch_writer *writer, struct err *err)
{
	auto_rows struct pg_rows *devices = NULL;
	auto_free struct sorted *sorted = calloc(1, sizeof(*sorted));

	if (!sorted)
		return err_set(err, ERR_SYSTEM, "out of memory for a batch of receipts");
	if (!devices_of_batch(batch, writer, &devices, err))
		return false;
	sort(sorted, batch, devices, writer->trust);
	if (!put(intake_receipts, writer, sorted->receipt_count, sorted->receipts, err) ||
		!put(intake_replies, writer, sorted->reply_count, sorted->replies, err) ||
		!put_denials(sorted, writer, err))
		return false;
	add_up(writer->totals, sorted);
	return true;
}
