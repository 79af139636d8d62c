/*
 * A request for a device's certificate as people pass it on: text, QR code, and the fingerprint that is
 * read over the phone.
 */
#ifndef CERTWIRE_SUBSCRIBER_REQUEST_H
#define CERTWIRE_SUBSCRIBER_REQUEST_H

#include "common/buf.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/macros.h"

/* Appends the text as a QR code of half-height blocks, white on black terminals as well. */
bool request_qr(const char *text, struct buf *out, struct err *err) MUST_USE NONNULL;

struct request {
	const char *jws;
	const char *path; /* where it lies too */
	const struct fingerprint *fingerprint;
	const char *next; /* the command that comes afterwards */
	bool qr;
};

/* The request and its fingerprint to stdout; to stderr what a person is to do. */
bool request_print(const struct request *request, struct err *err) MUST_USE NONNULL;

#endif
