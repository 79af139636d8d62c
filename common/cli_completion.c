#include "common/cli_help.h"

#include <stdio.h>
#include <string.h>

/* Stand for names of files and of folders where words are listed. */
#define FILES "@files"
#define FOLDERS "@folders"

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

/* What an option's value or an argument may be, by what help calls it: a list, a mark, or "". */
static const char *values_of(const struct cli_program *program, const char *arg, size_t len)
{
	static const struct cli_words marks[] = {
		{"FILE", FILES}, {"KEY", FILES}, {"FOLDER", FOLDERS}, {"DIR", FOLDERS}, {0}};
	const struct cli_words *const tables[] = {program->words, marks};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct cli_words *words = tables[i]; words && words->arg; words++)
			if (strlen(words->arg) == len && memcmp(words->arg, arg, len) == 0)
				return words->words;
	return "";
}

/* After an option that takes a value: what that may be. */
static bool value_cases(const struct cli_program *program, const struct cli_option *options,
	struct buf *out, struct err *err)
{
	for (; options && options->name; options++)
		if (options->arg && !buf_printf(out, err, "\t\t--%s) words=\"%s\" ;;\n", options->name,
								values_of(program, options->arg, strlen(options->arg))))
			return false;
	return true;
}

/* One case for each argument of "CHANNEL [FILE...]" whose values are known; `named` words come before. */
static bool argument_cases(const struct cli_program *program, const char *args, int named,
	struct buf *out, struct err *err)
{
	for (int nth = named; args && *args; nth++) {
		size_t whole = strcspn(args, " ");
		const char *name = args + (*args == '[');
		size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		const char *values = values_of(program, name, len);
		bool repeats = memmem(args, whole, "...", 3) != NULL;

		if (*values && !(repeats ? buf_append_str(out, "\t\t\t*", err)
								 : buf_printf(out, err, "\t\t\t%d", nth)))
			return false;
		if (*values &&
			!buf_printf(out, err, ") words=\"%s%s\" ;;\n", *values == '@' ? "" : "$words ", values))
			return false;
		args += whole + (args[whole] == ' ');
	}
	return true;
}

/* What may come next: an option's value, an argument, or one of the `first` words and the options. */
static bool next_cases(const struct cli_program *program, const struct cli_verb *verb, int named,
	const char *first, struct buf *out, struct err *err)
{
	const struct cli_option *own = verb ? verb->options : NULL;

	return buf_append_str(out, "\t\tcase \"$prev\" in\n", err) &&
		   value_cases(program, own, out, err) &&
		   value_cases(program, program->options, out, err) &&
		   buf_printf(out, err, "\t\t*)\n\t\t\twords=\"%s", first) && option_words(own, out, err) &&
		   option_words(program->options, out, err) &&
		   buf_append_str(out, "\"\n\t\t\t[[ $cur == -* ]] || case ${#said[@]} in\n", err) &&
		   argument_cases(program, verb ? verb->args : NULL, named, out, err) &&
		   buf_append_str(out, "\t\t\tesac ;;\n\t\tesac ;;\n", err);
}

/* Whether the prefix, which ends in a blank, is a whole verb too: its case offers what may follow. */
static bool is_verb(const struct cli_program *program, const char *words, size_t len)
{
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (strlen(verb->name) == len - 1 && memcmp(verb->name, words, len - 1) == 0)
			return true;
	return false;
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

			if (is_repeated(program, verb, len) || is_verb(program, verb->name, len))
				continue;
			if (!buf_printf(out, err, "\t\"%.*s\") words=\"--help", (int)len, verb->name) ||
				!next_words(program, verb->name, len, out, err) ||
				!buf_append_str(out, "\" ;;\n", err))
				return false;
		}
	return true;
}

static int count_words(const char *name)
{
	int count = *name != '\0';

	for (; *name; name++)
		count += *name == ' ';
	return count;
}

/* One whole verb, of `words` words: its options, and the words of longer verbs that begin like it. */
static bool verb_case(const struct cli_program *program, const struct cli_verb *verb, int words,
	struct buf *out, struct err *err)
{
	auto_buf struct buf first = BUF_INIT(4096);
	char prefix[64];

