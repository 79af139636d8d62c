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

#endif
