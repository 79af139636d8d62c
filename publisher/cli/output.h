/*
 * Data to stdout, in text for people or JSON for programs.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_OUTPUT_H
#define CERTWIRE_PUBLISHER_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

/* Prints the value and a line end. Takes `json`; NULL stands for "out of memory". */
bool output_json(json_t *json, struct err *err) MUST_USE __attribute__((nonnull(2)));

/* Prints the text as it is. */
bool output_text(const struct buf *text, struct err *err) MUST_USE NONNULL;

/* Fills in err for a failed write to stdout; returns false. */
bool output_failed(struct err *err) NONNULL;

/* A time for a program: RFC 3339 in UTC, or null for `none`. New. */
json_t *output_time(int64_t seconds, int64_t none) MUST_USE;

enum { OUTPUT_SIZE_SIZE = 24 };

/* "812 B", "3.4 KiB", "12.0 MiB"; returns `out`. */
char *output_size(int64_t bytes, char out[static OUTPUT_SIZE_SIZE]) NONNULL;

/*
 * Appends a line "  label  value", labels padded to `columns` on a terminal; the value, which may be
 * foreign, is made fit to print. An empty value is left out, line and all.
 */
bool output_field(struct buf *out, size_t columns, const char *label, const char *value,
	struct err *err) MUST_USE NONNULL;

/* {"id": ..., "state": ...}: what a step of the workflow made of a publication. */
bool output_step(const char *id, const char *state, struct err *err) MUST_USE NONNULL;

#endif
