/*
 * A temporary folder for one test, and assertions about refusal codes.
 */
#ifndef CERTWIRE_TESTS_UNIT_SUBSCRIBER_PLACE_H
#define CERTWIRE_TESTS_UNIT_SUBSCRIBER_PLACE_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/file.h"

/* Makes a folder; `path` becomes its name. */
static inline void place_make(char path[static 64])
{
	(void)snprintf(path, 64, "/tmp/certwire-unit-XXXXXX");
	if (!mkdtemp(path))
		abort();
}

static inline void place_remove(const char *path)
{
	struct err err;

	if (!file_remove_tree_at(AT_FDCWD, path, &err))
		abort();
}

#endif
