/*
 * A script is lines: a letter that says which act, a few characters that say how, and after tabs what
 * is foreign in it. Whatever the bytes are, they are some script.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_LINE_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_LINE_H

#include <stddef.h>
#include <stdint.h>

enum { LINE_HOW = 4, LINE_FIELDS = 5 };

struct line {
	char act;
	unsigned char how[LINE_HOW]; /* 0 where there is none */
	char *fields[LINE_FIELDS]; /* owned; NULL where there is none; "~" alone is NULL said aloud */
	char said_null[LINE_FIELDS];
};

/* The next line of what is left, which becomes shorter. */
struct line line_next(const uint8_t **data, size_t *size);
void line_release(struct line *line);

/* The digit at that place, less than `many`; any character is some digit. */
unsigned line_digit(const struct line *line, int place, unsigned many);

/* New: the field, `otherwise` where there is none, NULL for "~". */
char *line_field(const struct line *line, int field, const char *otherwise);

#endif
