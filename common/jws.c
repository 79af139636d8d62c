#include "common/jws.h"

#include <string.h>

#include "common/b64.h"
#include "common/json.h"
#include "common/language.h"
#include "common/limits.h"

const struct jws_type jws_keyset = {"certwire-keyset+jws", "keyset", LIMIT_KEYSET_JWS,
	REFUSAL_KEYSET_MALFORMED, REFUSAL_KEYSET_SIGNATURE};
const struct jws_type jws_request = {"certwire-request+jws", "device request", LIMIT_REQUEST_JWS,
	REFUSAL_DEVICE_MALFORMED, REFUSAL_DEVICE_SIGNATURE};
const struct jws_type jws_device = {"certwire-device+jws", "device certificate", LIMIT_DEVICE_JWS,
	REFUSAL_DEVICE_MALFORMED, REFUSAL_DEVICE_SIGNATURE};
const struct jws_type jws_connect = {"certwire-connect+jwt", "token", LIMIT_CONNECT_JWT,
	REFUSAL_TOKEN_MALFORMED, REFUSAL_TOKEN_SIGNATURE};
const struct jws_type jws_manifest = {"certwire-manifest+jws", "editor's signature",
	LIMIT_MANIFEST_JWS, REFUSAL_EDITOR_SIGNATURE, REFUSAL_EDITOR_SIGNATURE};
const struct jws_type jws_entry = {"certwire-entry+jws", "entry", LIMIT_ENTRY_JWS,
	REFUSAL_ENTRY_MALFORMED, REFUSAL_ENTRY_SIGNATURE};
const struct jws_type jws_head = {
	"certwire-head+jws", "head", LIMIT_HEAD_JWS, REFUSAL_HEAD_MALFORMED, REFUSAL_HEAD_SIGNATURE};
const struct jws_type jws_sync = {
	"certwire-sync+jws", "sync", LIMIT_SYNC_JWS, REFUSAL_SYNC_MALFORMED, REFUSAL_SYNC_SIGNATURE};
const struct jws_type jws_receipt = {"certwire-receipt+jws", "receipt", LIMIT_RECEIPT_JWS,
	REFUSAL_RECEIPT_MALFORMED, REFUSAL_RECEIPT_SIGNATURE};
const struct jws_type jws_reply = {"certwire-reply+jws", "reply", LIMIT_REPLY_JWS,
	REFUSAL_REPLY_MALFORMED, REFUSAL_REPLY_SIGNATURE};

/* The longest header any type has is well under this. */
enum { HEADER_MAX = 256, HEADER_FIELDS = 3 };

void jws_release(struct jws *jws)
{
	buf_release(&jws->input);
	buf_release(&jws->payload);
	memset(jws, 0, sizeof(*jws));
}

/* The header as it is written here; its length. */
static size_t write_header(
	const struct jws_type *type, const char *kid, char out[static HEADER_MAX])
{
	return (size_t)snprintf(
		out, HEADER_MAX, "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\"}", type->typ, kid);
}

/* Appends what is signed: header '.' payload. */
static bool write_input(const struct jws_type *type, const struct signing_key *key,
	const void *payload, size_t len, struct buf *out, struct err *err)
{
	char header[HEADER_MAX];
	size_t header_len = write_header(type, key->kid, header);
	size_t more = B64_SIZE(header_len) + B64_SIZE(len) + B64_SIZE(SIGNATURE_BYTES);

	/* All at once where it fits, the signature too; if not, what does not fit will say so. */
	if (more <= out->max && !buf_reserve(out, more, err))
		return false;
	return b64_append(out, header, header_len, err) && buf_append(out, ".", 1, err) &&
		   b64_append(out, payload, len, err);
}

static bool write_signature(
	const struct signing_key *key, const struct buf *input, struct buf *out, struct err *err)
{
	uint8_t signature[SIGNATURE_BYTES];

	signing_key_sign(key, input->data, input->len, signature);
	return buf_append(out, ".", 1, err) && b64_append(out, signature, sizeof(signature), err);
}

