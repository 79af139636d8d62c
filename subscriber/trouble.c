#include "subscriber/trouble.h"

#include <string.h>

/* The one of that kind, or the place for it: a free one, or that of the kind said longest ago. */
static struct trouble *trouble_of(struct troubles *troubles, const char *what)
{
	struct trouble *place = &troubles->items[0];

	for (int i = 0; i < TROUBLE_KINDS; i++) {
		struct trouble *item = &troubles->items[i];

		if (item->what && strcmp(item->what, what) == 0)
			return item;
		if (place->what && (!item->what || item->said_at < place->said_at))
			place = item;
	}
	*place = (struct trouble){.what = NULL};
	return place;
}

bool troubles_note(struct troubles *troubles, const char *what, int64_t now, int64_t *ret_held_back)
{
	struct trouble *item = trouble_of(troubles, what);

	/* A clock that was set back is no reason to say nothing. */
	if (item->what && now >= item->said_at && now - item->said_at < TROUBLE_SAID_EVERY_S) {
		item->held_back++;
		return false;
	}
	*ret_held_back = item->held_back;
	*item = (struct trouble){.what = what, .said_at = now};
	return true;
}
