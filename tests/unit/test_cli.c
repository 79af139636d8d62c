#include "tests/unit/test.h"

#include "common/cli.h"
#include "common/cli_help.h"

#include <stdio.h>

static bool run_nothing(const struct cli_call *call, struct err *err)
{
	(void)call;
	(void)err;
	return true;
}

static const struct cli_option draft_options[] = {
	{"title", "TEXT", "the title", false},
	{"file", "FILE", "one more file", true},
	{"watch", NULL, "keep watching", false},
	{0},
};

static const struct cli_option common_options[] = {
	{"service", "NAME", "of pg_service.conf", false},
	{0},
};

static const struct cli_verb verbs[] = {
	{"draft", run_nothing, "CHANNEL FILE...", "make a draft", draft_options},
	{"keyset", run_nothing, NULL, "sign a keyset", NULL},
	{"keyset show", run_nothing, "[ID]", "show a keyset", NULL},
	{"device certify", run_nothing, "UNIT DEVICE", "sign a certificate", NULL},
	{"device list", run_nothing, NULL, "list devices", NULL},
	{0},
};

static const struct cli_words values[] = {
	{"CHANNEL", "weekly monthly"},
	{0},
};

static const struct cli_program program = {
	"certwire", "publishes", verbs, common_options, NULL, NULL, values};

static const struct cli_verb daemon_verbs[] = {
	{"", run_nothing, NULL, "dispatches", draft_options},
	{0},
};

static const struct cli_program daemon_program = {
	"certwire-dispatch", "dispatches", daemon_verbs, NULL, NULL, NULL, NULL};

/* Parses a line of words separated by single blanks; they live in `room`. */
static bool parse(const struct cli_program *of, const char *line, struct cli_call *ret,
	char room[static 512], struct err *err)
{
	static char *argv[64];
	char *rest = room;
	int argc = 0;

	(void)snprintf(room, 512, "%s", line);
	while (rest)
		argv[argc++] = strsep(&rest, " ");
	argv[argc] = NULL;
	return cli_parse(of, argc, argv, ret, err);
}

static void a_verb_gets_its_arguments_and_options_in_any_order(void **state)
{
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	assert_done(parse(&program,
		"certwire --service x draft --title=a=b weekly --file 1 one.pdf --file=2 --watch two.pdf",
		&call, room, &err));
	assert_string_equal(call.verb->name, "draft");
	assert_int_equal(call.argc, 3);
	assert_string_equal(call.argv[0], "weekly");
	assert_string_equal(call.argv[2], "two.pdf");
	assert_string_equal(cli_value(&call, "title"), "a=b");
	assert_string_equal(cli_value(&call, "service"), "x");
	assert_string_equal(cli_value_at(&call, "file", 0), "1");
	assert_string_equal(cli_value_at(&call, "file", 1), "2");
	assert_null(cli_value_at(&call, "file", 2));
	assert_true(cli_has(&call, "watch"));
}

static void the_longest_name_of_words_wins(void **state)
{
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	assert_done(parse(&program, "certwire keyset", &call, room, &err));
	assert_string_equal(call.verb->name, "keyset");
	assert_done(parse(&program, "certwire keyset show 7", &call, room, &err));
	assert_string_equal(call.verb->name, "keyset show");
	assert_int_equal(call.argc, 1);
	assert_done(parse(&program, "certwire device certify alpha d1", &call, room, &err));
	assert_string_equal(call.verb->name, "device certify");
}

static void after_two_dashes_everything_is_an_argument(void **state)
{
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	assert_done(parse(&program, "certwire draft weekly -- --title -x", &call, room, &err));
	assert_int_equal(call.argc, 3);
	assert_string_equal(call.argv[1], "--title");
	assert_false(cli_has(&call, "title"));
}

static void a_wrong_line_is_refused_in_one_sentence(void **state)
{
	static const char *const rows[][2] = {
		{"certwire", "which command? try 'certwire --help'"},
		{"certwire dratf", "unknown command 'dratf'"},
		{"certwire device", "which 'device' command? after it comes one of: certify, list"},
		{"certwire device -- --help", "after it comes one of: certify, list"},
		{"certwire device --help certify", "which 'device' command?"},
		{"certwire device --title x certify", "which 'device' command?"},
		{"certwire device --service x", "which 'device' command?"},
		{"certwire device remove --help", "which 'device' command?"},
		{"certwire --help devic", "unknown command 'devic'"},
		{"certwire devic", "unknown command 'devic'"},
		{"certwire draft weekly",
			"too few arguments; usage: certwire draft [OPTION...] CHANNEL FILE..."},
		{"certwire keyset show 1 2", "too many arguments"},
		{"certwire draft a b --nope", "unknown option --nope; try 'certwire draft --help'"},
		{"certwire keyset --title x", "unknown option --title"},
		{"certwire draft a b --title", "--title needs a value (TEXT)"},
		{"certwire draft a b --watch=1", "--watch takes no value"},
		{"certwire draft a b --title x --title y", "--title was given twice"},
		{"certwire draft a b -t", "unknown option '-t'"},
		{"certwire completion zsh", "usage: certwire completion bash"},
	};
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_refused(parse(&program, rows[i][0], &call, room, &err), ERR_USAGE, rows[i][1]);
}

