#include "tests/unit/test.h"

#include "common/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool run_print(const struct cli_call *call, struct err *err)
{
	(void)err;
	(void)printf("%s\n", call->argv[0]);
	return true;
}

static bool run_fail(const struct cli_call *call, struct err *err)
{
	int kind = (int)strtol(call->argv[0], NULL, 10);

	return err_set(err, (enum err_kind)kind, "kind %d", kind);
}

static const struct cli_verb verbs[] = {
	{"print", run_print, "TEXT", "print it", NULL},
	{"fail", run_fail, "KIND", "fail", NULL},
	{"key show", run_print, "FILE", "show a key", NULL},
	{0},
};

static const struct cli_program program = {"certwire", "publishes", verbs, NULL, NULL, NULL, NULL};

/* What a run left behind. */
struct outcome {
	int status;
	char out[4096];
	char talk[4096];
};

static void read_all(int fd, char out[static 4096])
{
	size_t used = 0;
	ssize_t count;

	while (used < 4095 && (count = read(fd, out + used, 4095 - used)) > 0)
		used += (size_t)count;
	out[used] = '\0';
	assert_int_equal(close(fd), 0);
}

/* Runs the program in a process of its own; stdout goes to `sink` when it is a descriptor. */
static void run(const char *const *words, int sink, struct outcome *ret)
{
	char *argv[8] = {0};
	int out[2];
	int talk[2];
	int argc = 0;
	int status;
	pid_t child;

	while (words[argc])
		argc++;
	memcpy(argv, words, (size_t)argc * sizeof *argv);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(talk), 0);
	(void)fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)dup2(sink >= 0 ? sink : out[1], STDOUT_FILENO);
		(void)dup2(talk[1], STDERR_FILENO);
		_exit(cli_main(&program, argc, argv));
	}
	assert_int_equal(close(out[1]), 0);
	assert_int_equal(close(talk[1]), 0);
	read_all(out[0], ret->out);
	read_all(talk[0], ret->talk);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	ret->status = WEXITSTATUS(status);
}

static void data_goes_to_stdout_and_nothing_else(void **state)
{
	struct outcome outcome;

	(void)state;
	run((const char *[]){"certwire", "print", "周报", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.out, "周报\n");
	assert_string_equal(outcome.talk, "");
}

static void an_error_is_one_line_and_an_exit_status(void **state)
{
	static const int expected[][2] = {
		{ERR_USAGE, 2}, {ERR_DENIED, 3}, {ERR_DATA, 1}, {ERR_SYSTEM, 1}};
	struct outcome outcome;
	char kind[8];
	char line[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		(void)snprintf(kind, sizeof kind, "%d", expected[i][0]);
		(void)snprintf(line, sizeof line, "certwire: kind %d\n", expected[i][0]);
		run((const char *[]){"certwire", "fail", kind, NULL}, -1, &outcome);
		assert_int_equal(outcome.status, expected[i][1]);
		assert_string_equal(outcome.talk, line);
		assert_string_equal(outcome.out, "");
	}
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
	struct outcome outcome;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	run((const char *[]){"certwire", "print", "x", NULL}, full, &outcome);
	assert_int_equal(close(full), 0);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.talk, "cannot write to standard output"));
}

static void version_and_help_are_data(void **state)
{
	struct outcome outcome;

	(void)state;
	run((const char *[]){"certwire", "--version", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 0);
	assert_int_equal(strncmp(outcome.out, "certwire 0.", 11), 0);
	run((const char *[]){"certwire", "print", "--help", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 0);
	assert_int_equal(strncmp(outcome.out, "Usage: certwire print TEXT\n", 27), 0);
	run((const char *[]){"certwire", "key", "--help", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.talk, "");
	assert_non_null(strstr(outcome.out, "\n  show FILE                    show a key\n"));
	run((const char *[]){"certwire", "completion", "bash", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, "complete -F _certwire certwire"));
}

static void no_command_is_a_usage_error(void **state)
{
	struct outcome outcome;

	(void)state;
	run((const char *[]){"certwire", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 2);
	assert_string_equal(outcome.talk, "certwire: which command? try 'certwire --help'\n");
	run((const char *[]){"certwire", "key", NULL}, -1, &outcome);
	assert_int_equal(outcome.status, 2);
	assert_string_equal(outcome.out, "");
	assert_string_equal(
		outcome.talk, "certwire: which 'key' command? after it comes one of: show\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_goes_to_stdout_and_nothing_else),
		cmocka_unit_test(an_error_is_one_line_and_an_exit_status),
		cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
		cmocka_unit_test(version_and_help_are_data),
		cmocka_unit_test(no_command_is_a_usage_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
