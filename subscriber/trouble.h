/*
 * Failures of this machine that come again with every message, for example on a full disk: each kind
 * is said once, and then once in a while with how often it came.
 */
#ifndef CERTWIRE_SUBSCRIBER_TROUBLE_H
#define CERTWIRE_SUBSCRIBER_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/macros.h"

enum { TROUBLE_SAID_EVERY_S = 60, TROUBLE_KINDS = 16 };

struct trouble {
	const char *what; /* borrowed: a literal */
	int64_t said_at;
	int64_t held_back; /* since then */
};

/* All zeros to begin with. */
struct troubles {
	struct trouble items[TROUBLE_KINDS];
};

/*
 * Notes one more failure. True when it is to be said now; `*ret_held_back` is then how many like it
 * were not.
 */
bool troubles_note(
	struct troubles *troubles, const char *what, int64_t now, int64_t *ret_held_back) NONNULL;

#endif
