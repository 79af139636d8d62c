/*
 * A manifest as an editor reads it, in Chinese, aligned on a terminal.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_MANIFEST_VIEW_H
#define CERTWIRE_PUBLISHER_CLI_MANIFEST_VIEW_H

#include <stdbool.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"

/* Appends channel, number, title, times, fields, files, and the audience rule in words. */
bool manifest_view(const struct manifest *manifest, const struct buf *rule, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* Appends one more line in the same columns. An empty value is left out, line and all. */
bool manifest_view_line(
	struct buf *out, const char *label, const char *value, struct err *err) MUST_USE NONNULL;

/* "周报 weekly"; the id alone when it is no channel of the plan. Returns `out`. */
enum { CHANNEL_TEXT_SIZE = 64 };
char *channel_text(const char *channel, char out[static CHANNEL_TEXT_SIZE]) NONNULL;

/* What is of use to a program; new, NULL when memory is short. */
json_t *manifest_view_json(const struct manifest *manifest) MUST_USE NONNULL;

#endif
