/*
 * The TLS certificate that this device presents to brokers that ask for one (settings tls_certificate
 * and tls_key). It is read at each connect, so that a renewed one counts without a restart.
 */
#ifndef CERTWIRE_SUBSCRIBER_OWN_CERTIFICATE_H
#define CERTWIRE_SUBSCRIBER_OWN_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/config.h"

struct mosquitto;

/*
 * Whether it can be presented at `now` (UTC seconds): both files are there, the key is this user's alone,
 * without a passphrase and that of the certificate, and the certificate is a client's and in its time.
 * Fine when none is configured.
 */
bool own_certificate_check(
	const struct config *config, int64_t now, struct err *err) MUST_USE NONNULL;

/*
 * Has a client that is not connected yet speak TLS, 1.2 at least: it trusts broker_ca, and presents the
 * certificate if there is one and it passes own_certificate_check.
 */
bool own_certificate_present(struct mosquitto *mosq, const struct config *config, int64_t now,
	struct err *err) MUST_USE NONNULL;

/* For OpenSSL's password callbacks: nobody is asked, and the key is not read. */
int own_certificate_ask_nobody(char *out, int size, int writing, void *context);

#endif
