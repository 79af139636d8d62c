/*
 * What a publication or an entry does.
 */
#ifndef CERTWIRE_COMMON_KIND_H
#define CERTWIRE_COMMON_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum kind {
	KIND_PUBLISH,
	KIND_SUPERSEDE,
	KIND_RECALL,
	KIND_VOID, /* of entries alone */
};

/* Borrowed: "publish", "supersede", "recall", "void". */
const char *kind_name(enum kind kind);

bool kind_parse(const char *text, size_t len, enum kind *ret) MUST_USE NONNULL;

#endif
