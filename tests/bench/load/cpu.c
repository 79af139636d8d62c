#include "tests/bench/load/cpu.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tests/bench/load/must.h"

static int64_t thread_ns(pid_t pid, const char *thread)
{
	char path[128];
	auto_file FILE *file = NULL;
	int64_t ns = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)pid, thread);
	file = fopen(path, "re");
	/* A thread may have ended since the folder was read. */
	return file && fscanf(file, "%" SCNd64, &ns) == 1 ? ns : 0;
}

static struct cpu process_ns(pid_t pid)
{
	struct cpu cpu = {0, 0};
	char path[64];
	auto_dir DIR *dir = NULL;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		give_up("%s: %s", path, strerror(errno));
	while ((entry = readdir(dir))) {
		int64_t ns = entry->d_name[0] == '.' ? 0 : thread_ns(pid, entry->d_name);

		cpu.all_ns += ns;
		if (atoi(entry->d_name) == pid)
			cpu.main_ns = ns;
	}
	return cpu;
}

struct cpu cpu_of(const struct watch *watch)
{
	struct cpu sum = process_ns(watch->pids[0]);

	for (int i = 1; i < watch->count; i++)
		sum.all_ns += process_ns(watch->pids[i]).all_ns;
	return sum;
}

struct cpu cpu_since(struct cpu now, struct cpu then)
{
	return (struct cpu){now.all_ns - then.all_ns, now.main_ns - then.main_ns};
}

int64_t resident_bytes(const struct watch *watch)
{
	char path[64];
	auto_file FILE *file = NULL;
	int64_t pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)watch->pids[0]);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%*d %" SCNd64, &pages) != 1)
		give_up("%s: %s", path, strerror(errno));
	return pages * sysconf(_SC_PAGESIZE);
}
