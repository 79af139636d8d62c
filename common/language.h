/*
 * What is said to a person at a terminal, in that person's language: gettext's catalogue.
 *
 * English, the language of the source, is also that of every log line, of `--json` and of all that is
 * stored. Chinese is spoken when LC_ALL, LC_MESSAGES or LANG (or LANGUAGE, in a locale other than C) asks
 * for it, whether or not the machine has such a locale. A text is translated where it becomes one:
 * err_set and its like do so with their formats, help with what stands in the tables. po/README.md says
 * how a text gets into the catalogue.
 */
#ifndef CERTWIRE_COMMON_LANGUAGE_H
#define CERTWIRE_COMMON_LANGUAGE_H

#include <stddef.h>

#include "common/macros.h"

/*
 * Reads the environment and loads the catalogue of the program of this name (every package brings the
 * same one under its programs' names), once, before any thread is there. For cli_main alone: never inside
 * the broker. Numbers and times stay as they are everywhere. `program` is borrowed for ever.
 */
void language_begin(const char *program) NONNULL;

/* From here on English: for what logs, what machines read and what is stored. Before any thread is there. */
void language_english(void);

/*
 * The text in the person's language, or itself. A format stays a format. Borrowed, for ever.
 * Its argument is a literal, or one marked with LANGUAGE_TEXT or by the table it stands in.
 */
const char *language_text(const char *text) __attribute__((format_arg(1))) NONNULL;

/*
 * A text that was stored in English, such as a reason that a daemon noted: each piece between ": " in the
 * person's language if the catalogue has that piece, else as it is. Returns `out`.
 */
char *language_stored(char *out, size_t size, const char *text) NONNULL;

/* Marks a literal that language_text is given later; is the literal itself. */
#define LANGUAGE_TEXT(literal) literal

#endif
