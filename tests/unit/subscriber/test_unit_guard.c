#include "tests/unit/subscriber/place.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subscriber/guard.h"

static bool can_write(const char *folder, const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* What a confined process finds, one letter each: upper case where it could. */
static void try_all(const char *state, const char *outside, char *found)
{
	char from[256];
	char to[256];

	(void)snprintf(from, sizeof from, "%s/one", state);
	(void)snprintf(to, sizeof to, "%s/folder/one", state);
	found[0] = can_write(state, "one") ? 'S' : 's';
	found[1] = rename(from, to) == 0 ? 'M' : 'm';
	found[2] = can_write(outside, "two") ? 'O' : 'o';
	(void)snprintf(from, sizeof from, "%s/secret", outside);
	found[3] = open(from, O_RDONLY) >= 0 ? 'R' : 'r';
	found[4] = open("/etc/passwd", O_RDONLY) >= 0 ? 'E' : 'e';
	found[5] = socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 'I' : 'i';
	found[6] = socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno == EPERM ? 'P' : 'p';
	found[7] = socket(AF_UNIX, SOCK_DGRAM, 0) >= 0 ? 'U' : 'u';
	(void)execl("/bin/true", "true", (char *)NULL);
	found[8] = errno == EPERM ? 'x' : 'X';
}

static void confined(char *state, char *outside, char found[static 10], struct guard *guard)
{
	struct config config = {.state = state, .inbox = state, .confine = true};
	char folder[128];
	int ends[2];
	int status;
	pid_t child;

	(void)snprintf(folder, sizeof folder, "%s/folder", state);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_true(can_write(outside, "secret"));
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		guard_confine(&config, guard);
		try_all(state, outside, found);
		_exit(write(ends[1], found, 9) == 9 && write(ends[1], guard, sizeof *guard) > 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], found, 9), 9);
	assert_int_equal(read(ends[0], guard, sizeof *guard), sizeof *guard);
	found[9] = '\0';
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void a_confined_process_keeps_what_receiving_needs_and_no_more(void **state)
{
	struct guard guard = {.user = ""};
	char outside[64];
	char place[64];
	char found[10];

	(void)state;
	place_make(place);
	place_make(outside);
	confined(place, outside, found, &guard);
	/* Each half is demanded where the kernel has it, which the guard says. */
	if (strcmp(guard.landlock, "on") == 0)
		assert_memory_equal(found, "SMorE", 5);
	else
		assert_memory_equal(guard.landlock, "off: ", 5);
	assert_string_equal(guard.seccomp, "on");
	assert_string_equal(found + 5, "IpUx");
	place_remove(place);
	place_remove(outside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_confined_process_keeps_what_receiving_needs_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
