/*
 * Named places at which a test can make a program die, so that "killed at any instant" can be tried
 * instant by instant.
 *
 *	CERTWIRE_FAULT=unit-before-fsync      kill at the first pass
 *	CERTWIRE_FAULT=unit-before-fsync:3    kill at the third
 *	CERTWIRE_FAULT_STOP=...               stop (SIGSTOP) there instead, for leases that run out
 *
 * Only builds with the CMake option CERTWIRE_FAULT_POINTS read these; elsewhere a fault point is
 * nothing at all, so that an environment can do no harm to a program in service.
 */
#ifndef CERTWIRE_COMMON_FAULT_H
#define CERTWIRE_COMMON_FAULT_H

#include "common/macros.h"

#ifdef CERTWIRE_FAULT_POINTS

/* Does not return when the environment names this pass, unless stopped and continued. Any thread. */
void fault_point(const char *name) NONNULL;

#else

#define fault_point(name) ((void)(name))

#endif

#endif
