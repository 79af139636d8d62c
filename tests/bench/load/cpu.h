/*
 * What another process has used of the processors, and its memory: all its threads together, and its first thread, which in a
 * broker is the one that serves everybody.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_CPU_H
#define CERTWIRE_TESTS_BENCH_LOAD_CPU_H

#include <stdint.h>
#include <sys/types.h>

enum { WATCH_MAX = 4 };

/* The broker's process, and others whose time is part of its price. */
struct watch {
	pid_t pids[WATCH_MAX];
	int count;
};

struct cpu {
	int64_t all_ns; /* of all processes */
	int64_t main_ns; /* of the first one's first thread */
};

/* As the scheduler counts it (/proc/PID/task/TID/schedstat). Ends the program when one is not there. */
struct cpu cpu_of(const struct watch *watch);

struct cpu cpu_since(struct cpu now, struct cpu then);

/* What the first process holds of memory now, in bytes. */
int64_t resident_bytes(const struct watch *watch);

#endif
