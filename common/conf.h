/*
 * A configuration is one table of keys; from it come parsing, checking, defaults, `config show` and
 * the reference in help. The parser takes text and opens no file.
 *
 *	# a comment
 *	key = value
 *
 * One setting a line, UTF-8, blanks around key and value ignored, no quoting, no continuation. A '#'
 * begins a comment only where a line begins. Unknown keys, keys given twice, values out of range and
 * missing required keys are ERR_USAGE and name source and line.
 *
 *	struct settings { char *state; int64_t keepalive_s; };
 *	static const struct conf_key keys[] = {
 *		{"state", CONF_PATH, offsetof(struct settings, state), .required = true, .help = "..."},
 *		{"keepalive", CONF_DURATION, offsetof(struct settings, keepalive_s), .fallback = "30",
 *			.min = 5, .max = 60, .help = "..."},
 *		{0},
 *	};
 */
#ifndef CERTWIRE_COMMON_CONF_H
#define CERTWIRE_COMMON_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

enum conf_type {
	CONF_STRING, /* char *; not empty, no control characters */
	CONF_PATH, /* char *; absolute, or taken relative to the folder of the source */
	CONF_INT, /* int64_t, min..max */
	CONF_DURATION, /* int64_t seconds, min..max; units s, m, h, d: "90", "90s", "5m", "2h", "7d" */
	CONF_SIZE, /* int64_t bytes, min..max; units K, M, G of 1024: "65536", "64K", "2G" */
	CONF_BOOL, /* bool; yes or no (also true, false, on, off) */
	CONF_LIST, /* struct conf_list; items separated by blanks or commas, none empty */
	CONF_CONNINFO, /* char *; a libpq connection string; one that holds a password is refused */
};

struct conf_list {
	char **items; /* owned; ends with NULL, and is NULL when there are none */
	size_t count;
};

struct conf_key {
	const char *name; /* NULL ends the table */
	enum conf_type type;
	size_t offset; /* of the field in the settings */
	const char
		*fallback; /* value when not given, as text; NULL: field stays NULL, 0, false, empty */
	const char *help; /* one line */
	bool required;
	int64_t
		min; /* CONF_INT, CONF_DURATION and CONF_SIZE; unless max > min there is no range but >= 0 */
	int64_t max;
};

enum { CONF_KEYS_MAX = 64, CONF_TEXT_MAX = 256 * 1024, CONF_ORIGIN_SIZE = 160 };

struct conf {
	const struct conf_key *keys; /* borrowed */
	void *settings; /* borrowed */
	char origin[CONF_KEYS_MAX][CONF_ORIGIN_SIZE]; /* "file:line", "default", ... or "" */
};

/* `settings` must be zeroed; fields belong to the conf until conf_release. Asserts the table's size. */
void conf_init(struct conf *conf, const struct conf_key *keys, void *settings) NONNULL;

/* Frees what the fields hold and zeroes them. */
void conf_release(struct conf *conf) NONNULL;

/*
 * Reads `len` bytes of text; `source` is the file's path as errors and origins shall name it. After a
 * failure of this or any function below the conf is fit for conf_release alone.
 */
bool conf_parse(struct conf *conf, const char *source, const char *text, size_t len,
	struct err *err) MUST_USE NONNULL;

/*
 * Sets one key from elsewhere: a command-line option, a plugin option. It overrides what a file
 * said, but may not be given twice from the same origin. `origin` as errors shall name it, such as
 * "--state". A relative path stays relative to the working folder.
 */
bool conf_set(struct conf *conf, const char *name, const char *value, const char *origin,
	struct err *err) MUST_USE NONNULL;

/* Fills in defaults and checks that required keys are there; call once, last. */
bool conf_finish(struct conf *conf, struct err *err) MUST_USE NONNULL;

/* conf_parse of a file (at most CONF_TEXT_MAX bytes) and conf_finish. */
bool conf_load(struct conf *conf, const char *path, struct err *err) MUST_USE NONNULL;

/* Appends every key with its effective value and origin, one a line. */
bool conf_show(const struct conf *conf, struct buf *out, struct err *err) MUST_USE NONNULL;

/* What values of that type are called in help: "duration". */
const char *conf_type_name(enum conf_type type);

/* Appends the reference: every key with type, default and help. */
bool conf_describe(const struct conf_key *keys, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
