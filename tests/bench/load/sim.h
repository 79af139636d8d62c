/*
 * A unit's device as the service sees it: it joins offers and parts, signs receipts and syncs, reads heads. It opens
 * and stores nothing: that is the unit's time, not the service's.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_SIM_H
#define CERTWIRE_TESTS_BENCH_LOAD_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/pub_id.h"
#include "tests/bench/load/identity.h"
#include "tests/bench/load/mqtt.h"

enum { SIM_PUBLICATIONS = 16, SIM_PARTS = 128 };

/* What it has of a publication. */
struct sim_held {
	struct pub_id publication;
	struct digest manifest;
	int64_t epoch;
	int64_t entry; /* 0: no offer came yet */
	uint32_t parts; /* how many there are; 0: none came yet and no offer */
	uint32_t got;
	bool has[SIM_PARTS];
	bool is_told; /* a receipt says that it is stored */
};

struct sim {
	struct identity who;
	struct sim_held held[SIM_PUBLICATIONS];
	size_t held_count;
	int64_t held_before; /* entries of an earlier run */
	int64_t told; /* its newest receipt's number */
	int64_t settled; /* as the newest head says */
	bool is_answered; /* a head echoed its last sync */
};

/* Unit `number`, which held so many entries and has told so many receipts before. */
void sim_init(struct sim *sim, int number, int64_t held, int64_t told) NONNULL;

/* Takes in a message on one of its topics. Whatever is malformed ends the program. */
void sim_take(struct sim *sim, const struct mqtt_frame *frame) NONNULL;

/* How many publications are whole and not yet told. */
size_t sim_untold(const struct sim *sim) NONNULL;

/* Appends a PUBLISH of one receipt for all that are whole and not yet told. */
void sim_tell(struct sim *sim, struct buf *out) NONNULL;

/* Appends a PUBLISH of a sync that asks for as many missing parts as a device does at a time. */
void sim_ask(struct sim *sim, struct buf *out) NONNULL;

#endif
