#include "common/names.h"

#include <string.h>

bool names_find(const char *const *names, size_t count, const char *text, size_t len, size_t *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}
