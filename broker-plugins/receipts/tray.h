/*
 * Receipts and replies on their way from the loop to the writer: copies, bounded in number and in
 * bytes. A full tray is no loss: the device keeps what it sent until its head says that it is
 * settled, and sends it again.
 */
#ifndef CERTWIRE_RECEIPTS_TRAY_H
#define CERTWIRE_RECEIPTS_TRAY_H

#include "broker-plugins/kit/ring.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRAY_BYTES_MAX = 64 * 1024 * 1024 };

/* One message as it came. */
struct parcel {
	bool is_reply; /* else a receipt */
	char unit[UNIT_SIZE]; /* the topic's */
	char client_id[CLIENT_ID_SIZE]; /* who sent it */
	size_t len;
	char jws[]; /* len bytes, not terminated */
};

struct tray {
	struct ring ring; /* of struct parcel *, to the writer */
	struct ring spent; /* of struct parcel *, back to the loop, which frees them */
	size_t bytes; /* the loop's: of all that are not freed yet */
	size_t count;
	size_t slots;
	atomic_int_fast64_t
		put_off; /* since the start: for which there was no room; any thread reads it */
};

bool tray_init(struct tray *tray, size_t slots, struct err *err) MUST_USE NONNULL;
/* The writer must have given back what it had. */
void tray_release(struct tray *tray) NONNULL;

enum tray_verdict {
	TRAY_NOT_OURS, /* no receipt or reply: not for us to judge */
	TRAY_TAKEN,
	TRAY_FULL, /* no room now: the client is to try later */
	TRAY_REFUSED, /* empty or larger than one can be */
};

/* The loop's side. `client_id` is the authenticated sender's; copies what it takes. */
enum tray_verdict tray_put(struct tray *tray, const char *topic, const char *client_id,
	const void *payload, size_t len) MUST_USE __attribute__((nonnull(1, 2, 3)));

/* The loop's side, on each tick: frees what came back. */
void tray_tidy(struct tray *tray) NONNULL;

/* From any thread: parcels that wait to be taken. */
size_t tray_depth(const struct tray *tray) NONNULL;

/* The writer's side: the next, NULL when there is none; to be given back with tray_done. */
struct parcel *tray_take(struct tray *tray) NONNULL;
void tray_done(struct tray *tray, struct parcel *parcel) NONNULL;

#endif