static void a_daemon_has_options_without_a_verb(void **state)
{
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	assert_done(parse(&daemon_program, "certwire-dispatch --title x", &call, room, &err));
	assert_string_equal(cli_value(&call, "title"), "x");
	assert_ptr_equal(call.verb, daemon_verbs);
	assert_done(parse(&daemon_program, "certwire-dispatch", &call, room, &err));
	assert_ptr_equal(call.verb, daemon_verbs);
	assert_done(parse(&daemon_program, "certwire-dispatch completion bash", &call, room, &err));
	assert_int_equal(call.action, CLI_COMPLETION);
	assert_refused(
		parse(&daemon_program, "certwire-dispatch now", &call, room, &err), ERR_USAGE, "too many");
}

static void numbers_are_whole_and_in_range(void **state)
{
	static const char *const bad[] = {"0", "11", "1x", "-", "99999999999999999999", "+5"};
	struct cli_call call;
	struct err err;
	char room[512];
	char line[128];
	int64_t number = 0;

	(void)state;
	assert_done(parse(&program, "certwire draft a b --title 10", &call, room, &err));
	assert_done(cli_int(&call, "title", 1, 10, 5, &number, &err));
	assert_int_equal(number, 10);
	assert_done(cli_int(&call, "watch", 1, 10, 5, &number, &err));
	assert_int_equal(number, 5);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		(void)snprintf(line, sizeof line, "certwire draft a b --title %s", bad[i]);
		assert_done(parse(&program, line, &call, room, &err));
		assert_refused(cli_int(&call, "title", 1, 10, 5, &number, &err), ERR_USAGE, "--title: '");
	}
}

static void a_needed_option_is_asked_for(void **state)
{
	struct cli_call call;
	struct err err;
	char room[512];
	const char *value = NULL;

	(void)state;
	assert_done(parse(&program, "certwire draft a b", &call, room, &err));
	assert_refused(cli_need(&call, "title", &value, &err), ERR_USAGE, "--title is missing");
}

static void help_shows_every_verb_and_option(void **state)
{
	auto_buf struct buf text = BUF_INIT(8192);
	auto_buf struct buf one = BUF_INIT(8192);
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	assert_done(parse(&program, "certwire --help", &call, room, &err));
	assert_int_equal(call.action, CLI_HELP);
	assert_null(call.verb);
	assert_done(cli_help(&program, NULL, &text, &err));
	for (const struct cli_verb *verb = verbs; verb->run; verb++)
		assert_non_null(strstr(buf_str(&text), verb->help));
	assert_done(parse(&program, "certwire draft --help", &call, room, &err));
	assert_int_equal(call.action, CLI_HELP);
	assert_done(cli_help(&program, call.verb, &one, &err));
	assert_non_null(strstr(buf_str(&one), "--file FILE"));
	assert_non_null(strstr(buf_str(&one), "--service NAME"));
}

static void help_on_a_word_that_only_begins_verbs_shows_those(void **state)
{
	static const char *const lines[] = {
		"certwire device --help", "certwire --help device", "certwire device --service x -h"};
	auto_buf struct buf text = BUF_INIT(8192);
	struct cli_call call;
	struct err err;
	char room[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_done(parse(&program, lines[i], &call, room, &err));
		assert_int_equal(call.action, CLI_HELP);
		assert_null(call.verb);
		assert_string_equal(call.group, "device");
	}
	assert_done(cli_help_group(&program, "device", &text, &err));
	assert_string_equal(buf_str(&text), "Usage: certwire device COMMAND [OPTION...] ...\n"
										"\nCommands:\n"
										"  certify UNIT DEVICE          sign a certificate\n"
										"  list                         list devices\n"
										"\n'certwire device COMMAND --help' tells more about one.\n"
										"\nGeneral options:\n"
										"  --service NAME               of pg_service.conf\n");
	/* What is a verb too is helped as one. */
	assert_done(parse(&program, "certwire keyset --help", &call, room, &err));
	assert_null(call.group);
	assert_string_equal(call.verb->name, "keyset");
}

