/*
 * Trying to come in at a gate (gate_fixture.h), and what a test changes of a connect that would be let in.
 */
#ifndef CERTWIRE_TESTS_UNIT_BROKER_ATTEMPT_H
#define CERTWIRE_TESTS_UNIT_BROKER_ATTEMPT_H

#include "tests/unit/broker/gate_fixture.h"

struct attempt {
	const char *client_id;
	const char *user_name;
	const char *signer; /* name of the key; NULL: the client's own */
	const char *audience;
	const char *password; /* instead of a token */
	int64_t issued_ago; /* seconds that the token's times are shifted back */
	int protocol_version;
	bool keep_session;
	bool is_remote;
	const char *address; /* NULL: not counted */
	const char *certificate; /* the subject of what it presents; NULL: nothing */
};

/* What stands for connections. */
enum { ATTEMPT_CLIENTS = 8 };
extern const int clients[ATTEMPT_CLIENTS];

/* One that is let in, when unit and device are. */
struct attempt attempt(const char *client_id, const char *user_name);

/* Appends its token. */
void make_token(const struct attempt *attempt, struct buf *token);

/* Comes with that token; with its own; as the first of `clients`. */
struct connect_verdict try_token(
	struct gate *gate, const struct attempt *attempt, const char *token, const void *client);
struct connect_verdict try_as(struct gate *gate, const struct attempt *attempt, const void *client);
struct connect_verdict try(struct gate *gate, const struct attempt *attempt);

#endif
