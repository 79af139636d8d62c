#include "common/offer.h"

#include <stdlib.h>
#include <string.h>

#include "common/b64.h"
#include "common/field.h"
#include "common/ident.h"
#include "common/json_plain.h"
#include "common/refusal.h"

enum { MALFORMED = REFUSAL_OFFER_MALFORMED };

void offer_release(struct offer *offer)
{
	free(offer->entry);
	memset(offer, 0, sizeof(*offer));
}

/* Of the characters that one has; the unit verifies it. */
static bool is_compact(const char *text)
{
	static const char characters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

	return text[strspn(text, characters)] == '\0';
}

static bool read_grant(const struct json_object *item, struct grant *grant, struct err *err)
{
	static const char *const fields[] = {"device", "kid", "sealed", NULL};

	return json_only_keys(item, fields, err) &&
		   field_name(item, "device", ident_is_device, grant->device, DEVICE_SIZE, err) &&
		   field_name(item, "kid", kid_valid, grant->kid, KID_SIZE, err) &&
		   json_get_b64(item, "sealed", grant->sealed, GRANT_BYTES, err);
}

static bool read_grants(const struct json_object *object, struct offer *offer, struct err *err)
{
	const json_t *list;

	if (!json_get_array(object, "grants", 0, LIMIT_GRANTS, &list, err))
		return false;
	for (; offer->grant_count < json_array_size(list); offer->grant_count++) {
		struct grant *grant = &offer->grants[offer->grant_count];
		struct json_object item;

		if (!json_item_object(object, list, offer->grant_count, "offer's grant", &item, err) ||
			!read_grant(&item, grant, err))
			return false;
		if (offer_find(offer, grant->device, grant->kid))
			return field_refuse(object, "grants", "names a device's key twice", err);
	}
	return true;
}

static bool read_offer(const struct json_object *object, struct offer *offer, struct err *err)
{
	static const char *const fields[] = {"v", "entry", "grants", NULL};
	const char *entry;

	if (!json_only_keys(object, fields, err) || !field_version(object, err) ||
		!json_get_string(object, "entry", 1, LIMIT_ENTRY_JWS, &entry, err) ||
		!read_grants(object, offer, err))
		return false;
	if (!is_compact(entry))
		return err_code(err, MALFORMED, "offer: its entry is no compact JWS");
	offer->entry = strdup(entry);
	return offer->entry || err_set(err, ERR_SYSTEM, "out of memory for an offer");
}

bool offer_parse(const void *data, size_t len, struct offer *ret, struct err *err)
{
	auto_json json_t *json = NULL;
	auto_offer struct offer offer = OFFER_INIT;

	if (!json_parse_strict(data, len, LIMIT_OFFER, "offer", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "offer", MALFORMED};

	if (!read_offer(&object, &offer, err))
		return false;
	*ret = offer;
	offer = (struct offer)OFFER_INIT;
	return true;
}

static bool write_grant(const struct grant *grant, struct buf *out, struct err *err)
{
	return json_plain_begin(out, NULL, '{', err) &&
		   json_plain_text(out, "device", grant->device, err) &&
		   json_plain_text(out, "kid", grant->kid, err) &&
		   json_plain_b64(out, "sealed", grant->sealed, GRANT_BYTES, err) &&
		   json_plain_end(out, '}', err);
}

static bool write_grants(const struct offer *offer, struct buf *out, struct err *err)
{
	if (!json_plain_begin(out, "grants", '[', err))
		return false;
	for (size_t i = 0; i < offer->grant_count; i++)
		if (!write_grant(&offer->grants[i], out, err))
			return false;
	return json_plain_end(out, ']', err);
}

static bool write_offer(const struct offer *offer, struct buf *out, struct err *err)
{
	return json_plain_begin(out, NULL, '{', err) && json_plain_int(out, "v", 1, err) &&
		   json_plain_text(out, "entry", offer->entry, err) && write_grants(offer, out, err) &&
		   json_plain_end(out, '}', err);
}

static bool grants_are_good(const struct offer *offer, struct err *err)
{
	if (offer->grant_count > LIMIT_GRANTS)
		return err_code(err, MALFORMED, "offer: more than %d grants", LIMIT_GRANTS);
	for (size_t i = 0; i < offer->grant_count; i++) {
		const struct grant *grant = &offer->grants[i];

		if (!ident_is_device(grant->device, strlen(grant->device)) ||
			!kid_valid(grant->kid, strlen(grant->kid)))
			return err_code(err, MALFORMED, "offer: grant %zu is not to a device's key", i + 1);
		if (offer_find(offer, grant->device, grant->kid) != grant)
			return err_code(err, MALFORMED, "offer: names a device's key twice");
	}
	return true;
}

/* At most what one grant takes, with the words around it. */
enum { GRANT_TEXT_BYTES = B64_SIZE(GRANT_BYTES) + DEVICE_SIZE + KID_SIZE + 64 };

/* What offer_parse would refuse is not made; it is not read again, since it goes out by the thousand. */
bool offer_format(const struct offer *offer, struct buf *out, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_OFFER);
	size_t entry_len = strlen(offer->entry);

	if (entry_len == 0 || entry_len > LIMIT_ENTRY_JWS)
		return err_code(err, MALFORMED, "offer: an entry of %zu bytes", entry_len);
	if (!grants_are_good(offer, err))
		return false;
	if (!buf_reserve(&text, entry_len + (offer->grant_count + 1) * GRANT_TEXT_BYTES, err) ||
		!write_offer(offer, &text, err))
		return err_context(err, "cannot write the offer");
	return buf_move(out, &text, err);
}

const struct grant *offer_find(const struct offer *offer, const char *device, const char *kid)
{
	for (size_t i = 0; i < offer->grant_count; i++)
		if (strcmp(offer->grants[i].device, device) == 0 && strcmp(offer->grants[i].kid, kid) == 0)
			return &offer->grants[i];
	return NULL;
}
