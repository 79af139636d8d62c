/* A judged story for a program. */
#include "publisher/cli/story_view.h"

#include "common/field.h"
#include "publisher/cli/output.h"

static json_t *receipt_json(const struct story_receipt *receipt)
{
	auto_json json_t *states = json_object();

	for (size_t state = 0; state < STORY_STATES; state++)
		if (receipt->states[state] &&
			!field_set(states, receipt_state_name((enum receipt_state)state),
				output_time(receipt->at[state], 0)))
			return NULL;
	return json_pack("{s:I, s:O, s:i, s:o, s:o}", "number", (json_int_t)receipt->number, "states",
		states, "code", receipt->code, "received_at", output_time(receipt->received_at, TIME_NONE),
		"settled_at", output_time(receipt->settled_at, TIME_NONE));
}

static json_t *devices_json(const struct story_unit *unit)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < unit->device_count; i++) {
		const struct story_device *device = &unit->devices[i];
		auto_json json_t *receipts = json_array();

		for (size_t j = 0; j < device->receipt_count; j++)
			if (json_array_append_new(receipts, receipt_json(&device->receipts[j])) != 0)
				return NULL;
		if (json_array_append_new(
				list, json_pack("{s:s, s:o, s:o, s:O}", "device", device->device, "sealed_at",
						  output_time(device->sealed_at, TIME_NONE), "revoked_at",
						  output_time(device->revoked_at, TIME_NONE), "receipts", receipts)) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *units_json(const struct story *story)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < story->unit_count; i++) {
		const struct story_unit *unit = &story->units[i];

		if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:I, s:I, s:o, s:s?, s:s, s:o}", "unit", unit->unit, "name",
					unit->name, "epoch", (json_int_t)unit->epoch, "number",
					(json_int_t)unit->number, "issued_at", output_time(unit->issued_at, TIME_NONE),
					"signed_by", unit->dispatcher, "state", story_state_name(unit->state),
					"devices", devices_json(unit))) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *others_json(const struct story *story)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < story->other_count; i++)
		if (json_array_append_new(
				list, json_pack("{s:s, s:s, s:s}", "unit", story->others[i].unit, "name",
						  story->others[i].name, "why", story->others[i].why)) != 0)
			return NULL;
	return TAKE(list);
}

static json_t *editors_json(const struct story *story)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < story->editor_count; i++)
		if (json_array_append_new(list, json_pack("{s:s, s:s}", "name", story->editors[i]->name,
											"kid", story->editors[i]->kid)) != 0)
			return NULL;
	return TAKE(list);
}

json_t *story_view_json(const struct story *story, const struct manifest *manifest)
{
	char id[PUB_ID_SIZE];
	char hex[DIGEST_HEX_SIZE];

	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s?, s:o, s:i, s:I, s:o, s:o}", "id",
		pub_id_format(&story->id, id), "channel", story->channel, "number", story->number,
		"issued_at", output_time(story->issued_at, TIME_NONE), "manifest",
		digest_hex(&story->manifest, hex), "title", manifest ? manifest->title : NULL, "editors",
		editors_json(story), "editors_demanded", story->demanded, "keyset",
		(json_int_t)keyring_newest(&story->ring)->version, "units", units_json(story), "others",
		others_json(story));
}