bool jws_sign(const struct jws_type *type, const struct signing_key *key, const void *payload,
	size_t len, struct buf *out, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(type->max);

	if (!write_input(type, key, payload, len, &text, err) ||
		!write_signature(key, &text, &text, err))
		return err_context(err, "cannot sign the %s", language_text(type->what));
	return buf_move(out, &text, err);
}

/* Room for what a detached signature is over. */
static size_t detached_input_max(size_t payload_len)
{
	return B64_SIZE((size_t)HEADER_MAX) + 1 + B64_SIZE(payload_len);
}

bool jws_sign_detached(const struct jws_type *type, const struct signing_key *key,
	const void *payload, size_t len, struct buf *out, struct err *err)
{
	auto_buf struct buf input = BUF_INIT(detached_input_max(len));
	auto_buf struct buf text = BUF_INIT(type->max);

	if (!write_input(type, key, payload, len, &input, err))
		return err_context(err, "cannot sign the %s", language_text(type->what));

	const uint8_t *dot = memchr(input.data, '.', input.len);

	if (!buf_append(&text, input.data, (size_t)(dot + 1 - input.data), err) ||
		!write_signature(key, &input, &text, err))
		return err_context(err, "cannot sign the %s", language_text(type->what));
	return buf_append(out, text.data, text.len, err);
}

/* The three parts of a compact JWS. */
struct slices {
	const char *header;
	size_t header_len;
	const char *payload;
	size_t payload_len;
	const char *signature;
	size_t signature_len;
};

static bool slice(
	const struct jws_type *type, const char *text, size_t len, struct slices *ret, struct err *err)
{
	if (len > type->max)
		return err_code(err, type->malformed, "%s: %zu bytes are more than %zu",
			language_text(type->what), len, type->max);

	const char *first = memchr(text, '.', len);
	const char *second = first ? memchr(first + 1, '.', len - (size_t)(first + 1 - text)) : NULL;

	if (!second)
		return err_code(err, type->malformed, "%s: not three parts with dots between",
			language_text(type->what));
	ret->header = text;
	ret->header_len = (size_t)(first - text);
	ret->payload = first + 1;
	ret->payload_len = (size_t)(second - ret->payload);
	ret->signature = second + 1;
	ret->signature_len = len - (size_t)(ret->signature - text);
	return true;
}

/* Whether it is, to the byte, what is written here for the key id in it: then there is nothing to take apart. */
static bool is_written_here(
	const struct jws_type *type, const char *text, size_t len, char kid[static KID_SIZE])
{
	enum { BEHIND_KID = 2 };
	char written[HEADER_MAX];

	if (len < KID_SIZE - 1 + BEHIND_KID)
		return false;
	memcpy(kid, text + len - BEHIND_KID - (KID_SIZE - 1), KID_SIZE - 1);
	kid[KID_SIZE - 1] = '\0';
	return kid_valid(kid, KID_SIZE - 1) && write_header(type, kid, written) == len &&
		   memcmp(written, text, len) == 0;
}

