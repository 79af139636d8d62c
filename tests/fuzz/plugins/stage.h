/*
 * What stands around the two plugins of a script: a clock that only the script moves, and in the place
 * of their threads a loader and a writer that do what the script says. The plugins' own calls of
 * them are turned here when the fuzzer is linked (CMakeLists.txt).
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_STAGE_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_STAGE_H

#include "broker-plugins/entitlement/loader.h"
#include "broker-plugins/entitlement/moment.h"
#include "broker-plugins/receipts/writer.h"

#include <stdbool.h>
#include <stdint.h>

struct stage {
	struct moment now;
	struct loader *loader; /* borrowed from the plugin, while it runs; else NULL */
	struct writer *writer; /* likewise */
	bool wants_turn; /* the entitlement plugin asked for one at once, in its last */
};

/* There is one. */
struct stage *stage(void);

/* Time begins anew. */
void stage_begin(void);

/* Ends the process with a line that says what did not hold. */
void demand(bool holds, const char *what);

/*
 * The loader's side: hands over a unit, or a whole table, or (both NULL) that nothing changed; takes
 * them. False when as much is on its way as can be.
 */
bool stage_bring(struct unit *unit, struct table *whole, int64_t clock_ahead_us);

/* Frees what the loop gave back. */
void stage_free_spent(void);

#endif
