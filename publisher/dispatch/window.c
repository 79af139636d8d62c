#include "publisher/dispatch/window.h"

#include "common/limits.h"

bool window_find(struct window *window, const struct sync *sync)
{
	if (window->sent >= LIMIT_SYNC_WINDOW_PARTS)
		return false;
	for (; window->missing < sync->missing_count; window_skip(window)) {
		const struct ranges *parts = &sync->missing[window->missing].parts;

		for (; window->range < parts->count; window->range++) {
			const struct range *range = &parts->items[window->range];

			if (window->part < range->from)
				window->part = range->from;
			if (window->part <= range->to)
				return true;
		}
	}
	return false;
}

void window_sent(struct window *window)
{
	window->part++;
	window->sent++;
}

void window_skip(struct window *window)
{
	window->missing++;
	window->range = 0;
	window->part = 0;
}
