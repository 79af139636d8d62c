/*
 * What systemd is told (sd_notify(3)): that we are ready, that we live, and where we stand. Nothing
 * happens where the daemon was started by something else.
 */
#ifndef CERTWIRE_COMMON_NOTIFY_H
#define CERTWIRE_COMMON_NOTIFY_H

#include <stdint.h>

#include "common/macros.h"

struct notify {
	int64_t watchdog_ms; /* how often to say that we live; 0: nobody asks */
	int64_t told_at;
};

void notify_ready(struct notify *notify) NONNULL;

/* Called on each turn of the loop. */
void notify_alive(struct notify *notify, int64_t now_ms) NONNULL;

void notify_status(const char *text) NONNULL;
void notify_stopping(void);

#endif
