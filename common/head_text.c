/* A head as JSON. */
#include "common/head.h"

#include <string.h>

#include "common/field.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_HEAD_MALFORMED, CODE_MIN = 100, CODE_MAX = 999 };

/* Device and nonce, both or neither. */
static bool read_echo(const struct json_object *object, struct head *head, struct err *err)
{
	bool none = json_field_is_null(object, "device");

	if (none != json_field_is_null(object, "nonce"))
		return field_refuse(object, "nonce", "is null exactly when 'device' is", err);
	return none || (field_name(object, "device", ident_is_device, head->device, DEVICE_SIZE, err) &&
					   json_get_b64(object, "nonce", head->nonce, SYNC_NONCE_BYTES, err));
}

static bool read_standing(const struct json_object *object, struct head *head, struct err *err)
{
	const char *standing;
	const char *reason;

	if (!json_get_string(object, "standing", 1, 16, &standing, err))
		return false;
	if (!standing_parse(standing, strlen(standing), &head->standing))
		return field_refuse(object, "standing", "is not a word that is known here", err);
	if (!field_time(object, "since", &head->since, err) ||
		!json_get_string(object, "reason", 0, LIMIT_HEAD_REASON, &reason, err))
		return false;
	memcpy(head->reason, reason, strlen(reason) + 1);
	return true;
}

static bool read_channel(const struct json_object *channels, const char *name,
	struct head_channel *channel, struct err *err)
{
	static const char *const fields[] = {"since", "reason", NULL};
	struct json_object item;
	const char *reason;

	if (!ident_is_channel(name, strlen(name)))
		return field_refuse(channels, name, "is no channel", err);
	memcpy(channel->channel, name, strlen(name) + 1);
	channel->receives = json_field_is_null(channels, name);
	if (channel->receives)
		return true;
	if (!json_get_object(channels, name, "head's channel", &item, err) ||
		!json_only_keys(&item, fields, err) ||
		!field_time_or_null(&item, "since", &channel->since, err) ||
		!json_get_string(&item, "reason", 1, LIMIT_HEAD_CHANNEL_REASON, &reason, err))
		return false;
	memcpy(channel->reason, reason, strlen(reason) + 1);
	return true;
}

static bool read_channels(const struct json_object *object, struct head *head, struct err *err)
{
	struct json_object channels;
	const char *name;
	const json_t *unused;

	if (!json_get_object(object, "channels", "head's channels", &channels, err))
		return false;
	if (json_object_size(channels.json) > LIMIT_HEAD_CHANNELS)
		return field_refuse(object, "channels", "has more than 16 channels", err);
	json_object_foreach (channels.json, name, unused) {
		(void)unused;
		if (!read_channel(&channels, name, &head->channels[head->channel_count++], err))
			return false;
	}
	return true;
}

static bool read_checkpoint(const struct json_object *object, struct head *head, struct err *err)
{
	static const char *const fields[] = {"sequence", "digest", NULL};
	struct json_object checkpoint;

	head->has_checkpoint = !json_field_is_null(object, "checkpoint");
	return !head->has_checkpoint ||
		   (json_get_object(object, "checkpoint", "head's checkpoint", &checkpoint, err) &&
			   json_only_keys(&checkpoint, fields, err) &&
			   json_get_int(
				   &checkpoint, "sequence", 0, INT_53_MAX, &head->checkpoint_sequence, err) &&
			   json_get_digest(&checkpoint, "digest", &head->checkpoint_digest, err));
}

static bool read_devices(const struct json_object *object, struct head *head, struct err *err)
{
	static const char *const fields[] = {"settled", NULL};
	struct json_object devices;
	const char *name;
	const json_t *unused;

	if (!json_get_object(object, "devices", "head's devices", &devices, err))
		return false;
	if (json_object_size(devices.json) > LIMIT_UNIT_DEVICES)
		return field_refuse(object, "devices", "has more than 16 devices", err);
	json_object_foreach (devices.json, name, unused) {
		struct head_device *device = &head->devices[head->device_count];
		struct json_object item;

		(void)unused;
		if (!ident_is_device(name, strlen(name)))
			return field_refuse(object, "devices", "names what is no device", err);
		if (!json_get_object(&devices, name, "head's device", &item, err) ||
			!json_only_keys(&item, fields, err) ||
			!json_get_int(&item, "settled", 0, INT_53_MAX, &device->settled, err))
			return false;
		memcpy(device->device, name, strlen(name) + 1);
		head->device_count++;
	}
	return true;
}

static bool read_refused(const struct json_object *object, struct head *head, struct err *err)
{
	static const char *const fields[] = {"device", "number", "code", NULL};
	const json_t *list;

	if (!json_get_array(object, "refused", 0, LIMIT_HEAD_REFUSED, &list, err))
		return false;
	for (; head->refused_count < json_array_size(list); head->refused_count++) {
		struct head_refused *refused = &head->refused[head->refused_count];
		struct json_object item;
		int64_t code;

		if (!json_item_object(object, list, head->refused_count, "head's refused", &item, err) ||
			!json_only_keys(&item, fields, err) ||
			!field_name(&item, "device", ident_is_device, refused->device, DEVICE_SIZE, err) ||
			!json_get_int(&item, "number", 1, INT_53_MAX, &refused->number, err) ||
			!json_get_int(&item, "code", CODE_MIN, CODE_MAX, &code, err))
			return false;
		refused->code = (int)code;
	}
	return true;
}

