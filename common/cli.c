#include "common/cli.h"

#include "common/cli_help.h"

#include <string.h>

/* How many of the arguments the verb's name takes; 0 when they are another's. */
static int words_matched(const struct cli_verb *verb, int argc, char **argv)
{
	const char *word = verb->name;
	int count = 0;

	while (*word != '\0') {
		size_t len = strcspn(word, " ");

		if (count == argc || strlen(argv[count]) != len || memcmp(argv[count], word, len) != 0)
			return 0;
		word += len + (word[len] == ' ');
		count++;
	}
	return count;
}

/* The verb with the longest name that matches, or the nameless one; NULL when there is none. */
static const struct cli_verb *find_verb(
	const struct cli_program *program, int argc, char **argv, int *ret_words)
{
	const struct cli_verb *found = NULL;

	*ret_words = 0;
	for (const struct cli_verb *verb = program->verbs; verb->run; verb++) {
		int words = words_matched(verb, argc, argv);

		if (words > *ret_words || (!found && verb->name[0] == '\0')) {
			found = verb;
			*ret_words = words;
		}
	}
	return found;
}

/* Whether verbs of several words begin with this one. */
static bool is_group(const struct cli_program *program, const char *word)
{
	size_t len = strlen(word);

	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (strncmp(verb->name, word, len) == 0 && verb->name[len] == ' ')
			return true;
	return false;
}

/* No verb begins so, or several do and the word that tells which is missing or wrong. */
static bool refuse_verb(const struct cli_program *program, const char *word, struct err *err)
{
	auto_buf struct buf nexts = BUF_INIT(1024);
	size_t len = strlen(word);

	for (const struct cli_verb *verb = program->verbs; verb->run; verb++)
		if (strncmp(verb->name, word, len) == 0 && verb->name[len] == ' ' &&
			!buf_printf(&nexts, err, "%s%s", nexts.len > 0 ? ", " : "", verb->name + len + 1))
			return false;
	if (nexts.len == 0)
		return err_set(err, ERR_USAGE, "unknown command '%s'; try '%s --help'", ERR_QUOTED(word),
			program->name);
	return err_set(
		err, ERR_USAGE, "which '%s' command? after it comes one of: %s", word, buf_str(&nexts));
}

static const struct cli_option *find_option(
	const struct cli_option *options, const char *name, size_t len)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return options;
	return NULL;
}

static bool add_value(
	struct cli_call *call, const struct cli_option *option, const char *value, struct err *err)
{
	if (!option->repeatable && cli_has(call, option->name))
		return err_set(err, ERR_USAGE, "--%s was given twice", option->name);
	if (call->value_count == CLI_VALUES_MAX)
		return err_set(err, ERR_USAGE, "more than %d options", CLI_VALUES_MAX);
	call->values[call->value_count].option = option;
	call->values[call->value_count].value = value;
	call->value_count++;
	return true;
}

/* `text` is "name" or "name=value"; takes the next argument where a value is wanted. */
static bool parse_option(
	struct cli_call *call, const char *text, char **next, int *ret_taken, struct err *err)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	const struct cli_option *option =
		call->verb ? find_option(call->verb->options, text, len) : NULL;

	if (!option)
		option = find_option(call->program->options, text, len);
	/* It may well be an option of the one that is missing. */
	if (!option && call->group)
		return refuse_verb(call->program, call->group, err);
	if (!option)
		return err_set(err, ERR_USAGE, "unknown option --%s; try '%s%s%s --help'",
			ERR_QUOTED_LEN(text, len), call->program->name, call->verb ? " " : "",
			call->verb ? call->verb->name : "");
	if (!option->arg && value)
		return err_set(err, ERR_USAGE, "--%s takes no value", option->name);
	if (option->arg && !value) {
		if (!*next)
			return err_set(err, ERR_USAGE, "--%s needs a value (%s)", option->name, option->arg);
		value = *next;
		*ret_taken = 1;
	}
	return add_value(call, option, value ? value : "", err);
}

static bool parse_manual(struct cli_call *call, int argc, char **argv, struct err *err)
{
	if (argc == 0)
		call->action = CLI_MANUAL;
	else if (argc == 1 && strcmp(argv[0], "settings") == 0)
		call->action = CLI_SETTINGS;
	else if (argc == 1 && strcmp(argv[0], "messages") == 0)
		call->action = CLI_MESSAGES;
	else
		return err_set(
			err, ERR_USAGE, "usage: %s manual [settings | messages]", call->program->name);
	return true;
}

