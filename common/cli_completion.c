#include "common/cli_help.h"

#include <string.h>

/* True when the verb's words start with the first `len` bytes of `words`, which end at a blank. */
static bool starts_with(const struct cli_verb *verb, const char *words, size_t len)
{
	return strncmp(verb->name, words, len) == 0;
}

/* Appends the word that follows the prefix of `len` bytes in each verb that has one. */
static bool next_words(const struct cli_program *program, const char *words, size_t len,
	struct buf *out, struct err *err)
{
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++) {
		const char *word = verb->name + len;

		if (!starts_with(verb, words, len) || *word == '\0')
			continue;
		if (!buf_printf(out, err, " %.*s", (int)strcspn(word, " "), word))
			return false;
	}
	return true;
}

static bool option_words(const struct cli_option *options, struct buf *out, struct err *err)
{
	for (; options && options->name; options++)
		if (!buf_printf(out, err, " --%s", options->name))
			return false;
	return true;
}

/* Whether an earlier verb shares these first words, so that their case is there already. */
static bool is_repeated(const struct cli_program *program, const struct cli_verb *verb, size_t len)
{
	for (const struct cli_verb *other = program->verbs; other != verb; other++)
		if (starts_with(other, verb->name, len))
			return true;
	return false;
}

/* One case for each proper prefix of a name of several words: what may follow "device ". */
static bool prefix_cases(const struct cli_program *program, struct buf *out, struct err *err)
{
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		for (const char *blank = strchr(verb->name, ' '); blank; blank = strchr(blank + 1, ' ')) {
			size_t len = (size_t)(blank - verb->name) + 1;

			if (is_repeated(program, verb, len))
				continue;
			if (!buf_printf(out, err, "\t\"%.*s\") words=\"", (int)len, verb->name) ||
				!next_words(program, verb->name, len, out, err) ||
				!buf_append_str(out, "\" ;;\n", err))
				return false;
		}
	return true;
}

/* One case for each whole verb, those of more words first: its options. */
static bool verb_cases(const struct cli_program *program, struct buf *out, struct err *err)
{
	for (int blanks = 3; blanks >= 0; blanks--)
		for (const struct cli_verb *verb = program->verbs; verb->run; verb++) {
			int count = 0;

			for (const char *c = verb->name; *c; c++)
				count += *c == ' ';
			if (count != blanks)
				continue;
			if (!buf_printf(
					out, err, "\t\"%s%s\"*) words=\"--help", verb->name, *verb->name ? " " : "") ||
				!option_words(verb->options, out, err) ||
				!option_words(program->options, out, err) || !buf_append_str(out, "\" ;;\n", err))
				return false;
		}
	return true;
}

bool cli_completion(const struct cli_program *program, struct buf *out, struct err *err)
{
	static const char head[] = "{\n"
							   "\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" typed=\"\" words=\"\" i\n"
							   "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
							   "\t\t[[ ${COMP_WORDS[i]} == -* ]] || typed+=\"${COMP_WORDS[i]} \"\n"
							   "\tdone\n"
							   "\tcase \"$typed\" in\n";
	static const char tail[] = "\tesac\n"
							   "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
							   "}\n";
	char function[64] = {0};

	for (size_t i = 0; program->name[i] && i + 1 < sizeof function; i++)
		function[i] = program->name[i] == '-' ? '_' : program->name[i];
	return buf_printf(out, err, "_%s()\n", function) && buf_append_str(out, head, err) &&
		   buf_append_str(out, "\t\"\") words=\"--help --version completion", err) &&
		   next_words(program, "", 0, out, err) && option_words(program->options, out, err) &&
		   buf_append_str(out, "\" ;;\n", err) && prefix_cases(program, out, err) &&
		   verb_cases(program, out, err) && buf_append_str(out, tail, err) &&
		   buf_printf(out, err, "complete -o default -F _%s %s\n", function, program->name);
}
