/*
 * A judged story as a person or a program reads it: what its signatures prove, and what is CNCERT's word.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_STORY_VIEW_H
#define CERTWIRE_PUBLISHER_CLI_STORY_VIEW_H

#include <stdbool.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/story.h"

/* Appends it; `manifest` NULL: it was not shown, so channel, number and rule are CNCERT's word. */
bool story_view(const struct story *story, const struct manifest *manifest, struct buf *out,
	struct err *err) MUST_USE __attribute__((nonnull(1, 3, 4)));

/* The same for a program; new, NULL when memory is short. */
json_t *story_view_json(const struct story *story, const struct manifest *manifest) MUST_USE
	__attribute__((nonnull(1)));

/* ERR_DENIED that begins with "the story does not hold", whatever the data is wrong with, and ends in `advice`. */
bool story_refused(const char *advice, struct err *err) NONNULL;

#endif
