#include "broker-plugins/entitlement/pulse.h"

#include "common/clock.h"

void pulse_begin(struct pulse *pulse)
{
	if (pulse->began_us == 0)
		pulse->began_us = clock_monotonic_us();
}

void pulse_end(struct pulse *pulse)
{
	histogram_add(&pulse->holds, clock_monotonic_us() - pulse->began_us);
	pulse->began_us = 0;
}
