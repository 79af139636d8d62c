/*
 * The audience rule (docs/database.md): who a publication is meant for, as the bytes whose digest
 * the manifest carries.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_RULE_H
#define CERTWIRE_PUBLISHER_CLI_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

enum { RULE_BYTES_MAX = 64 * 1024 };

/*
 * Appends the rule for these units, sorted and each once, or with `count` 0 for all who are entitled
 * to the channel. A malformed unit id is ERR_USAGE.
 */
bool rule_make(const char *const *units, size_t count, struct buf *out, struct err *err) MUST_USE;

/* Appends the rule of a recall: whoever may have what it takes back. */
bool rule_make_holders(struct buf *out, struct err *err) MUST_USE NONNULL;

/* Appends the rule in words: "全体有权单位" or "a, b (2)". ERR_DATA for bytes that are no rule. */
bool rule_describe(
	const void *bytes, size_t len, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
