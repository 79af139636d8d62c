/*
 * Now, as it is passed to everything that decides. Rights begin and end by the microsecond, because
 * PostgreSQL's times do; certificates, keys and tokens by the second, as the protocol has it.
 */
#ifndef CERTWIRE_ENTITLEMENT_MOMENT_H
#define CERTWIRE_ENTITLEMENT_MOMENT_H

#include <stdint.h>

#define US_PER_S INT64_C(1000000)

struct moment {
	int64_t wall_us; /* UTC microseconds since 1970 by this machine */
	int64_t mono_ms; /* of a clock that never jumps */
};

/* UTC seconds by this machine. */
static inline int64_t moment_wall(const struct moment *moment)
{
	return moment->wall_us / US_PER_S;
}

#endif
