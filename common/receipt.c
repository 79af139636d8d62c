#include "common/receipt.h"

#include <string.h>

#include "common/field.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_RECEIPT_MALFORMED, CODE_MIN = 200, CODE_MAX = 499 };

static const char *const states[] = {
	[RECEIPT_STORED] = "stored",
	[RECEIPT_OPENED] = "opened",
	[RECEIPT_RECALLED] = "recalled",
	[RECEIPT_REFUSED] = "refused",
};

const char *receipt_state_name(enum receipt_state state)
{
	return states[state];
}

bool receipt_state_parse(const char *text, size_t len, enum receipt_state *ret)
{
	size_t nth;

	if (!names_find(states, ARRAY_LEN(states), text, len, &nth))
		return false;
	*ret = (enum receipt_state)nth;
	return true;
}

void receipt_release(struct receipt *receipt)
{
	jws_release(&receipt->jws);
	memset(receipt, 0, sizeof(*receipt));
}

static bool read_state(const struct json_object *object, struct receipt_item *item, struct err *err)
{
	size_t state;
	int64_t code;

	if (!field_word(object, "state", states, ARRAY_LEN(states), &state, err) ||
		!json_opt_int(object, "code", CODE_MIN, CODE_MAX, 0, &code, err))
		return false;
	item->state = (enum receipt_state)state;
	item->code = (int)code;
	return (code != 0) == (item->state == RECEIPT_REFUSED) ||
		   field_refuse(object, "code", "is there exactly with state 'refused'", err);
}

static bool read_item(const struct json_object *object, struct receipt_item *item, struct err *err)
{
	static const char *const fields[] = {
		"publication", "epoch", "entry", "manifest", "state", "code", "at", NULL};

	return json_only_keys(object, fields, err) &&
		   field_pub_id(object, "publication", &item->publication, err) &&
		   json_get_int(object, "epoch", 1, INT_31_MAX, &item->epoch, err) &&
		   json_get_int(object, "entry", 1, INT_31_MAX, &item->entry, err) &&
		   json_get_digest(object, "manifest", &item->manifest, err) &&
		   read_state(object, item, err) && field_time(object, "at", &item->at, err);
}

static bool read_items(const struct json_object *object, struct receipt *receipt, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "items", 1, LIMIT_RECEIPT_ITEMS, &list, err))
		return false;
	for (; receipt->item_count < json_array_size(list); receipt->item_count++) {
		size_t nth = receipt->item_count;
		struct json_object item;

		if (!json_item_object(object, list, nth, "receipt's item", &item, err) ||
			!read_item(&item, &receipt->items[nth], err))
			return false;
	}
	return true;
}

static bool parse_payload(const struct buf *payload, struct receipt *receipt, struct err *err)
{
	static const char *const fields[] = {"v", "unit", "device", "number", "sent_at", "items", NULL};
	auto_json json_t *json = NULL;

	if (!json_parse_strict(
			payload->data, payload->len, LIMIT_RECEIPT_JWS, "receipt", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "receipt", MALFORMED};

	return json_only_keys(&object, fields, err) && field_version(&object, err) &&
		   field_name(&object, "unit", ident_is_unit, receipt->unit, UNIT_SIZE, err) &&
		   field_name(&object, "device", ident_is_device, receipt->device, DEVICE_SIZE, err) &&
		   json_get_int(&object, "number", 1, INT_53_MAX, &receipt->number, err) &&
		   field_time(&object, "sent_at", &receipt->sent_at, err) &&
		   read_items(&object, receipt, err);
}

bool receipt_parse(const void *jws, size_t len, struct receipt *ret, struct err *err)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;

	if (!jws_parse(&jws_receipt, jws, len, &receipt.jws, err) ||
		!parse_payload(&receipt.jws.payload, &receipt, err))
		return false;
	*ret = receipt;
	receipt = (struct receipt)RECEIPT_INIT;
	return true;
}

bool receipt_verify(const struct receipt *receipt, const struct public_key *key, struct err *err)
{
	return jws_verify(&receipt->jws, key, err);
}

static json_t *write_item(const struct receipt_item *item)
{
	auto_json json_t *json = json_object();

	if (!field_set_pub_id(json, "publication", &item->publication) ||
		!field_set_int(json, "epoch", item->epoch) || !field_set_int(json, "entry", item->entry) ||
		!field_set_digest(json, "manifest", &item->manifest) ||
		!field_set_text(json, "state", receipt_state_name(item->state)) ||
		(item->code != 0 && !field_set_int(json, "code", item->code)) ||
		!field_set_int(json, "at", item->at))
		return NULL;
	return TAKE(json);
}

static json_t *write_items(const struct receipt *receipt)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < receipt->item_count; i++)
		if (json_array_append_new(list, write_item(&receipt->items[i])) != 0)
			return NULL;
	return TAKE(list);
}

bool receipt_sign(const struct receipt *receipt, const struct signing_key *device, struct buf *jws,
	struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_RECEIPT_JWS);
	auto_receipt struct receipt again = RECEIPT_INIT;

	if (!field_set_int(json, "v", 1) || !field_set_text(json, "unit", receipt->unit) ||
		!field_set_text(json, "device", receipt->device) ||
		!field_set_int(json, "number", receipt->number) ||
		!field_set_int(json, "sent_at", receipt->sent_at) ||
		!field_set(json, "items", write_items(receipt)))
		return field_write_failed("receipt", err);
	return json_write(json, &payload, err) && parse_payload(&payload, &again, err) &&
		   jws_sign(&jws_receipt, device, payload.data, payload.len, jws, err);
}
