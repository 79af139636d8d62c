/*
 * Why something failed.
 *
 * What can fail returns bool with `struct err *err` as its last parameter. True: done, err is
 * untouched. False: nothing done, outputs untouched, err says why, and nothing was logged. Callers
 * on the way up may add context; main alone prints, or a daemon logs.
 *
 * The formats are English; what becomes of them is in the language of whom the program speaks to
 * (common/language.h).
 *
 * The text is one line of valid UTF-8 without a final full stop or newline, at most 767 bytes, cut
 * at a character's border when longer.
 */
#ifndef CERTWIRE_COMMON_ERR_H
#define CERTWIRE_COMMON_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

/* Each kind is what to do about it. Only ERR_SYSTEM is worth trying again. */
enum err_kind {
	ERR_USAGE = 1, /* call it differently: wrong arguments, options or settings */
	ERR_DENIED, /* ask somebody: a right, a role or a state forbids it */
	ERR_DATA, /* mend the data: malformed, forged, too large, contradictory */
	ERR_SYSTEM, /* try again: disk, memory, network, database */
};

struct err {
	enum err_kind kind;
	int code; /* the protocol's refusal code (docs/protocol.md), 0 when there is none */
	char text[768];
};

/* All of these fill err wholly and are false, so that `return err_set(...)` reads well. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4) NONNULL;

/* ERR_DATA with a refusal code. */
bool err_code(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4) NONNULL;

/* ERR_SYSTEM; ": " and the meaning of errno (as it was at the call) are appended. */
bool err_errno(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL;

/* Puts "context: " before the text that err already has; kind and code stay. Returns false. */
bool err_context(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL;

/* Puts "; advice", what to do next, behind the text that err already has; kind and code stay. */
bool err_advice(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL;

/* Lets compilers and analysers, which see no function's body, know that these are false. */
static inline bool err_false(bool result)
{
	(void)result;
	return false;
}

#define err_set(...) err_false(err_set(__VA_ARGS__))
#define err_code(...) err_false(err_code(__VA_ARGS__))
#define err_errno(...) err_false(err_errno(__VA_ARGS__))
#define err_context(...) err_false(err_context(__VA_ARGS__))
#define err_advice(...) err_false(err_advice(__VA_ARGS__))

/* A program's exit status: 2 for ERR_USAGE, 3 for ERR_DENIED, else 1. */
int err_exit_status(const struct err *err) NONNULL;

/*
 * Makes `len` bytes of foreign text fit to print in one line: control characters, line and
 * paragraph separators and bidirectional overrides become \u{202e}, bytes that are not UTF-8
 * become \x9f, a backslash becomes \\. What does not fit into `size` bytes (NUL included, at
 * least 8) is cut at a character's border and ends in "…". Returns `out`.
 */
char *err_quote(char *out, size_t size, const void *in, size_t len) NONNULL;

enum { ERR_QUOTED_SIZE = 192 };

/* err_quote into a buffer that lives as long as the enclosing block: for arguments of err_set. */
#define ERR_QUOTED_LEN(in, len) err_quote((char[ERR_QUOTED_SIZE]){0}, ERR_QUOTED_SIZE, (in), (len))
#define ERR_QUOTED(text) ERR_QUOTED_LEN((text), __builtin_strlen(text))

#endif
