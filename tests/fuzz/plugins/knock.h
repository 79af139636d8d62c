/*
 * How a client of a script asks to be let in: with a token of every kind, and what the answer must be.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_KNOCK_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_KNOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/fuzz/plugins/line.h"
#include "tests/fuzz/plugins/people.h"
#include "tests/fuzz/plugins/stub_broker.h"

enum { TOKENS_KEPT = 8 };

#define KNOCK_ELSEWHERE "elsewhere.example:8883"

/* A token that was made; it is kept, so that it can be tried again. */
struct made_token {
	char *text; /* owned */
	char client_id[CLIENT_ID_SIZE];
	struct member who;
	bool is_by_other_key;
	bool is_for_another; /* made for KNOCK_ELSEWHERE, not for FIXTURE_BROKER */
	bool is_sound; /* signed as a device does, not a byte changed */
	bool was_tried;
	bool is_spent; /* somebody was let in with it */
	int64_t issued_at;
};

struct knocker {
	struct made_token tokens[TOKENS_KEPT];
	uint64_t made; /* so far: each token has another id */
	int wrong; /* signatures so far that were not right */
};

void knocker_release(struct knocker *knocker);

/* What the plugins were started with. */
struct house {
	int64_t max_staleness_ms;
	bool require_certificate;
	bool has_name[2]; /* FIXTURE_BROKER is one of its names; KNOCK_ELSEWHERE is */
	bool is_reloading; /* since SIGHUP no tick */
};

/*
 * "c<token><kind><how>" with fields client id, user name, address, password, subject of the TLS
 * certificate. Kinds: t true, o for another broker, s signed by another key, b one byte changed, r that of
 * before, l an hour late, e an hour early, n none, else the password as it is. How: k keeps its
 * session, 4 speaks MQTT 3.1.1.
 */
void knock(struct knocker *knocker, const struct line *line, const struct people *people,
	const struct house *house);

#endif