	(void)snprintf(prefix, sizeof prefix, "%s%s", verb->name, *verb->name ? " " : "");
	return buf_append_str(&first, "--help", err) &&
		   (!*prefix || next_words(program, prefix, strlen(prefix), &first, err)) &&
		   buf_printf(out, err, "\t\"%s\"*)\n", prefix) &&
		   next_cases(program, verb, words, buf_str(&first), out, err);
}

/* Those of more words first. */
static bool verb_cases(const struct cli_program *program, struct buf *out, struct err *err)
{
	for (int words = 4; words >= 0; words--)
		for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
			if (count_words(verb->name) == words && !verb_case(program, verb, words, out, err))
				return false;
	return true;
}

/* No word yet: the verbs. A program whose one verb has no name is at its arguments already. */
static bool first_case(const struct cli_program *program, struct buf *out, struct err *err)
{
	auto_buf struct buf words = BUF_INIT(4096);

	if (program->verbs[0].name[0] == '\0')
		return true;
	return buf_append_str(&words, "--help --version completion", err) &&
		   next_words(program, "", 0, &words, err) && buf_append_str(out, "\t\"\")\n", err) &&
		   next_cases(program, NULL, 0, buf_str(&words), out, err) &&
		   buf_append_str(out, "\t\"completion \") words=\"bash\" ;;\n", err);
}

/* Whether each verb that has the option wants a value after it. */
static bool always_has_value(const struct cli_program *program, const char *name)
{
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		for (const struct cli_option *option = verb->options; option && option->name; option++)
			if (strcmp(option->name, name) == 0 && !option->arg)
				return false;
	return true;
}

static bool skip_values(const struct cli_program *program, const struct cli_option *options,
	struct buf *out, struct err *err)
{
	for (; options && options->name; options++)
		if (options->arg && always_has_value(program, options->name) &&
			!buf_printf(out, err, " | --%s", options->name))
			return false;
	return true;
}

/* The words that are no options nor their values: they say where we are. */
static bool read_typed(const struct cli_program *program, struct buf *out, struct err *err)
{
	static const char head[] = "{\n"
							   "\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" "
							   "prev=\"${COMP_WORDS[COMP_CWORD - 1]}\" typed=\"\" "
							   "words=\"\" i\n"
							   "\tlocal -a said\n"
							   "\t# Bash takes --name=value for three words.\n"
							   "\t[[ $cur != = ]] || cur=\"\"\n"
							   "\t[[ $prev != = ]] || prev=\"${COMP_WORDS[COMP_CWORD - 2]}\"\n"
							   "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
							   "\t\tcase \"${COMP_WORDS[i]}\" in\n"
							   "\t\t=";
	static const char tail[] =
		") [[ ${COMP_WORDS[i + 1]} != = ]] || i=$((i + 1)); i=$((i + 1)) ;;\n"
		"\t\t-*) ;;\n"
		"\t\t*) typed+=\"${COMP_WORDS[i]} \" ;;\n"
		"\t\tesac\n"
		"\tdone\n"
		"\tread -ra said <<<\"$typed\"\n"
		"\tcase \"$typed\" in\n";

	if (!buf_append_str(out, head, err) || !skip_values(program, program->options, out, err))
		return false;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (!skip_values(program, verb->options, out, err))
			return false;
	return buf_append_str(out, tail, err);
}

bool cli_completion(const struct cli_program *program, struct buf *out, struct err *err)
{
	static const char tail[] =
		"\tesac\n"
		"\tcase \"$words\" in\n"
		"\t" FILES
		") mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); compopt -o filenames 2>/dev/null ;;\n"
		"\t" FOLDERS
		") mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); compopt -o filenames 2>/dev/null ;;\n"
		"\t*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
		"\tesac\n"
		"}\n";
	char function[64] = {0};

	for (size_t i = 0; program->name[i] && i + 1 < sizeof function; i++)
		function[i] = program->name[i] == '-' ? '_' : program->name[i];
	return buf_printf(out, err, "_%s()\n", function) && read_typed(program, out, err) &&
		   first_case(program, out, err) && prefix_cases(program, out, err) &&
		   verb_cases(program, out, err) && buf_append_str(out, tail, err) &&
		   buf_printf(out, err, "complete -F _%s %s\n", function, program->name);
}
