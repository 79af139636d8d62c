/*
 * Who may use which topic (docs/protocol.md section 5, Topics).
 */
#ifndef CERTWIRE_ENTITLEMENT_AUTHORIZE_H
#define CERTWIRE_ENTITLEMENT_AUTHORIZE_H

#include "broker-plugins/entitlement/gate.h"
#include "common/macros.h"
#include "common/refusal.h"

#include <stdbool.h>
#include <stdint.h>

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_SUBSCRIBE };

struct request {
	enum access access;
	const char *topic; /* or the filter of a subscription, as the client sent it */
	uint32_t size_bytes; /* of the payload */
	int qos;
	bool retain;
};

/* Verdicts that are no refusal code. */
enum {
	AUTHORIZE_YES = 0,
	/*
	 * No, and not worth a record: what a unit's own devices publish comes back to them through
	 * `unit/<unit>/+`, which they may subscribe to.
	 */
	AUTHORIZE_NO_QUIETLY = -1,
};

/*
 * AUTHORIZE_YES, AUTHORIZE_NO_QUIETLY or a refusal code. Keeps account of what the client was sent
 * and has answered. `session` NULL is a client without a record: always no.
 */
int authorize(struct gate *gate, struct session *session, const struct request *request,
	const struct moment *now) MUST_USE __attribute__((nonnull(1, 3, 4)));

#endif
