#include "common/fault.h"

#ifdef CERTWIRE_FAULT_POINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* True when `setting`, "point" or "point:n", names this pass of `name`. */
static bool fault_is_due(const char *setting, const char *name, atomic_ulong *passes)
{
	size_t len;

	if (!setting)
		return false;
	len = strcspn(setting, ":");
	if (strlen(name) != len || memcmp(setting, name, len) != 0)
		return false;
	return atomic_fetch_add(passes, 1) + 1 ==
		   (setting[len] ? strtoul(setting + len + 1, NULL, 10) : 1);
}

void fault_point(const char *name)
{
	/* Each setting names one point, so one count each is enough. */
	static atomic_ulong kill_passes, stop_passes;

	if (fault_is_due(getenv("CERTWIRE_FAULT"), name, &kill_passes))
		(void)raise(SIGKILL);
	if (fault_is_due(getenv("CERTWIRE_FAULT_STOP"), name, &stop_passes))
		(void)raise(SIGSTOP);
}

#else

/* An empty translation unit is not C11. */
extern const char fault_points_are_off[];

#endif
