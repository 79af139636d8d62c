/*
 * The form of a channel: the fields by which a publication of its kind says what a person must know
 * of it, with the names that the manifest has (docs/protocol.md section 6) and those that people read.
 */
#ifndef CERTWIRE_COMMON_FORM_H
#define CERTWIRE_COMMON_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum form_type {
	FORM_LINE, /* one line of text */
	FORM_TEXT, /* text of any number of lines */
	FORM_DATE, /* "2026-11-16" */
	FORM_TIME, /* RFC 3339 with its offset */
	FORM_ZONE, /* a time zone of the IANA database */
	FORM_NUMBER, /* a whole number from 1 on */
	FORM_LINK, /* https:// or http:// */
	FORM_WORD, /* one of the field's words */
};

struct form_word {
	const char *word;
	const char *text; /* as people read it */
};

struct form_field {
	const char *name; /* in the manifest; NULL ends the list */
	const char *label; /* Chinese */
	enum form_type type;
	bool required;
	const char *hint; /* an example of a value */
	const struct form_word *words; /* of FORM_WORD; ends with a NULL word */
};

struct form {
	const char *channel;
	const struct form_field *fields;
};

enum { FORM_FIELDS_MAX = 16 };

/* The field that marks a test, on every channel. */
#define FORM_TEST "test"

/* The one field of a recall: why. */
#define FORM_REASON "reason"

/* Borrowed, lives for ever; NULL when the channel has no form of its own. */
const struct form *form_of(const char *channel) NONNULL;

size_t form_count(const struct form *form) NONNULL;

/* By its name or its label; the index of a field, or form_count when it has none such. */
size_t form_find(const struct form *form, const char *name) NONNULL;

/* How people read the name and the value of a field; what no form knows is itself. Borrowed. */
const char *form_label(const char *channel, const char *name) NONNULL;
const char *form_value_text(const char *channel, const char *name, const char *value) NONNULL;

#endif
