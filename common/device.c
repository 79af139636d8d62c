#include "common/device.h"

#include <string.h>

#include "common/field.h"
#include "common/limits.h"

static const char *const request_fields[] = {"v", "unit", "device", "public", "created_at", NULL};
static const char *const certificate_fields[] = {
	"v", "unit", "device", "public", "not_before", "not_after", "serial", NULL};

static bool read_request(
	const struct json_object *object, struct device_request *request, struct err *err)
{
	return json_only_keys(object, request_fields, err) && field_version(object, err) &&
		   field_name(object, "unit", ident_is_unit, request->unit, UNIT_SIZE, err) &&
		   field_name(object, "device", ident_is_device, request->device, DEVICE_SIZE, err) &&
		   field_public_key(object, "public", &request->public, err) &&
		   field_time(object, "created_at", &request->created_at, err);
}

static bool parse_request(
	const struct buf *payload, struct device_request *request, struct err *err)
{
	auto_json json_t *json = NULL;

	if (!json_parse_strict(payload->data, payload->len, LIMIT_REQUEST_JWS, "device request",
			REFUSAL_DEVICE_MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "device request", REFUSAL_DEVICE_MALFORMED};

	return read_request(&object, request, err);
}

bool device_request_sign(const struct device_request *request, const struct signing_key *key,
	struct buf *jws, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_REQUEST_JWS);
	struct device_request again;

	if (!public_key_equal(&request->public, &key->public))
		return err_set(err, ERR_DATA, "device request: key %s is not the one it names", key->kid);
	if (!field_set_int(json, "v", 1) || !field_set_text(json, "unit", request->unit) ||
		!field_set_text(json, "device", request->device) ||
		!field_set_b64(json, "public", request->public.bytes, PUBLIC_KEY_BYTES) ||
		!field_set_int(json, "created_at", request->created_at))
		return field_write_failed("device request", err);
	return json_write(json, &payload, err) && parse_request(&payload, &again, err) &&
		   jws_sign(&jws_request, key, payload.data, payload.len, jws, err);
}

bool device_request_verify(const void *jws, size_t len, struct device_request *ret, struct err *err)
{
	auto_jws struct jws parsed = JWS_INIT;
	struct device_request request;

	if (!jws_parse(&jws_request, jws, len, &parsed, err) ||
		!parse_request(&parsed.payload, &request, err) ||
		!jws_verify(&parsed, &request.public, err))
		return false;
	*ret = request;
	return true;
}

static bool read_certificate(
	const struct json_object *object, struct device_certificate *ret, struct err *err)
{
	return json_only_keys(object, certificate_fields, err) && field_version(object, err) &&
		   field_name(object, "unit", ident_is_unit, ret->unit, UNIT_SIZE, err) &&
		   field_name(object, "device", ident_is_device, ret->device, DEVICE_SIZE, err) &&
		   field_public_key(object, "public", &ret->public, err) &&
		   field_time(object, "not_before", &ret->not_before, err) &&
		   field_time(object, "not_after", &ret->not_after, err) &&
		   json_get_hex(object, "serial", ret->serial, DEVICE_SERIAL_BYTES, err);
}

static bool parse_certificate(
	const struct buf *payload, struct device_certificate *ret, struct err *err)
{
	auto_json json_t *json = NULL;

	if (!json_parse_strict(payload->data, payload->len, LIMIT_DEVICE_JWS, "device certificate",
			REFUSAL_DEVICE_MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "device certificate", REFUSAL_DEVICE_MALFORMED};

	return read_certificate(&object, ret, err);
}

bool device_certificate_sign(const struct device_certificate *certificate,
	const struct signing_key *registrar, struct buf *jws, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_DEVICE_JWS);
	struct device_certificate again;

	if (!field_set_int(json, "v", 1) || !field_set_text(json, "unit", certificate->unit) ||
		!field_set_text(json, "device", certificate->device) ||
		!field_set_b64(json, "public", certificate->public.bytes, PUBLIC_KEY_BYTES) ||
		!field_set_int(json, "not_before", certificate->not_before) ||
		!field_set_int(json, "not_after", certificate->not_after) ||
		!field_set_hex(json, "serial", certificate->serial, DEVICE_SERIAL_BYTES))
		return field_write_failed("device certificate", err);
	return json_write(json, &payload, err) && parse_certificate(&payload, &again, err) &&
		   jws_sign(&jws_device, registrar, payload.data, payload.len, jws, err);
}

bool device_certificate_verify(const void *jws, size_t len, const struct keyset *keyset,
	struct device_certificate *ret, struct err *err)
{
	auto_jws struct jws parsed = JWS_INIT;
	struct device_certificate certificate;

	if (!jws_parse(&jws_device, jws, len, &parsed, err) ||
		!parse_certificate(&parsed.payload, &certificate, err) ||
		!keyset_verify(keyset, &parsed, ROLE_REGISTRAR, certificate.not_before, err))
		return false;
	memcpy(certificate.kid, parsed.kid, KID_SIZE);
	*ret = certificate;
	return true;
}

bool device_certificate_check(const struct device_certificate *certificate, const char *unit,
	const char *device, int64_t at, struct err *err)
{
	if (strcmp(certificate->unit, unit) != 0 || strcmp(certificate->device, device) != 0)
		return err_code(err, REFUSAL_DEVICE_VALIDITY,
			"the device certificate is of %s.%s, not of %s.%s", certificate->unit,
			certificate->device, unit, device);
	return (certificate->not_before <= at && at < certificate->not_after) ||
		   err_code(err, REFUSAL_DEVICE_VALIDITY,
			   "the device certificate of %s.%s is outside its validity", unit, device);
}
