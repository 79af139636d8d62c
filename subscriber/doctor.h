/*
 * A walk from this machine to CNCERT, one step after the other, that says where it breaks.
 */
#ifndef CERTWIRE_SUBSCRIBER_DOCTOR_H
#define CERTWIRE_SUBSCRIBER_DOCTOR_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/key.h"
#include "common/macros.h"
#include "subscriber/config.h"
#include "subscriber/db.h"
#include "subscriber/health.h"
#include "subscriber/probe.h"

enum doctor_mark {
	DOCTOR_OK,
	DOCTOR_BAD,
	DOCTOR_UNKNOWN, /* cannot be told, because of a step before, or because nothing has come yet */
};

struct doctor {
	const struct config *config; /* borrowed */
	struct signing_key key;
	bool has_key;
	struct db db; /* open when there is a state */
	struct health_facts facts; /* all zero without a state */
	struct addrinfo *addresses[BROKERS_MAX]; /* owned; NULL where the name is not known */
	bool reached[BROKERS_MAX]; /* by TCP, and by TLS where that is used */
	struct probe_answer answer; /* to our token, when no daemon runs */
};

void doctor_release(struct doctor *doctor) NONNULL;

/* One step: fills `detail` with a line, and says how it went. */
typedef enum doctor_mark doctor_step(struct doctor *doctor, char *detail, size_t size);

/* doctor_machine.c */
doctor_step doctor_keys;
doctor_step doctor_disk;

/* doctor_line.c */
doctor_step doctor_lookup;
doctor_step doctor_tcp;
doctor_step doctor_tls;
doctor_step doctor_token;
doctor_step doctor_subscription;

/* doctor_heard.c */
doctor_step doctor_clock;
doctor_step doctor_standing;
doctor_step doctor_keyset;
doctor_step doctor_head;
doctor_step doctor_gaps;

#endif
