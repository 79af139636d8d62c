/*
 * A device's first steps: its key, and the request that CNCERT's registrar certifies after comparing
 * fingerprints over the phone.
 */
#ifndef CERTWIRE_SUBSCRIBER_ENROLL_H
#define CERTWIRE_SUBSCRIBER_ENROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/macros.h"
#include "subscriber/config.h"

/*
 * Makes <state>/device.key and <state>/request.jws. A key that is there is never replaced: when its
 * request is there too, that is ERR_DENIED; when only the request is missing (we were interrupted),
 * it is made from that key. The request is appended to `request`.
 */
bool enroll_device(const struct config *config, int64_t now, struct buf *request,
	struct fingerprint *ret, struct err *err) MUST_USE NONNULL;

struct cli_call;

/*
 * Loads the configuration in `path`. What it lacks of unit, device, broker, root and state is taken from the line or,
 * at a terminal, asked for; the root's fingerprint is confirmed by a person. Then the file has it, in the places that are commented out for it, and
 * nothing else of it has changed; one that is not there is made. Nothing is written unless all is right.
 */
bool enroll_configure(const struct cli_call *call, const char *path, struct config *ret,
	struct err *err) MUST_USE NONNULL;

#endif
