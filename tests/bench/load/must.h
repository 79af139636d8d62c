/* A load that cannot go on ends, saying why: a figure taken after a failure would be none. */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_MUST_H
#define CERTWIRE_TESTS_BENCH_LOAD_MUST_H

#include "common/err.h"
#include "common/macros.h"

/* Prints "bench_load: ..." and ends with status 1. */
void give_up(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* `call` has an `err` of its own. */
#define MUST(call) \
	do { \
		struct err err = {.kind = ERR_SYSTEM}; \
		if (!(call)) \
			give_up("%s", err.text); \
	} while (0)

#endif