/* Asks bash itself what it would offer after these words. */
static void assert_completes(const char *script, const char *words, const char *expected)
{
	char command[65536 + 256];
	char answer[512] = {0};
	FILE *pipe;

	(void)snprintf(command, sizeof command,
		"bash -c '%s\nCOMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _certwire; "
		"echo \"${COMPREPLY[*]}\"'",
		script, words);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(answer, sizeof answer, pipe));
	assert_int_equal(pclose(pipe), 0);
	answer[strcspn(answer, "\n")] = '\0';
	assert_string_equal(answer, expected);
}

static void bash_completes_verbs_and_options(void **state)
{
	auto_buf struct buf script = BUF_INIT(65536);
	struct err err;

	(void)state;
	assert_done(cli_completion(&program, &script, &err));
	assert_completes(buf_str(&script), "certwire dr", "draft");
	assert_completes(buf_str(&script), "certwire device \"\"", "--help certify list");
	assert_completes(buf_str(&script), "certwire device c", "certify");
	assert_completes(buf_str(&script), "certwire draft weekly --t", "--title");
	assert_completes(buf_str(&script), "certwire keyset sh", "show");
	assert_completes(buf_str(&script), "certwire keyset show --s", "--service");
	assert_completes(buf_str(&script), "certwire nothing x", "");
	assert_completes(buf_str(&script), "certwire completion \"\"", "bash");
	assert_completes(buf_str(&script), "certwire draft mo", "monthly");
	assert_completes(buf_str(&script), "certwire draft weekly /etc/host.con", "/etc/host.conf");
	assert_completes(buf_str(&script), "certwire draft --file /etc/host.con", "/etc/host.conf");
	assert_completes(buf_str(&script), "certwire draft --file = /etc/host.con", "/etc/host.conf");
	assert_completes(buf_str(&script), "certwire draft --title mo", "");
	assert_completes(buf_str(&script), "certwire --service x draft --title y mo", "monthly");
}

static void the_manual_shows_every_verb_and_option(void **state)
{
	auto_buf struct buf text = BUF_INIT(8192);
	struct err err;

	(void)state;
	assert_done(cli_manual(&program, &text, &err));
	assert_non_null(strstr(buf_str(&text), "\n.It Cm device certify Ar UNIT Ar DEVICE\n"));
	for (const struct cli_verb *verb = program.verbs; verb->run; verb++) {
		assert_non_null(strstr(buf_str(&text), verb->help));
		for (const struct cli_option *option = verb->options; option && option->name; option++)
			assert_non_null(strstr(buf_str(&text), option->help));
	}
}

static void the_manual_shows_every_setting_and_no_line_of_it_is_a_macro(void **state)
{
	static const struct conf_key keys[] = {
		{"state", CONF_PATH, 0, .required = true, .help = ".folder of a\\b"},
		{"wait", CONF_DURATION, 8, .fallback = "30", .min = 5, .max = 60, .help = "how long"},
		{0},
	};
	static const struct cli_settings settings[] = {{"Of all", keys}, {0}};
	const struct cli_program with = {.name = "x", .verbs = program.verbs, .settings = settings};
	auto_buf struct buf text = BUF_INIT(8192);
	struct err err;

	(void)state;
	assert_done(cli_manual_settings(&with, &text, &err));
	assert_non_null(strstr(buf_str(&text), ".Ss Of all\n"));
	assert_non_null(strstr(buf_str(&text), "\n\\&.folder of a\\eb.\nRequired.\n"));
	assert_non_null(strstr(buf_str(&text), "\nhow long.\nDefault: 30; from 5 to 60.\n"));
	assert_refused(cli_manual_settings(&program, &text, &err), ERR_USAGE, "reads no settings");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb_gets_its_arguments_and_options_in_any_order),
		cmocka_unit_test(the_longest_name_of_words_wins),
		cmocka_unit_test(after_two_dashes_everything_is_an_argument),
		cmocka_unit_test(a_wrong_line_is_refused_in_one_sentence),
		cmocka_unit_test(a_daemon_has_options_without_a_verb),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(a_needed_option_is_asked_for),
		cmocka_unit_test(help_shows_every_verb_and_option),
		cmocka_unit_test(help_on_a_word_that_only_begins_verbs_shows_those),
		cmocka_unit_test(bash_completes_verbs_and_options),
		cmocka_unit_test(the_manual_shows_every_verb_and_option),
		cmocka_unit_test(the_manual_shows_every_setting_and_no_line_of_it_is_a_macro),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
