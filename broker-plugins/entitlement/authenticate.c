#include "broker-plugins/entitlement/authenticate.h"

#include "broker-plugins/entitlement/review.h"
#include "common/token.h"

#include <string.h>

struct caller {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	bool is_dispatcher;
	const struct unit *known; /* NULL for a dispatcher */
	const struct unit_device *device_record; /* likewise */
	const struct public_key *key;
};

static struct connect_verdict refuse(int code)
{
	return (struct connect_verdict){.let_in = false, .code = code};
}

/* 111, 107: what is wrong before the token is looked at. */
static int judge_shape(const struct connect *connect, struct caller *caller)
{
	if (connect->protocol_version != 5 || !connect->clean_start)
		return REFUSAL_MQTT_SESSION;
	if (!connect->client_id || !connect->user_name)
		return REFUSAL_TOKEN_CLIENT;
	if (!ident_split_client_id(
			connect->client_id, strlen(connect->client_id), caller->unit, caller->device) ||
		strcmp(caller->unit, connect->user_name) != 0)
		return REFUSAL_TOKEN_CLIENT;
	caller->is_dispatcher = strcmp(caller->unit, IDENT_DISPATCHER) == 0;
	return 0;
}

/* 103, 110: whose key it must be. */
static int find_device(
	const struct gate *gate, const char *kid, struct caller *caller, int64_t at_us)
{
	const struct unit_device *device;

	caller->known = table_find(gate->table, caller->unit);
	device = caller->known ? unit_device(caller->known, caller->device) : NULL;
	if (!device || strcmp(device->kid, kid) != 0)
		return REFUSAL_TOKEN_DEVICE;
	if (!unit_device_is_live(device, at_us))
		return REFUSAL_DEVICE_REVOKED;
	caller->device_record = device;
	caller->key = &device->public;
	return 0;
}

static int find_key(const struct gate *gate, const char *kid, struct caller *caller, int64_t at_us)
{
	if (!caller->is_dispatcher)
		return find_device(gate, kid, caller, at_us);
	caller->key = table_dispatcher(gate->table, kid, at_us / US_PER_S);
	return caller->key ? 0 : REFUSAL_TOKEN_DEVICE;
}

static int judge_audience(const struct gate *gate, const struct token *token)
{
	const struct conf_list *audiences = &gate->limits->audiences;

	for (size_t i = 0; i < audiences->count; i++)
		if (strcmp(audiences->items[i], token->audience) == 0)
			return 0;
	return REFUSAL_TOKEN_AUDIENCE;
}

/* 101 to 105, 110 and 114, in the order in which a forger learns least. */
static int judge_token(struct gate *gate, const struct connect *connect, struct caller *caller,
	struct token *token, const struct moment *now)
{
	const char *text = connect->password ? connect->password : "";
	int64_t keep_until;
	struct err err;
	int code;

	if (!token_parse(text, strlen(text), token, &err))
		return REFUSAL_TOKEN_MALFORMED;
	if (!token_check_client(token, connect->client_id, connect->user_name, &err))
		return REFUSAL_TOKEN_CLIENT;
	code = find_key(gate, token->jws.kid, caller, gate_rights_time_us(gate, now));
	if (code)
		return code;
	if (connect->address && !budget_allows(&gate->budget, connect->address, now->mono_ms))
		return REFUSAL_TOKEN_BUDGET;
	if (!token_verify(token, caller->key, &err)) {
		if (connect->address)
			budget_spend(&gate->budget, connect->address, now->mono_ms);
		return REFUSAL_TOKEN_SIGNATURE;
	}
	code = judge_audience(gate, token);
	if (code)
		return code;
	keep_until = token->expires_at > moment_wall(now) ? token->expires_at : moment_wall(now);
	keep_until += LIMIT_CLOCK_SKEW_S + 1;
	if (!replay_use(&gate->replay, token->client_id, token->id, keep_until, moment_wall(now)))
		return REFUSAL_TOKEN_REUSED;
	return 0;
}

/*
 * 112, 113: the TLS certificate. Who shows one must show the one registered for its device, whether
 * it was asked to or not. Nothing can be registered for a dispatcher, so it comes without, and where
 * certificates are required from this machine alone.
 */
static int judge_certificate(
	const struct gate *gate, const struct connect *connect, const struct caller *caller)
{
	bool is_exempt = caller->is_dispatcher && connect->is_local;

	if (!connect->has_certificate)
		return gate->limits->require_certificate && !is_exempt ? REFUSAL_TLS_MISSING : 0;
	if (caller->is_dispatcher || !tls_identity_matches(&caller->device_record->tls, &connect->tls))
		return REFUSAL_TLS_CERTIFICATE;
	return 0;
}

/* 106: the lobby, but an old token must not push out the client that is connected. */
static struct connect_verdict judge_times(const struct gate *gate, const struct caller *caller,
	const struct token *token, const struct moment *now)
{
	struct connect_verdict verdict = {.let_in = true};

	if (token_times_right(token, moment_wall(now)))
		return verdict;
	verdict.code = REFUSAL_TOKEN_CLOCK;
	if (caller->is_dispatcher || sessions_have(&gate->sessions, caller->unit, caller->device))
		verdict.let_in = false;
	return verdict;
}

static bool make_session(struct gate *gate, const struct connect *connect,
	const struct caller *caller, const struct token *token, const struct moment *now)
{
	struct session *session =
		sessions_add(&gate->sessions, connect->client, caller->unit, caller->device);

	if (!session)
		return false;
	memcpy(session->kid, token->jws.kid, sizeof(session->kid));
	session->is_dispatcher = caller->is_dispatcher;
	session->tls = connect->tls;
	session->clock_is_off = !token_times_right(token, moment_wall(now));
	review_done(gate, session, gate_rights_time_us(gate, now));
	return true;
}

struct connect_verdict authenticate(
	struct gate *gate, const struct connect *connect, const struct moment *now)
{
	auto_token struct token token = TOKEN_INIT;
	struct caller caller = {.known = NULL};
	struct connect_verdict verdict;
	int code = gate_doubt(gate, now);

	if (!code)
		code = judge_shape(connect, &caller);
	if (!code)
		code = judge_token(gate, connect, &caller, &token, now);
	if (!code)
		code = judge_certificate(gate, connect, &caller);
	if (code)
		return refuse(code);
	verdict = judge_times(gate, &caller, &token, now);
	if (!verdict.let_in)
		return verdict;
	/* Without memory for its record it could do nothing anyhow. */
	if (!make_session(gate, connect, &caller, &token, now))
		return refuse(REFUSAL_STALE_ENTITLEMENT);
	if (!verdict.code && caller.known &&
		!unit_is_good(caller.known, gate_rights_time_us(gate, now)))
		verdict.code = REFUSAL_NOT_GOOD_STANDING;
	return verdict;
}