static bool read_header(
	const struct jws_type *type, const struct slices *slices, struct jws *jws, struct err *err)
{
	static const char *const fields[] = {"alg", "typ", "kid", NULL};
	char text[HEADER_MAX];
	size_t len;
	auto_json json_t *json = NULL;
	const char *kid;

	if (!b64_decode(text, sizeof(text), slices->header, slices->header_len, &len))
		return err_code(err, type->malformed, "%s: the header is not base64url, or too long",
			language_text(type->what));
	if (is_written_here(type, text, len, jws->kid))
		return true;
	if (!json_parse_strict(text, len, sizeof(text), "JWS header", type->malformed, &json, err))
		return err_context(err, "%s", language_text(type->what));

	struct json_object object = {json, "JWS header", type->malformed};

	if (!json_only_keys(&object, fields, err) ||
		!json_expect_string(&object, "alg", "EdDSA", err) ||
		!json_expect_string(&object, "typ", type->typ, err) ||
		!json_get_string(&object, "kid", KID_SIZE - 1, KID_SIZE - 1, &kid, err))
		return err_context(err, "%s", language_text(type->what));
	if (json_object_size(json) != HEADER_FIELDS)
		return err_code(err, type->malformed, "%s: the header has more than alg, typ and kid",
			language_text(type->what));
	if (!kid_valid(kid, KID_SIZE - 1))
		return err_code(
			err, type->malformed, "%s: 'kid' is not 32 hex digits", language_text(type->what));
	memcpy(jws->kid, kid, KID_SIZE);
	return true;
}

static bool read_signature(
	const struct jws_type *type, const struct slices *slices, struct jws *jws, struct err *err)
{
	return b64_decode_exact(
			   jws->signature, sizeof(jws->signature), slices->signature, slices->signature_len) ||
		   err_code(err, type->malformed, "%s: the signature is not 64 bytes in base64url",
			   language_text(type->what));
}

static bool read_payload(
	const struct jws_type *type, const struct slices *slices, struct jws *jws, struct err *err)
{
	size_t input_len = slices->header_len + 1 + slices->payload_len;

	buf_init(&jws->input, input_len);
	buf_init(&jws->payload, B64_DECODED_LEN(slices->payload_len));
	if (!buf_append(&jws->input, slices->header, input_len, err))
		return false;
	if (!b64_decode_append(&jws->payload, slices->payload, slices->payload_len, err))
		return err->kind == ERR_SYSTEM
				   ? false
				   : err_code(err, type->malformed, "%s: the payload is not base64url",
						 language_text(type->what));
	return true;
}

bool jws_parse(
	const struct jws_type *type, const void *text, size_t len, struct jws *ret, struct err *err)
{
	auto_jws struct jws jws = {.type = type};
	struct slices slices;

	if (!slice(type, text, len, &slices, err) || !read_header(type, &slices, &jws, err) ||
		!read_signature(type, &slices, &jws, err) || !read_payload(type, &slices, &jws, err))
		return false;
	*ret = jws;
	jws = (struct jws)JWS_INIT;
	return true;
}

bool jws_parse_detached(const struct jws_type *type, const void *text, size_t len,
	const void *payload, size_t payload_len, struct jws *ret, struct err *err)
{
	auto_jws struct jws jws = {.type = type};
	struct slices slices;

	if (!slice(type, text, len, &slices, err) || !read_header(type, &slices, &jws, err) ||
		!read_signature(type, &slices, &jws, err))
		return false;
	if (slices.payload_len != 0)
		return err_code(err, type->malformed, "%s: it is not detached", language_text(type->what));
	buf_init(&jws.input, slices.header_len + 1 + B64_SIZE(payload_len));
	buf_init(&jws.payload, payload_len);
	if (!buf_append(&jws.input, slices.header, slices.header_len + 1, err) ||
		!b64_append(&jws.input, payload, payload_len, err) ||
		!buf_append(&jws.payload, payload, payload_len, err))
		return false;
	*ret = jws;
	jws = (struct jws)JWS_INIT;
	return true;
}

bool jws_verify(const struct jws *jws, const struct public_key *key, struct err *err)
{
	char kid[KID_SIZE];

	if (strcmp(public_key_kid(key, kid), jws->kid) != 0)
		return err_code(err, jws->type->forged, "%s: signed by key %s, not by %s",
			language_text(jws->type->what), jws->kid, kid);
	if (!public_key_verify(key, jws->input.data, jws->input.len, jws->signature))
		return err_code(err, jws->type->forged, "%s: the signature by key %s is wrong",
			language_text(jws->type->what), jws->kid);
	return true;
}