/* What every program has beside its verbs; true when it is that, or is refused with `err`. */
static bool parse_built_in(
	struct cli_call *call, int argc, char **argv, bool *ret_ok, struct err *err)
{
	*ret_ok = true;
	if (argc > 0 && strcmp(argv[0], "completion") == 0) {
		call->action = CLI_COMPLETION;
		if (argc != 2 || strcmp(argv[1], "bash") != 0)
			*ret_ok = err_set(err, ERR_USAGE, "usage: %s completion bash", call->program->name);
		return true;
	}
	if (argc > 0 && strcmp(argv[0], "manual") == 0) {
		*ret_ok = parse_manual(call, argc - 1, argv + 1, err);
		return true;
	}
	return false;
}

/*
 * The first argument that is no option names the verb, or what is built in. One that only begins names of
 * verbs is refused at the end, unless help is asked for.
 */
static bool parse_verb(
	struct cli_call *call, int argc, char **argv, int *ret_words, struct err *err)
{
	bool ok;

	if (call->group)
		return refuse_verb(call->program, call->group, err);
	call->verb = find_verb(call->program, argc, argv, ret_words);
	if (*ret_words == 0 && parse_built_in(call, argc, argv, &ok, err)) {
		*ret_words = argc;
		return ok;
	}
	if (call->verb || argc == 0)
		return true;
	if (!is_group(call->program, argv[0]))
		return refuse_verb(call->program, argv[0], err);
	call->group = argv[0];
	*ret_words = 1;
	return true;
}

/* Smallest and largest number of arguments, from a text such as "CHANNEL [FILE...]". */
static void arity_of(const char *args, size_t *ret_min, size_t *ret_max)
{
	*ret_min = 0;
	*ret_max = 0;
	while (args && *args) {
		size_t len = strcspn(args, " ");

		*ret_min += args[0] != '[';
		if (memmem(args, len, "...", 3))
			*ret_max = SIZE_MAX;
		else if (*ret_max < SIZE_MAX)
			*ret_max += 1;
		args += len + (args[len] == ' ');
	}
}

static bool check_arity(const struct cli_call *call, struct err *err)
{
	auto_buf struct buf usage = BUF_INIT(1024);
	size_t min;
	size_t max;

	arity_of(call->verb->args, &min, &max);
	if (call->argc >= min && call->argc <= max)
		return true;
	if (!cli_usage(call->program, call->verb, &usage, err))
		return false;
	if (call->argc < min)
		return err_set(err, ERR_USAGE, "too few arguments; usage: %s", buf_str(&usage));
	return err_set(err, ERR_USAGE, "too many arguments; usage: %s", buf_str(&usage));
}

/* Handles the argument at the front; `*ret_taken` more than it were used up. */
static bool parse_one(struct cli_call *call, int argc, char **argv, bool *options_ended,
	int *ret_taken, struct err *err)
{
	const char *arg = argv[0];
	int words = 0;

	*ret_taken = 0;
	if (!*options_ended && strcmp(arg, "--") == 0)
		*options_ended = true;
	else if (!*options_ended && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0))
		call->action = CLI_HELP;
	else if (!*options_ended && strcmp(arg, "--version") == 0)
		call->action = CLI_VERSION;
	else if (!*options_ended && strncmp(arg, "--", 2) == 0)
		return parse_option(call, arg + 2, argv + 1, ret_taken, err);
	else if (!*options_ended && arg[0] == '-' && arg[1] != '\0')
		return err_set(
			err, ERR_USAGE, "unknown option '%s'; options begin with --", ERR_QUOTED(arg));
	else {
		bool unnamed = !call->verb || call->verb->name[0] == '\0';

		if (unnamed && call->argc == 0 && !parse_verb(call, argc, argv, &words, err))
			return false;
		if (words > 0)
			*ret_taken = words - 1;
		else
			call->argv[call->argc++] = argv[0];
	}
	return true;
}

bool cli_parse(
	const struct cli_program *program, int argc, char **argv, struct cli_call *ret, struct err *err)
{
	bool options_ended = false;
	int words;

	*ret = (struct cli_call){.program = program, .context = program->context, .argv = argv + 1};
	/* A program whose one verb has no name knows its options before any argument. */
	if (program->verbs[0].run && program->verbs[0].name[0] == '\0')
		ret->verb = program->verbs;
	for (int i = 1; i < argc;) {
		int taken;

		if (!parse_one(ret, argc - i, argv + i, &options_ended, &taken, err))
			return false;
		i += 1 + taken;
	}
	if (ret->action != CLI_RUN)
		return true;
	if (ret->group)
		return refuse_verb(program, ret->group, err);
	if (!ret->verb)
		ret->verb = find_verb(program, 0, argv + argc, &words);
	if (!ret->verb)
		return err_set(err, ERR_USAGE, "which command? try '%s --help'", program->name);
	return check_arity(ret, err);
}
