#include "common/token.h"

#include <string.h>

#include "common/field.h"
#include "common/utf8.h"

void token_release(struct token *token)
{
	jws_release(&token->jws);
	memset(token, 0, sizeof(*token));
}

static bool is_client_id(const char *text, size_t len)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];

	return ident_split_client_id(text, len, unit, device);
}

static bool is_audience(const char *text, size_t len)
{
	return !utf8_has_control(text, len);
}

static bool read_token(const struct json_object *object, struct token *token, struct err *err)
{
	static const char *const fields[] = {"sub", "aud", "iat", "exp", "jti", NULL};

	if (!json_only_keys(object, fields, err) ||
		!field_name(object, "sub", is_client_id, token->client_id, CLIENT_ID_SIZE, err) ||
		!field_name(object, "aud", is_audience, token->audience, LIMIT_AUDIENCE + 1, err) ||
		!field_time(object, "iat", &token->issued_at, err) ||
		!field_time(object, "exp", &token->expires_at, err) ||
		!json_get_b64(object, "jti", token->id, TOKEN_ID_BYTES, err))
		return false;
	if (json_object_size(object->json) != ARRAY_LEN(fields) - 1)
		return err_code(err, object->code, "token: it has claims beyond sub, aud, iat, exp, jti");
	if (token->expires_at < token->issued_at ||
		token->expires_at - token->issued_at > LIMIT_TOKEN_LIFE_S)
		return err_code(
			err, object->code, "token: 'exp' is not 0 to %d s after 'iat'", LIMIT_TOKEN_LIFE_S);
	return true;
}

static bool parse_payload(const struct buf *payload, struct token *token, struct err *err)
{
	auto_json json_t *json = NULL;

	if (!json_parse_strict(payload->data, payload->len, LIMIT_CONNECT_JWT, "token",
			REFUSAL_TOKEN_MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "token", REFUSAL_TOKEN_MALFORMED};

	return read_token(&object, token, err);
}

bool token_sign(
	const struct token *token, const struct signing_key *key, struct buf *out, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_buf struct buf payload = BUF_INIT(LIMIT_CONNECT_JWT);
	struct token again;

	if (!field_set_text(json, "sub", token->client_id) ||
		!field_set_text(json, "aud", token->audience) ||
		!field_set_int(json, "iat", token->issued_at) ||
		!field_set_int(json, "exp", token->expires_at) ||
		!field_set_b64(json, "jti", token->id, TOKEN_ID_BYTES))
		return field_write_failed("token", err);
	return json_write(json, &payload, err) && parse_payload(&payload, &again, err) &&
		   jws_sign(&jws_connect, key, payload.data, payload.len, out, err);
}

bool token_make(const char *client_id, const char *audience, int64_t now,
	const struct signing_key *key, struct buf *out, struct err *err)
{
	struct token token = {.issued_at = now, .expires_at = now + LIMIT_TOKEN_LIFE_S};

	if (strlen(client_id) >= sizeof(token.client_id))
		return err_set(err, ERR_DATA, "'%s' is no client id", ERR_QUOTED(client_id));
	if (strlen(audience) >= sizeof(token.audience))
		return err_set(err, ERR_DATA, "the broker's name is longer than %d bytes", LIMIT_AUDIENCE);
	memcpy(token.client_id, client_id, strlen(client_id) + 1);
	memcpy(token.audience, audience, strlen(audience) + 1);
	randombytes_buf(token.id, sizeof(token.id));
	return token_sign(&token, key, out, err);
}

bool token_parse(const void *text, size_t len, struct token *ret, struct err *err)
{
	auto_token struct token token = TOKEN_INIT;

	if (!jws_parse(&jws_connect, text, len, &token.jws, err) ||
		!parse_payload(&token.jws.payload, &token, err))
		return false;
	*ret = token;
	token = (struct token)TOKEN_INIT;
	return true;
}

bool token_check_client(
	const struct token *token, const char *client_id, const char *user_name, struct err *err)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];

	if (strcmp(token->client_id, client_id) != 0)
		return err_code(err, REFUSAL_TOKEN_CLIENT, "client id '%s' is not the token's '%s'",
			ERR_QUOTED(client_id), token->client_id);
	if (!ident_split_client_id(client_id, strlen(client_id), unit, device) ||
		strcmp(unit, user_name) != 0)
		return err_code(err, REFUSAL_TOKEN_CLIENT, "client id '%s' is not of user name '%s'",
			ERR_QUOTED(client_id), ERR_QUOTED(user_name));
	return true;
}

bool token_verify(const struct token *token, const struct public_key *key, struct err *err)
{
	return jws_verify(&token->jws, key, err);
}

bool token_check_audience(const struct token *token, const char *audience, struct err *err)
{
	return strcmp(token->audience, audience) == 0 ||
		   err_code(err, REFUSAL_TOKEN_AUDIENCE, "the token is for broker '%s'",
			   ERR_QUOTED(token->audience));
}

bool token_times_right(const struct token *token, int64_t now)
{
	return token->issued_at - LIMIT_CLOCK_SKEW_S <= now &&
		   now <= token->expires_at + LIMIT_CLOCK_SKEW_S;
}
