#include "tests/unit/broker/attempt.h"

struct attempt attempt(const char *client_id, const char *user_name)
{
	return (struct attempt){
		.client_id = client_id,
		.user_name = user_name,
		.audience = FIXTURE_BROKER,
		.protocol_version = 5,
	};
}

const int clients[ATTEMPT_CLIENTS];

struct connect_verdict try_token(
	struct gate *gate, const struct attempt *attempt, const char *token, const void *client)
{
	struct moment now = gate_fixture_start();
	const struct connect connect = {
		.client = client,
		.client_id = attempt->client_id,
		.user_name = attempt->user_name,
		.password = token,
		.protocol_version = attempt->protocol_version,
		.clean_start = !attempt->keep_session,
		.is_local = !attempt->is_remote,
		.address = attempt->address,
		.has_certificate = attempt->certificate != NULL,
		.tls = tls_identity_of(NULL, attempt->certificate),
	};

	return authenticate(gate, &connect, &now);
}

void make_token(const struct attempt *attempt, struct buf *token)
{
	struct signing_key key = fixture_key(attempt->signer ? attempt->signer : attempt->client_id);

	FIXTURE_MUST(token_make(attempt->client_id, attempt->audience,
		FIXTURE_NOW - attempt->issued_ago, &key, token, &err));
	signing_key_release(&key);
}

struct connect_verdict try_as(struct gate *gate, const struct attempt *attempt, const void *client)
{
	auto_buf struct buf token = BUF_INIT(4096);

	if (attempt->password)
		return try_token(gate, attempt, attempt->password, client);
	make_token(attempt, &token);
	return try_token(gate, attempt, buf_str(&token), client);
}

struct connect_verdict try(struct gate *gate, const struct attempt *attempt)
{
	return try_as(gate, attempt, &clients[0]);
}
