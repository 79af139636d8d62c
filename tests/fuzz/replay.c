/*
 * Runs every file of the folders or files named on the command line, at any depth, through a fuzzer's
 * entry point: as it is, cut short at each byte, and with each byte changed (or at every Nth). It fails when it found
 * no file at all, so that a lost corpus does not look like success.
 */
#include "common/buf.h"
#include "common/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Files above MUTATED_MAX are run as they are only, to keep the time in bounds. */
enum { INPUT_MAX = 1024 * 1024, MUTATED_MAX = 2048, OPEN_FOLDERS_MAX = 16 };

/* Each input in memory of its exact size, so that the sanitizer sees the first byte read past it. */
static void run_once(const uint8_t *data, size_t len)
{
	auto_free uint8_t *copy = malloc(len > 0 ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
}

static size_t every = 1;

static void run_changed(uint8_t *data, size_t len)
{
	static const uint8_t changes[] = {0x01, 0x20, 0x80, 0xff};

	for (size_t cut = 0; cut < len; cut += every)
		run_once(data, cut);
	for (size_t i = 0; i < len; i += every)
		for (size_t change = 0; change < ARRAY_LEN(changes); change++) {
			data[i] ^= changes[change];
			run_once(data, len);
			data[i] ^= changes[change];
		}
}

/* For nftw. */
static int run_file(const char *path, const struct stat *info, int type, struct FTW *where)
{
	auto_buf struct buf input = BUF_INIT(0);
	struct err err;

	(void)info;
	(void)where;
	if (type != FTW_F)
		return 0;
	if (!file_read(path, INPUT_MAX, &input, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	run_once(input.data, input.len);
	if (input.len <= MUTATED_MAX)
		run_changed(input.data, input.len);
	(void)printf("%s\n", path);
	return 0;
}

static int is_file(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)path;
	(void)info;
	(void)where;
	return type == FTW_F;
}

int main(int argc, char **argv)
{
	if (argc < 3 || (every = strtoul(argv[1], NULL, 10)) == 0) {
		(void)fprintf(stderr, "usage: %s N FILE|FOLDER...\n", argv[0]);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (nftw(argv[i], is_file, OPEN_FOLDERS_MAX, FTW_PHYS) != 1) {
			(void)fprintf(stderr, "no input in '%s'\n", argv[i]);
			return 1;
		}
		if (nftw(argv[i], run_file, OPEN_FOLDERS_MAX, FTW_PHYS) != 0)
			return 1;
	}
	return 0;
}
