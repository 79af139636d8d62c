/*
 * One value of a configuration: text into a typed field and back. For common/conf.c alone.
 */
#ifndef CERTWIRE_COMMON_CONF_VALUE_H
#define CERTWIRE_COMMON_CONF_VALUE_H

#include "common/conf.h"

/*
 * Sets the field, freeing what it held. A relative path is taken from the folder of the file `source`
 * unless that is NULL. Errors say what is wrong with the value, without naming key or origin.
 */
bool conf_value_set(const struct conf_key *key, void *settings, const char *text,
	const char *source, struct err *err) MUST_USE;

/* Frees what the field holds and zeroes it. */
void conf_value_release(const struct conf_key *key, void *settings) NONNULL;

/* Appends the field as text that conf_value_set would take; nothing for an empty one. */
bool conf_value_print(const struct conf_key *key, const void *settings, struct buf *out,
	struct err *err) MUST_USE NONNULL;

#endif
