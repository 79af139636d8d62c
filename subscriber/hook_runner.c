#include "subscriber/hook_runner.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	HOOK_FILES_MAX = 64,
	HOOK_VARIABLES_MAX = 32,
	HOOK_LINE_MAX = 1024,
	HOOK_LINES_MAX = 200, /* logged of one run */
	HOOK_LOOK_MS = 100,
};

struct run {
	const struct log *log;
	const char *program;
	const char *folder;
	char *variables[HOOK_VARIABLES_MAX + 4];
	char *arguments[HOOK_FILES_MAX + 2];
	size_t argument_count;
	pid_t pid;
	int output;
	char line[HOOK_LINE_MAX];
	size_t line_len;
	int lines;
};

static void run_log(struct run *run)
{
	char quoted[HOOK_LINE_MAX];

	if (run->line_len > 0 && run->lines++ < HOOK_LINES_MAX)
		log_line(run->log, LOG_LEVEL_INFO, "%s: %s", run->program,
			err_quote(quoted, sizeof quoted, run->line, run->line_len));
	run->line_len = 0;
}

static void run_read(struct run *run)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(run->output, chunk, sizeof chunk)) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			if (chunk[i] == '\n' || run->line_len == sizeof run->line)
				run_log(run);
			if (chunk[i] != '\n')
				run->line[run->line_len++] = chunk[i];
		}
	}
}

static bool run_parse(struct run *run, char *request, size_t len)
{
	char *end = request + len;
	size_t count = 0;

	if (len == 0 || end[-1] != '\0')
		return false;
	run->program = request;
	run->folder = request + strlen(request) + 1;
	if (run->folder >= end)
		return false;
	for (char *at = (char *)run->folder + strlen(run->folder) + 1; at < end; at += strlen(at) + 1) {
		if (count == HOOK_VARIABLES_MAX)
			return false;
		run->variables[count++] = at;
	}
	run->variables[count++] = (char *)"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
	run->variables[count++] = (char *)"LANG=C.UTF-8";
	run->variables[count] = NULL;
	return true;
}

static int is_document(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The program, and the document's files by their paths. */
static bool run_arguments(struct run *run)
{
	struct dirent **found = NULL;
	int count = *run->folder ? scandir(run->folder, &found, is_document, alphasort) : 0;
	bool ok = true;

	run->arguments[run->argument_count++] = (char *)run->program;
	for (int i = 0; i < count; i++) {
		if (ok && i < HOOK_FILES_MAX)
			ok = asprintf(&run->arguments[run->argument_count], "%s/%s", run->folder,
					 found[i]->d_name) >= 0;
		if (ok && i < HOOK_FILES_MAX)
			run->argument_count++;
		free(found[i]);
	}
	free(found);
	run->arguments[run->argument_count] = NULL;
	return ok && count >= 0;
}

static void run_child(const struct run *run, int output)
{
	int nothing = open("/dev/null", O_RDONLY);

	(void)setpgid(0, 0);
	(void)dup2(nothing, 0);
	(void)dup2(output, 1);
	(void)dup2(output, 2);
	(void)close_range(3, ~0U, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	if (chdir("/") == 0)
		(void)execve(run->program, run->arguments, run->variables);
	(void)dprintf(2, "cannot be run: %s\n", strerror(errno));
	_exit(127);
}

static bool run_begin(struct run *run)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	run->pid = fork();
	if (run->pid == 0)
		run_child(run, ends[1]);
	(void)close(ends[1]);
	run->output = ends[0];
	(void)fcntl(run->output, F_SETFL, O_NONBLOCK);
	return run->pid > 0;
}

static struct hook_answer run_wait(struct run *run, int64_t timeout_s)
{
	int64_t until = clock_monotonic_ms() + timeout_s * 1000;
	struct hook_answer answer = {.status = 0};
	struct pollfd output = {.fd = run->output, .events = POLLIN};
	int status = 0;

	while (waitpid(run->pid, &status, WNOHANG) == 0) {
		if (clock_monotonic_ms() >= until && !answer.timed_out) {
			answer.timed_out = 1;
			(void)kill(-run->pid, SIGKILL);
		}
		(void)poll(&output, 1, HOOK_LOOK_MS);
		run_read(run);
		if (output.revents & POLLHUP)
			output.fd = -1;
	}
	/* What it left running in the background goes with it. */
	(void)kill(-run->pid, SIGKILL);
	run_read(run);
	run_log(run);
	answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return answer;
}

static struct hook_answer run_request(
	const struct log *log, int64_t timeout_s, char *request, size_t len)
{
	struct run run = {.log = log, .output = -1};
	struct hook_answer answer = {.status = 127};

	if (run_parse(&run, request, len) && run_arguments(&run) && run_begin(&run))
		answer = run_wait(&run, timeout_s);
	for (size_t i = 1; i < run.argument_count; i++)
		free(run.arguments[i]);
	cleanup_fd(&run.output);
	return answer;
}

static void runner_loop(int fd, const struct log *log, int64_t timeout_s)
{
	char request[HOOK_REQUEST_MAX];
	ssize_t got;

	while ((got = recv(fd, request, sizeof request, 0)) > 0 || (got < 0 && errno == EINTR)) {
		struct hook_answer answer;

		if (got < 0)
			continue;
		answer = run_request(log, timeout_s, request, (size_t)got);
		if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) < 0)
			return;
	}
}

/* Nothing that the daemon opened before may stay open here: a lock would outlive the daemon. */
static void runner_main(int fd, const struct log *log, int64_t timeout_s)
{
	(void)dup2(fd, 3);
	(void)close_range(4, ~0U, 0);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)prctl(PR_SET_NAME, "certwire-hooks");
	runner_loop(3, log, timeout_s);
	_exit(0);
}

bool hook_runner_start(const struct log *log, int64_t timeout_s, int *ret_fd, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_errno(err, "cannot make a socket");
	pid = fork();
	if (pid == 0)
		runner_main(ends[1], log, timeout_s);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return err_errno(err, "cannot fork");
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*ret_fd = ends[0];
	return true;
}
