#include "common/language.h"

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The catalogue, or NULL: then, as in the broker, nothing of gettext is ever called. Set before any thread
 * is there.
 */
static const char *domain;

/* As setlocale(LC_MESSAGES, "") chooses it. */
static const char *wanted(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "C";
}

/* ../share/locale as seen from the program: so in a build folder and under any prefix. */
static bool find_catalogues(char *out, size_t size)
{
	static const char place[] = "/../share/locale";
	ssize_t len = readlink("/proc/self/exe", out, size - 1);
	char *slash;

	if (len <= 0)
		return false;
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (!slash || (size_t)(slash - out) + sizeof place > size)
		return false;
	memcpy(slash, place, sizeof place);
	return true;
}

void language_begin(const char *program)
{
	char place[PATH_MAX];
	const char *locale = wanted();
	const char *list = getenv("LANGUAGE");

	if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return;
	/*
	 * In C.UTF-8, which every Debian has, gettext looks only at LANGUAGE; so a machine without the
	 * locale zh_CN speaks Chinese as well as one that has it, and one way is the way of both.
	 */
	if (!setlocale(LC_CTYPE, "C.UTF-8") || !setlocale(LC_MESSAGES, "C.UTF-8"))
		return;
	if (strncmp(locale, "zh", 2) == 0 && (!list || !*list) && setenv("LANGUAGE", "zh_CN", 1) != 0)
		return;
	if (!find_catalogues(place, sizeof place) || !bindtextdomain(program, place) ||
		!bind_textdomain_codeset(program, "UTF-8"))
		return;
	/* The empty text's translation is the catalogue's header: it is read here, before a guard forbids it. */
	if (*dgettext(program, "") != '\0')
		domain = program;
}

void language_english(void)
{
	domain = NULL;
	/* What libraries say by gettext, the system's errors among it. */
	(void)setlocale(LC_MESSAGES, "C");
}

/* Appends a piece of `len` bytes, translated when the catalogue has it; returns how long that would be. */
static size_t append_piece(char *out, size_t size, const char *piece, size_t len, bool is_last)
{
	char copy[256];
	const char *said = NULL;

	if (len < sizeof copy) {
		memcpy(copy, piece, len);
		copy[len] = '\0';
		said = language_text(copy);
		len = strlen(said);
	}
	return (size_t)snprintf(
		out, size, "%.*s%s", (int)len, said ? said : piece, is_last ? "" : language_text(": "));
}

char *language_stored(char *out, size_t size, const char *text)
{
	const char *end = NULL;
	size_t used = 0;

	out[0] = '\0';
	do {
		end = strstr(text, ": ");
		used += append_piece(
			out + used, size - used, text, end ? (size_t)(end - text) : strlen(text), !end);
		text = end ? end + 2 : text;
	} while (end && used < size);
	return out;
}

const char *language_text(const char *text)
{
	/* The empty text would be the catalogue's header. */
	return domain && *text ? dgettext(domain, text) : text;
}