/* An empty mailbox has no digest. */
static bool read_end(const struct json_object *object, struct head *head, struct err *err)
{
	static const struct digest zeros;

	if (!json_get_int(object, "epoch", 1, INT_31_MAX, &head->epoch, err) ||
		!json_get_int(object, "last", 0, INT_31_MAX, &head->last, err) ||
		!json_get_digest(object, "digest", &head->digest, err))
		return false;
	return digest_equal(&head->digest, &zeros) == (head->last == 0) ||
		   field_refuse(object, "digest", "is 64 zeros exactly when 'last' is 0", err);
}

static bool parse_payload(const struct buf *payload, struct head *head, struct err *err)
{
	static const char *const fields[] = {"v", "unit", "device", "nonce", "time", "epoch", "last",
		"digest", "standing", "since", "reason", "channels", "keyset", "checkpoint", "devices",
		"refused", NULL};
	auto_json json_t *json = NULL;

	if (!json_parse_strict(
			payload->data, payload->len, LIMIT_HEAD_JWS, "head", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "head", MALFORMED};

	return json_only_keys(&object, fields, err) && field_version(&object, err) &&
		   field_name(&object, "unit", ident_is_unit, head->unit, UNIT_SIZE, err) &&
		   read_echo(&object, head, err) && field_time(&object, "time", &head->time, err) &&
		   read_end(&object, head, err) && read_standing(&object, head, err) &&
		   read_channels(&object, head, err) &&
		   json_get_int(&object, "keyset", 0, INT_31_MAX, &head->keyset, err) &&
		   read_checkpoint(&object, head, err) && read_devices(&object, head, err) &&
		   read_refused(&object, head, err);
}

bool head_parse(const void *jws, size_t len, struct head *ret, struct err *err)
{
	auto_head struct head head = HEAD_INIT;

	if (!jws_parse(&jws_head, jws, len, &head.jws, err) ||
		!parse_payload(&head.jws.payload, &head, err))
		return false;
	*ret = head;
	head = (struct head)HEAD_INIT;
	return true;
}

static bool write_echo(json_t *json, const struct head *head)
{
	if (head->device[0] == '\0')
		return field_set(json, "device", json_null()) && field_set(json, "nonce", json_null());
	return field_set_text(json, "device", head->device) &&
		   field_set_b64(json, "nonce", head->nonce, SYNC_NONCE_BYTES);
}

static json_t *write_channel(const struct head_channel *channel)
{
	auto_json json_t *json = json_object();

	if (channel->receives)
		return json_null();
	if (!field_set_time_or_null(json, "since", channel->since) ||
		!field_set_text(json, "reason", channel->reason))
		return NULL;
	return TAKE(json);
}

static json_t *write_channels(const struct head *head)
{
	auto_json json_t *object = json_object();

	for (size_t i = 0; i < head->channel_count; i++)
		if (!field_set(object, head->channels[i].channel, write_channel(&head->channels[i])))
			return NULL;
	return TAKE(object);
}

static json_t *write_checkpoint(const struct head *head)
{
	auto_json json_t *json = json_object();

	if (!head->has_checkpoint)
		return json_null();
	if (!field_set_int(json, "sequence", head->checkpoint_sequence) ||
		!field_set_digest(json, "digest", &head->checkpoint_digest))
		return NULL;
	return TAKE(json);
}

static json_t *write_devices(const struct head *head)
{
	auto_json json_t *object = json_object();

	for (size_t i = 0; i < head->device_count; i++)
		if (!field_set(object, head->devices[i].device,
				json_pack("{sI}", "settled", (json_int_t)head->devices[i].settled)))
			return NULL;
	return TAKE(object);
}

static json_t *write_refused(const struct head *head)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < head->refused_count; i++) {
		const struct head_refused *refused = &head->refused[i];
		json_t *item = json_pack("{sssIsi}", "device", refused->device, "number",
			(json_int_t)refused->number, "code", refused->code);

		if (json_array_append_new(list, item) != 0)
			return NULL;
	}
	return TAKE(list);
}

static bool write_head(json_t *json, const struct head *head)
{
	return field_set_int(json, "v", 1) && field_set_text(json, "unit", head->unit) &&
		   write_echo(json, head) && field_set_int(json, "time", head->time) &&
		   field_set_int(json, "epoch", head->epoch) && field_set_int(json, "last", head->last) &&
		   field_set_digest(json, "digest", &head->digest) &&
		   field_set_text(json, "standing", standing_name(head->standing)) &&
		   field_set_int(json, "since", head->since) &&
		   field_set_text(json, "reason", head->reason) &&
		   field_set(json, "channels", write_channels(head)) &&
		   field_set_int(json, "keyset", head->keyset) &&
		   field_set(json, "checkpoint", write_checkpoint(head)) &&
		   field_set(json, "devices", write_devices(head)) &&
		   field_set(json, "refused", write_refused(head));
}

bool head_sign(
	const struct head *head, const struct signing_key *dispatcher, struct buf *jws, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_HEAD_JWS);
	auto_head struct head again = HEAD_INIT;

	if (!write_head(json, head))
		return field_write_failed("head", err);
	return json_write(json, &payload, err) && parse_payload(&payload, &again, err) &&
		   jws_sign(&jws_head, dispatcher, payload.data, payload.len, jws, err);
}
