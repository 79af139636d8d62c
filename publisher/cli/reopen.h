/*
 * The files of an opened publication as sources again: to be looked at, or sealed anew.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_REOPEN_H
#define CERTWIRE_PUBLISHER_CLI_REOPEN_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/sources.h"

/*
 * Verifies them and adds each to `sources`, in memory that no file system sees, but the one called
 * `without` ("" for none). Names are borrowed from the opened manifest.
 */
bool reopen_files(struct opened *opened, const char *without, struct sources *sources,
	struct err *err) MUST_USE NONNULL;

#endif
