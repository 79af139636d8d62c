/* The loads. Each connects, works, and prints one JSON object of what it measured. */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_LOAD_H
#define CERTWIRE_TESTS_BENCH_LOAD_LOAD_H

#include <jansson.h>

#include "common/cli.h"
#include "tests/bench/load/cpu.h"
#include "tests/bench/load/swarm.h"

bool load_fan(const struct cli_call *call, struct err *err);
bool load_storm(const struct cli_call *call, struct err *err);
bool load_verify(const struct cli_call *call, struct err *err);
bool load_receipts(const struct cli_call *call, struct err *err);
bool load_store(const struct cli_call *call, struct err *err);
bool load_units(const struct cli_call *call, struct err *err);
bool load_cut(const struct cli_call *call, struct err *err);

/* Reads --port, --pid (more than one),  --credential, --audience and --clients; `extra` more clients than that. */
bool load_begin(const struct cli_call *call, int extra, struct swarm *swarm, struct watch *watch,
	struct err *err);

/* Whether CA verification is off: the certificates of a benchmark vouch for nobody. New; the caller frees it. */
SSL_CTX *load_tls(void);

/* Prints and frees it. */
bool load_print(json_t *figures, struct err *err);

/* Appends "wall_s", "cpu_s", "main_cpu_s". */
void load_spent(json_t *figures, int64_t wall_ns, struct cpu cpu);

#endif
