#include "common/notify.h"

#include <systemd/sd-daemon.h>

void notify_ready(struct notify *notify)
{
	uint64_t usec = 0;

	*notify = (struct notify){.watchdog_ms = 0};
	if (sd_watchdog_enabled(0, &usec) > 0)
		notify->watchdog_ms = (int64_t)(usec / 2000); /* twice in each period */
	(void)sd_notify(0, "READY=1");
}

void notify_alive(struct notify *notify, int64_t now_ms)
{
	if (notify->watchdog_ms == 0 || now_ms - notify->told_at < notify->watchdog_ms)
		return;
	notify->told_at = now_ms;
	(void)sd_notify(0, "WATCHDOG=1");
}

void notify_status(const char *text)
{
	(void)sd_notifyf(0, "STATUS=%s", text);
}

void notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}
