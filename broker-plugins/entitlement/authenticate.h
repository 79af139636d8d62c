/*
 * Who is let in (docs/protocol.md section 5).
 */
#ifndef CERTWIRE_ENTITLEMENT_AUTHENTICATE_H
#define CERTWIRE_ENTITLEMENT_AUTHENTICATE_H

#include "broker-plugins/entitlement/gate.h"
#include "common/macros.h"
#include "common/refusal.h"

#include <stdbool.h>

/* What a CONNECT shows to a plugin. Strings are foreign and may be NULL. */
struct connect {
	const void *client; /* the broker's pointer */
	const char *client_id;
	const char *user_name;
	const char *password;
	int protocol_version; /* 5 */
	bool clean_start;
	bool is_local; /* from this machine */
	const char *address; /* whose wrong signatures count (budget.h); NULL: they do not */
	bool has_certificate; /* TLS, and it presented one that the listener's authority made */
	struct tls_identity tls; /* of that; none when it cannot be read */
};

struct connect_verdict {
	bool let_in;
	/* 0 when nothing is to be recorded; with let_in it tells why only into the lobby: 106, 108. */
	int code;
};

/*
 * Lets the client in, and then has made its record in gate->sessions; or does nothing. Uses its
 * token up unless the token itself is at fault.
 */
struct connect_verdict authenticate(
	struct gate *gate, const struct connect *connect, const struct moment *now) NONNULL;

#endif
